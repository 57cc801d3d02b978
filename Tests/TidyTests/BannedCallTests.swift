import Foundation
import Testing

@Suite("What no source may say") struct BannedCallTests {
  let tree = SourceTree()

  /// Only files that hold one of the `words` are read line by line.
  private func search(
    _ words: [String], _ why: Comment, where isHeld: (SourceTree.File) -> Bool = { _ in true },
    _ pattern: () -> Regex<Substring>
  ) throws {
    for file in try tree.swiftFiles() where isHeld(file) && words.contains(where: { file.text.contains($0) }) {
      let pattern = pattern()
      for (index, line) in file.code.enumerated() where line.contains(pattern) {
        Issue.record("\(file.path):\(index + 1): \(why)")
      }
    }
  }

  private func isTest(_ file: SourceTree.File) -> Bool { file.path.hasPrefix("Tests/") }

  @Test("print is for the command line alone") func prints() throws {
    try search(
      ["print(", "Print(", "dump("], "output goes through the log", where: { !$0.path.hasPrefix("Services/Gridctl/") }
    ) {
      /(?:^|[^\w.])(?:print|debugPrint|dump)\(/
    }
  }

  @Test("try! and fatalError say nothing to whoever reads the trap") func traps() throws {
    try search(["try!"], "throw, or state the precondition in a sentence") { /\btry!/ }
    try search(["fatalError"], "a precondition with a sentence says more") { /(?:^|[^\w.])fatalError\(/ }
  }

  @Test("Time is injected") func clocks() throws {
    try search(["Date(", "Date.now"], "ask the clock that was handed in") { /(?:^|\W)Date(?:\(\s*\)|\.now\b)/ }
  }

  @Test("No thread sleeps; a test waits for a signal, and a task waits a named time") func sleeping() throws {
    try search(["sleep"], "a sleeping thread serves nobody") {
      /(?:^|[^\w.])(?:sleep|usleep|nanosleep)\(|\bThread\.sleep\b/
    }
    try search(["Task.sleep"], "a test waits for a signal", where: isTest) { /\bTask\.sleep\b/ }
    try search(["Task.sleep"], "name the time, with its unit", where: { !isTest($0) }) {
      /\bTask\.sleep\([^)]*\(\s*[0-9]/
    }
  }

  @Test("Every promise to the compiler carries its proof in a comment") func promises() throws {
    for file in try tree.swiftFiles() where file.text.contains("@unchecked") || file.text.contains("(unsafe)") {
      for (index, line) in file.code.enumerated()
      where line.contains(/@unchecked\s+Sendable|nonisolated\(unsafe\)/) && !hasProof(file, index) {
        Issue.record("\(file.path):\(index + 1): says nothing of why this is safe")
      }
    }
  }

  /// A comment on the line, or right above it, where attributes and other such promises may stand between.
  private func hasProof(_ file: SourceTree.File, _ index: Int) -> Bool {
    if file.lines[index].contains("//") { return true }
    var above = index - 1
    while above >= 0 {
      let line = file.lines[above].trimmingSpaces
      if line.hasPrefix("//") { return true }
      guard line.hasPrefix("@") || file.code[above].contains("nonisolated(unsafe)") else { return false }
      above -= 1
    }
    return false
  }

  @Test("The search sees code, and not what is said in comments and texts") func searchSeesCode() {
    let code = SwiftCode(
      #"""
      let a = 1 // try! this
      /* fatalError( /* and */ Date() */ let b = "print(\(print(c))) \" Date()"
      let d = """
        import Foundation
        """
      @testable public import struct Thing.Part
      """#
    ).lines.map(\.trimmingSpaces)
    #expect(code[0] == "let a = 1")
    #expect(code[1].hasPrefix("let b = \""))
    #expect(code[1].contains("print(c)"))
    #expect(!code[1].contains("Date"))
    #expect(!code[3].contains("import"))
    #expect(SwiftCode("@testable public import struct Thing.Part\n\"import No\"").imports == ["Thing"])
  }
}

extension String {
  fileprivate var trimmingSpaces: String {
    var text = Substring(self)
    while text.last == " " { text.removeLast() }
    return String(text.drop { $0 == " " })
  }
}
