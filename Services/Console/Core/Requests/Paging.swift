import Cryptography
import Operations
import Wire

/// Cursors are opaque to clients: what they hold is encoded so that nobody builds on its form.
enum OpaqueCursor {
  static func encode(_ text: String) -> String { Base64.url.encode(Array(text.utf8)) }

  static func decode(_ text: String) -> String? {
    guard let bytes = try? Base64.url.decode(text) else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }
}

extension QueryFields {
  /// Entries on a page when the query names no limit.
  static let defaultPageEntries = 50

  mutating func limit(max: Int) -> Int { number("limit", in: 1...max) ?? min(Self.defaultPageEntries, max) }

  /// The cursor, read by `parse`; nil when there is none.
  mutating func cursor<Value>(_ parse: (String) -> Value?) -> Value? {
    guard let text = text("cursor") else { return nil }
    if let value = OpaqueCursor.decode(text).flatMap(parse) { return value }
    fault("cursor", "malformed_cursor", "The cursor is not one that a list has answered.")
    return nil
  }
}

extension JSONWriter {
  /// `{"items": […], "next_cursor": …}`, the shape of every list.
  mutating func page<Items: Sequence>(
    _ items: Items, next: String?, _ write: (inout JSONWriter, Items.Element) throws -> Void
  ) rethrows {
    beginObject()
    key("items")
    beginArray()
    for item in items { try write(&self, item) }
    endArray()
    member("next_cursor", next.map(OpaqueCursor.encode))
    endObject()
  }
}
