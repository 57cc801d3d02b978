import Foundation
import Testing

@testable import ConsoleCore

@Suite("Words for what is wrong with a network's files") struct NetworkFaultWordTests {
  private let chinese: NetworkFaultWords
  private let english: NetworkFaultWords

  init() throws {
    let book = try ConsoleDoor.site().files.texts
    chinese = NetworkFaultWords(book, .chinese)
    english = NetworkFaultWords(book, .english)
  }

  @Test("What differs stands in the translation where it belongs, the most particular sentence first")
  func values() {
    #expect(chinese("the code 44 stands already on line 7") == "代码 44 在第 7 行已经出现")
    #expect(chinese("`name` must be a whole number, not \"{2}\"") == "`name` 必须是整数，而不是“{2}”")
    #expect(chinese("unknown tier \"x\"") == "没有层级“x”" && chinese("unknown tier x") == "没有层级 x")
    #expect(chinese("not YAML: a tab") == "不是 YAML：a tab" && chinese("not YAML") == "不是 YAML")
    let nested = chinese("`limit`: unknown unit work_dayz; known are work_hours, work_days")
    #expect(nested == "`limit`：没有单位 work_dayz；可用：work_hours, work_days")
    #expect(chinese("nobody told this before") == "nobody told this before")
    #expect(english("the code 44 stands already on line 7") == "the code 44 stands already on line 7")
  }

  /// Sentences as the sources write them; what is put into them is one word.
  private static func sentences(_ source: String) throws -> [String] {
    let literal = #""((?:\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|\\.|[^"\\])*)""#
    let calls = #"(?:\bfault\(|faults\.add\()\s*(?:[A-Za-z_.\[\]]+,\s*|1,\s*){0,3}"# + literal
    return try [calls, "(?:remedy|message): " + literal].flatMap { pattern in
      source.matches(of: try Regex(pattern, as: (Substring, Substring).self)).map { String($0.1) }
    }
    .map { text in
      text.replacing(/\\\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)/, with: "zz9")
        .replacing(/\\(.)/) { String($0.1) }
    }
    .filter { $0 != "zz9" && $0.contains(" ") }
  }

  @Test("Every sentence of the reader of networks has its words")
  func complete() throws {
    let root = ConsoleDoor.webDirectory + "/../../../Shared/GridNetwork"
    let names = FileManager.default.enumerator(atPath: root)?.compactMap { $0 as? String } ?? []
    var found: Set<String> = []
    for name in names where name.hasSuffix(".swift") {
      found.formUnion(try Self.sentences(String(contentsOfFile: root + "/" + name, encoding: .utf8)))
    }
    #expect(found.count > 150, "the sources are written otherwise: \(found.count)")
    #expect(found.filter { chinese.known($0) == nil }.sorted() == [])
  }
}
