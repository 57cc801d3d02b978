import Casework
import CaseworkSupport
import Cryptography
import Domain
import Foundation
import HTTPTypes
import Journal
import PostgresClient
import Testing
import Wire

@testable import ConsoleCore

/// What a third party makes of a bundle without this system: by the words of docs/evidence.md and libsodium alone.
@Suite("Evidence that others can check")
struct EvidenceCheckpointTests {
  private static let id = "d-1-sign-16-inspection"

  private func directory() throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("shelf-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }

  private func write(_ bytes: [UInt8], _ path: String) {
    #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
  }

  private func sign(_ fixture: CaseworkFixture, with key: SigningKey, in shelf: String) async throws -> Int64 {
    let end = try await fixture.end()
    let checkpoint = Checkpoint(district: "d", position: end, at: fixture.now)
    write(checkpoint.signed(with: key) + [UInt8(ascii: "\n")], "\(shelf)/d-\(end.seq).json")
    return end.seq
  }

  private func open(_ name: String, shelf: String) async throws -> ConsoleDoor {
    try await ConsoleDoor.open(name, checkpoints: shelf)
  }

  private func record(_ door: ConsoleDoor, of number: Int64) async throws {
    try await door.fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO accountability (district, id, case_number, clock, rung, unit, department, receivers, due_at,
          opened_at)
        VALUES ('d', $1, $2, 'sign', 'inspection', 'g3', 'water', '{inspector@d}', $3, $3)
        """),
      [.text(Self.id), .int64(number), .timestamp(microseconds: door.fixture.now.microseconds)])
  }

  @Test("A bundle carries the signed checkpoints that bind its events")
  func bundle() async throws {
    let (shelf, key) = (try directory(), SigningKey())
    defer { try? FileManager.default.removeItem(atPath: shelf) }
    write(Array(Hexadecimal.encode(key.verifyKey.bytes).utf8), "\(shelf)/checkpoint.pub")
    let door = try await open("console_checkpoints", shelf: shelf)
    let fixture = door.fixture
    _ = try await fixture.file()
    let before = try await sign(fixture, with: key, in: shelf)
    let id = try await fixture.file(category: "0201", unit: "g3")
    try await fixture.route(id)
    _ = try await fixture.file()
    let after = try await sign(fixture, with: key, in: shelf)
    _ = try await fixture.file()
    let newest = try await sign(fixture, with: key, in: shelf)
    write(
      Checkpoint(district: "d", position: try await fixture.end(), at: fixture.now).signed(with: SigningKey()),
      "\(shelf)/d-99.json")
    try await record(door, of: id.number)

    let evidence = try await door.ask(.get, "/v1/accountability/\(Self.id)", as: .inspector).json
    let checkpoints = try #require(evidence["proof"]?["checkpoints"]?.arrayValue)
    #expect(
      checkpoints.compactMap { $0["seq"]?.integerValue } == [before, after, newest], "not the one of another key")
    #expect(checkpoints.allSatisfy { $0["matches"] == true })
    let rows = try #require(evidence["journal"]?.arrayValue)
    #expect(rows.count == 2)

    // As somebody elsewhere would: the signature over bytes made by the document's own words, …
    let document = try JSONParser.parse(Array((checkpoints[1]["document"]?.stringValue ?? "").utf8))
    let signed = try Self.signedBytes(document)
    let signature = try Hexadecimal.decode(document["signature"]?.stringValue ?? "")
    #expect(key.verifyKey.isValid(signature: signature, of: signed))
    #expect(!key.verifyKey.isValid(signature: signature, of: signed + [0]))
    // … each event's own hash, …
    for row in rows { #expect(try Self.hash(row) == row["hash"]?.stringValue) }
    // … and the chain from the case's first event to the signed end, by the export of the journal.
    var link = try #require(rows[0]["prev_hash"]?.stringValue)
    for event in try await fixture.reader.events("d", after: before)?.events ?? [] where event.seq <= after {
      let row: JSONValue = [
        "district": "d", "seq": .integer(event.seq), "epoch": .integer(Int64(event.epoch)),
        "at_microseconds": .integer(event.at.microseconds), "prev_hash": .string(link),
        "case_number": .integer(event.caseNumber), "kind": .string(event.kind), "actor": .string(event.actor),
        "body": .string(Hexadecimal.encode(event.body)),
      ]
      link = try Self.hash(row)
      if let own = rows.first(where: { $0["seq"]?.integerValue == event.seq }) {
        #expect(own["hash"]?.stringValue == link)
      }
    }
    #expect(link == document["hash"]?.stringValue)
  }

  @Test("A journal that was rewritten since does not match, and without a shelf there is none")
  func rewritten() async throws {
    let (shelf, key) = (try directory(), SigningKey())
    defer { try? FileManager.default.removeItem(atPath: shelf) }
    let door = try await open("console_rewritten", shelf: shelf)
    let fixture = door.fixture
    let id = try await fixture.file(category: "0201", unit: "g3")
    try await fixture.route(id)
    let seq = try await sign(fixture, with: key, in: shelf)
    try await record(door, of: id.number)
    func checkpoints() async throws -> [JSONValue] {
      try await door.ask(.get, "/v1/accountability/\(Self.id)", as: .inspector).json["proof"]?["checkpoints"]?
        .arrayValue ?? []
    }
    #expect(try await checkpoints().isEmpty, "without the public key nothing is proved")
    write(Array(Hexadecimal.encode(key.verifyKey.bytes).utf8), "\(shelf)/checkpoint.pub")
    #expect(try await checkpoints().map { $0["matches"] } == [true])
    try await fixture.pool.execute(
      .unprepared("UPDATE journal SET hash = sha256(hash) WHERE district = 'd' AND seq = $1"), [.int64(seq)])
    #expect(try await checkpoints().map { $0["matches"] } == [false])
  }

  /// The bytes that are signed, by the words of docs/evidence.md.
  private static func signedBytes(_ document: JSONValue) throws -> [UInt8] {
    func variable(_ value: UInt64) -> [UInt8] {
      value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F) | 0x80] + variable(value >> 7)
    }
    func bytes(_ number: UInt8, _ content: [UInt8]) -> [UInt8] {
      [number << 2 | 2] + variable(UInt64(content.count)) + content
    }
    func number(_ number: UInt8, _ value: Int64) -> [UInt8] {
      [number << 2] + variable(UInt64(bitPattern: (value << 1) ^ (value >> 63)))
    }
    return bytes(1, Array("gridloop-checkpoint-1".utf8))
      + bytes(2, Array((document["district"]?.stringValue ?? "").utf8))
      + number(3, document["seq"]?.integerValue ?? 0) + number(4, document["epoch"]?.integerValue ?? 0)
      + bytes(5, try Hexadecimal.decode(document["hash"]?.stringValue ?? ""))
      + number(6, document["at_microseconds"]?.integerValue ?? 0)
  }

  /// The hash of a row, by the words of docs/evidence.md.
  private static func hash(_ row: JSONValue) throws -> String {
    func field(_ content: [UInt8]) -> [UInt8] { bigEndian(Int32(content.count)) + content }
    func bigEndian(_ value: some FixedWidthInteger) -> [UInt8] { withUnsafeBytes(of: value.bigEndian) { Array($0) } }
    func text(_ name: String) -> [UInt8] { field(Array((row[name]?.stringValue ?? "").utf8)) }
    func number(_ name: String) -> [UInt8] { field(bigEndian(row[name]?.integerValue ?? 0)) }
    func hexadecimal(_ name: String) throws -> [UInt8] {
      field(try Hexadecimal.decode(row[name]?.stringValue ?? ""))
    }
    var bytes = field(Array("gridloop-journal-1".utf8)) + text("district") + number("seq")
    bytes += field(bigEndian(Int32(row["epoch"]?.integerValue ?? 0))) + number("at_microseconds")
    bytes += try hexadecimal("prev_hash") + number("case_number") + text("kind") + text("actor") + hexadecimal("body")
    return Hexadecimal.encode(SHA256.digest(of: bytes))
  }
}
