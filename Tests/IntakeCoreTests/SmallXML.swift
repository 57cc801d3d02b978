/// Reads a well-formed document without attributes, as Open311's are: every element's path and text.
struct SmallXML {
  struct Malformed: Error {}

  private(set) var texts: [(path: String, text: String)] = []

  init(_ document: String) throws {
    var rest = document[...]
    if rest.hasPrefix("<?xml") {
      guard let end = rest.firstRange(of: "?>") else { throw Malformed() }
      rest = rest[end.upperBound...]
    }
    var open: [String] = []
    var text = ""
    while let start = rest.firstIndex(of: "<") {
      text += rest[..<start]
      guard let end = rest[start...].firstIndex(of: ">") else { throw Malformed() }
      let tag = rest[rest.index(after: start)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("/") {
        guard open.last == String(tag.dropFirst()) else { throw Malformed() }
        texts.append(("/" + open.joined(separator: "/"), try Self.plain(text)))
        open.removeLast()
      } else {
        guard !tag.isEmpty, tag.allSatisfy({ $0.isLetter || $0 == "_" }) else { throw Malformed() }
        open.append(String(tag))
      }
      text = ""
    }
    guard open.isEmpty, rest.allSatisfy(\.isWhitespace) else { throw Malformed() }
  }

  /// The texts of the elements at the path, in order.
  subscript(path: String) -> [String] { texts.filter { $0.path == path }.map(\.text) }

  private static func plain(_ text: String) throws -> String {
    var plain = text
    for (name, character) in [("lt", "<"), ("gt", ">"), ("quot", "\""), ("amp", "&")] {
      plain = plain.replacing("&\(name);", with: character)
    }
    guard text.split(separator: "&", omittingEmptySubsequences: false).dropFirst().allSatisfy({ $0.contains(";") }),
      !text.unicodeScalars.contains(where: { $0.value < 0x20 && $0 != "\n" && $0 != "\t" })
    else { throw Malformed() }
    return plain
  }
}
