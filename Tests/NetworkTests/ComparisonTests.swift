import Domain
import Testing

@testable import GridNetwork

@Suite struct ComparisonTests {
  @Test func aTarArchiveIsReadAsItWasWritten() throws {
    let files: [String: [UInt8]] = [
      "network.yaml": Array("name: x\n".utf8), "templates/filed.zh.txt": [],
      "layers/a.geojson": .init(repeating: 7, count: 1_025),
    ]
    let bytes = TarArchive.write(files)
    #expect(bytes.count.isMultiple(of: 512))
    #expect(try TarArchive.read(bytes) == files)
    #expect(throws: NetworkSourceError.malformedArchive) { try TarArchive.read(Array(bytes.dropLast(1_600))) }
    var spoilt = bytes
    spoilt[0] ^= 1
    #expect(throws: NetworkSourceError.malformedArchive) { try TarArchive.read(spoilt) }
    #expect(throws: NetworkSourceError.malformedArchive) { try TarArchive.read(Array("PK".utf8)) }
  }

  @Test func filesDifferByLine() {
    let old = ["a.csv": Array("1\n2\n3\n4\n".utf8), "b": Array("x".utf8), "same": [1]]
    let new = ["a.csv": Array("1\n2b\n3\n4\n5\n".utf8), "c": Array("y\nz".utf8), "same": [1]]
    let differences = FileDifference.between(old, new)
    #expect(
      differences.map { "\($0.name) \($0.way.rawValue) +\($0.addedLines) -\($0.removedLines)" } == [
        "a.csv changed +2 -1", "b removed +0 -1", "c added +2 -0",
      ])
    #expect(
      differences[0].lines.map { "\($0.isAdded ? "+" : "-")\($0.number) \($0.text)" } == ["-2 2", "+2 2b", "+5 5"])
  }
}
