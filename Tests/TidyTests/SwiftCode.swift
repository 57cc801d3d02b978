/// Swift source with its comments and the contents of its string literals blanked out, line by line, so that a search
/// finds code alone. What stands in an interpolation is code and stays.
struct SwiftCode {
  let lines: [String]

  init(_ source: String) {
    var scanner = Scanner(source)
    scanner.code(until: nil)
    lines = String(decoding: scanner.output, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      .map(String.init)
  }

  /// The modules that the source imports.
  var imports: [String] { Self.imports(lines) }

  static func imports(_ lines: [String]) -> [String] {
    let pattern =
      /^\s*(?:@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?import\s+(?:(?:struct|class|enum|protocol|func|var|let|typealias)\s+)?(?<module>\w+)/
    return lines.filter { $0.contains("import ") }.compactMap { $0.firstMatch(of: pattern).map { String($0.module) } }
  }

  private struct Scanner {
    private let bytes: [UInt8]
    private var position = 0
    var output: [UInt8] = []

    init(_ source: String) { bytes = Array(source.utf8) }

    private func at(_ text: StaticString) -> Bool {
      let count = text.utf8CodeUnitCount
      guard position + count <= bytes.count else { return false }
      return (0..<count).allSatisfy { bytes[position + $0] == text.utf8Start[$0] }
    }

    private mutating func blank(_ count: Int = 1) {
      for _ in 0..<count where position < bytes.count {
        output.append(bytes[position] == UInt8(ascii: "\n") ? bytes[position] : UInt8(ascii: " "))
        position += 1
      }
    }

    private mutating func keep(_ count: Int = 1) {
      for _ in 0..<count where position < bytes.count {
        output.append(bytes[position])
        position += 1
      }
    }

    /// Reads code up to the end, or up to the parenthesis that closes an interpolation.
    mutating func code(until closing: UInt8?) {
      var depth = 0
      while position < bytes.count {
        if at("//") {
          while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { blank() }
        } else if at("/*") {
          comment()
        } else if let hashes = literalHashes() {
          literal(hashes: hashes)
        } else {
          if closing != nil, bytes[position] == UInt8(ascii: "(") { depth += 1 }
          if closing != nil, bytes[position] == UInt8(ascii: ")") {
            if depth == 0 { return }
            depth -= 1
          }
          keep()
        }
      }
    }

    private mutating func comment() {
      var depth = 0
      repeat {
        if at("/*") {
          depth += 1
          blank(2)
        } else if at("*/") {
          depth -= 1
          blank(2)
        } else {
          blank()
        }
      } while depth > 0 && position < bytes.count
    }

    /// How many hashes stand before the quote of a literal that begins here; nil where none begins.
    private func literalHashes() -> Int? {
      var end = position
      while end < bytes.count, bytes[end] == UInt8(ascii: "#") { end += 1 }
      return end < bytes.count && bytes[end] == UInt8(ascii: "\"") ? end - position : nil
    }

    private mutating func literal(hashes: Int) {
      keep(hashes)
      let quotes = at("\"\"\"") ? 3 : 1
      keep(quotes)
      while position < bytes.count {
        if ends(quotes: quotes, hashes: hashes) {
          keep(quotes + hashes)
          return
        }
        if quotes == 1, bytes[position] == UInt8(ascii: "\n") { return }
        guard bytes[position] == UInt8(ascii: "\\"), escapes(hashes) else {
          blank()
          continue
        }
        blank(1 + hashes)
        if position < bytes.count, bytes[position] == UInt8(ascii: "(") {
          keep()
          code(until: UInt8(ascii: ")"))
          keep()
        } else {
          blank()
        }
      }
    }

    private func ends(quotes: Int, hashes: Int) -> Bool {
      guard position + quotes + hashes <= bytes.count else { return false }
      return (0..<quotes).allSatisfy { bytes[position + $0] == UInt8(ascii: "\"") }
        && (0..<hashes).allSatisfy { bytes[position + quotes + $0] == UInt8(ascii: "#") }
    }

    private func escapes(_ hashes: Int) -> Bool {
      guard position + hashes < bytes.count else { return false }
      return (0..<hashes).allSatisfy { bytes[position + 1 + $0] == UInt8(ascii: "#") }
    }
  }
}
