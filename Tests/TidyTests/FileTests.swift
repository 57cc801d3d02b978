import Foundation
import Testing

@Suite("Files") struct FileTests {
  static let maxLines = 500
  static let maxMainLines = 40
  let tree = SourceTree()

  private func texts() throws -> [SourceTree.File] {
    try tree.files(
      under: ["Shared", "Services", "Tests", "deploy", "docs"],
      endings: [".swift", ".c", ".h", ".sql", ".md", ".yaml", ".yml", ".sh", ".modulemap", "Dockerfile"])
  }

  @Test("have one subject, which fits in 500 lines") func length() throws {
    for file in try tree.swiftFiles() {
      let count = file.lines.count - (file.text.hasSuffix("\n") ? 1 : 0)
      #expect(count <= Self.maxLines, "\(file.path)")
      #expect(count > 1, "\(file.path) says nothing")
    }
  }

  @Test("that start a service only put it together") func mains() throws {
    for file in try tree.swiftFiles()
    where file.path.contains("/Main/") && file.name == "main.swift" && file.path.hasPrefix("Services/") {
      #expect(file.lines.count <= Self.maxMainLines + 1, "\(file.path)")
    }
  }

  @Test("name no place on somebody's machine") func machinePaths() throws {
    // Put together here, so that this file is not its own finding.
    let places = ["work/main", "work/shared", "tmp/h/", "tmp/team", "root/", "Users/"].map { "/" + $0 }
    for file in try texts() {
      for place in places where file.text.contains(place) { Issue.record("\(file.path): names \(place)") }
    }
  }

  @Test("leave nothing for later") func leftovers() throws {
    let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]
    for file in try texts() where marks.contains(where: { file.text.contains($0) }) {
      for (index, line) in file.lines.enumerated() {
        let words = Set(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.map(String.init))
        for mark in marks where words.contains(mark) { Issue.record("\(file.path):\(index + 1): \(mark)") }
      }
    }
  }

  @Test("end in one line feed and hold no tabs or trailing blanks") func whitespace() throws {
    for file in try tree.swiftFiles() {
      #expect(file.text.hasSuffix("\n") && !file.text.hasSuffix("\n\n"), "\(file.path)")
      #expect(!file.text.contains("\t") && !file.text.contains(" \n"), "\(file.path): a tab or a trailing blank")
    }
  }
}

@Suite("Migrations") struct MigrationTests {
  let tree = SourceTree()

  @Test("are numbered without gaps, and each is compiled in, in order") func numbered() throws {
    let files = try tree.files(under: ["Shared/CMigrations/sql"], endings: [".sql"])
    #expect(!files.isEmpty)
    for (index, file) in files.enumerated() {
      let number = String(index + 1)
      let prefix = String(repeating: "0", count: 4 - number.count) + number + "_"
      #expect(file.name.hasPrefix(prefix), "\(file.name) should be the migration \(prefix)")
    }
    let source = try tree.file("Shared/CMigrations/migrations.c").text
    let embedded = source.matches(of: /#embed "sql\/([^"]+)"/).map { String($0.1) }
    #expect(embedded == files.map(\.name))
    let listed = source.matches(of: /\{"(\w+)", text_(\d+), sizeof text_(\d+)\}/)
    #expect(listed.map { String($0.1) + ".sql" } == files.map(\.name))
    #expect(listed.allSatisfy { $0.1.hasPrefix($0.2) && $0.2 == $0.3 })
  }

  @Test("open with a comment that says what they make") func explained() throws {
    for file in try tree.files(under: ["Shared/CMigrations/sql"], endings: [".sql"]) {
      #expect(file.text.hasPrefix("-- "), "\(file.name)")
    }
  }
}
