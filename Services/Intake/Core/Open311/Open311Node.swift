import Wire

/// A value of an Open311 document, from which its JSON and its XML are written alike.
indirect enum Open311Node: Sendable, Equatable {
  case text(String?)
  case number(Double?)
  case integer(Int)
  case flag(Bool)
  case object([Member])
  /// In XML each element stands in an element of this name.
  case list(of: String, [Open311Node])

  struct Member: Sendable, Equatable {
    let name: String
    let value: Open311Node
  }

  static func object(_ members: KeyValuePairs<String, Open311Node>) -> Open311Node {
    .object(members.map { Member(name: $0.key, value: $0.value) })
  }

  /// The JSON: lists are arrays and nothing wraps them.
  func json() -> [UInt8] {
    var writer = JSONWriter(capacity: 1_024)
    write(into: &writer)
    return writer.bytes
  }

  private func write(into writer: inout JSONWriter) {
    switch self {
    case .text(let text?): writer.string(text)
    case .number(let number?): writer.double(number)
    case .text(nil), .number(nil): writer.null()
    case .integer(let number): writer.integer(number)
    case .flag(let flag): writer.bool(flag)
    case .object(let members):
      writer.beginObject()
      for member in members {
        writer.key(member.name)
        member.value.write(into: &writer)
      }
      writer.endObject()
    case .list(_, let elements):
      writer.beginArray()
      for element in elements { element.write(into: &writer) }
      writer.endArray()
    }
  }

  /// The XML document whose root has this name.
  func xml(root: String) -> [UInt8] {
    var bytes = Array(#"<?xml version="1.0" encoding="utf-8"?>"#.utf8)
    bytes.append(0x0A)
    writeXML(root, into: &bytes)
    return bytes
  }

  private func writeXML(_ name: String, into bytes: inout [UInt8]) {
    bytes.append(contentsOf: "<\(name)>".utf8)
    switch self {
    case .text(let text): bytes.appendXML(text ?? "")
    case .number(let number): bytes.append(contentsOf: (number.map { "\($0)" } ?? "").utf8)
    case .integer(let number): bytes.append(contentsOf: "\(number)".utf8)
    case .flag(let flag): bytes.append(contentsOf: (flag ? "true" : "false").utf8)
    case .object(let members):
      for member in members { member.value.writeXML(member.name, into: &bytes) }
    case .list(let element, let elements):
      for value in elements { value.writeXML(element, into: &bytes) }
    }
    bytes.append(contentsOf: "</\(name)>".utf8)
  }
}

extension [UInt8] {
  /// Escapes what XML 1.0 reserves, and leaves out the control characters that it has no way to write.
  fileprivate mutating func appendXML(_ text: String) {
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": append(contentsOf: "&amp;".utf8)
      case "<": append(contentsOf: "&lt;".utf8)
      case ">": append(contentsOf: "&gt;".utf8)
      case "\"": append(contentsOf: "&quot;".utf8)
      case "\t", "\n", "\r": append(UInt8(scalar.value))
      case "\u{0}"..."\u{1F}", "\u{FFFE}", "\u{FFFF}": break
      default: append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
      }
    }
  }
}
