import Domain
import Foundation
import PostgresClient
import Testing
import Wire

@testable import GridctlCore

@Suite struct JournalCommandTests {
  @Test func aChangedRowIsNamed() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(5)
    let good = await fixture.run("journal", "verify", "--json")
    #expect(good.status == 0)
    #expect(try good.json["districts"]?[0]?["events"] == .integer(5))

    try await fixture.execute("UPDATE journal SET actor = 'someone else' WHERE seq = 3")
    let bad = await fixture.run("journal", "verify", "--json")
    #expect(bad.status == 1)
    let faults = try bad.json["districts"]?[0]?["faults"]?.arrayValue
    #expect(faults?.count == 1)
    #expect(faults?[0]["seq"] == .integer(3))

    try await fixture.execute("DELETE FROM journal WHERE seq = 2")
    #expect(await fixture.run("journal", "verify").output.contains("event 2: the row is missing"))
    #expect(await fixture.run("journal", "verify", "--district", "nowhere").status == 1)
  }

  @Test func aRowThatTheJournalDidNotMakeIsNamed() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(3)
    let good = await fixture.run("journal", "verify", "--projection", "--json")
    #expect(good.status == 0)
    #expect(try good.json["districts"]?[0]?["projection"]?["found"]?.arrayValue == [])

    try await fixture.execute("UPDATE cases SET priority = 'urgent' WHERE number = 2")
    #expect(await fixture.run("journal", "verify").status == 0)
    let bad = await fixture.run("journal", "verify", "--projection")
    #expect(bad.status == 1)
    #expect(bad.output.contains("nyc-2 cases.priority: kept urgent, the journal says normal"))
  }

  @Test func aRewrittenChainIsFoundByItsCheckpoint() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(3)
    let signed = await fixture.run("journal", "checkpoint", "--json")
    #expect(signed.status == 0, "\(signed.error)")
    #expect(try await fixture.run("journal", "verify", "--json").json["districts"]?[0]?["checkpoints"] == .integer(1))

    // Erased and written anew, every hash right: only the checkpoint can tell.
    try await fixture.execute(
      """
      DELETE FROM journal; DELETE FROM cases;
      UPDATE journal_head SET last_seq = 0, last_case = 0, last_at = '2000-01-01Z',
        last_hash = decode(repeat('00', 32), 'hex')
      """)
    try await fixture.file(3, at: Instant(secondsSince1970: 1_700_000_001))
    let bad = await fixture.run("journal", "verify", "--json")
    #expect(bad.status == 1)
    #expect(try bad.json["districts"]?[0]?["faults"]?[0]?["kind"]?.stringValue == "checkpoint")
  }

  @Test func aForgedCheckpointIsRefused() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(2)
    _ = await fixture.run("journal", "checkpoint")
    let path = fixture.home.file("checkpoints/nyc-2.json")
    let text = try String(contentsOfFile: path, encoding: .utf8)
    try text.replacing("\"seq\":2", with: "\"seq\":1").write(toFile: path, atomically: true, encoding: .utf8)
    let refused = await fixture.run("journal", "verify", "--json")
    #expect(refused.status == 1)
    #expect(try refused.json["error"]?["code"]?.stringValue == "bad_checkpoint")
  }

  @Test func anExportHoldsEveryColumnThatIsHashed() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(4)
    let exported = await fixture.run("journal", "export", "--district", "nyc", "--from", "2")
    let lines = exported.output.split(separator: "\n")
    #expect(lines.count == 3)
    let events = try lines.map { try JSONParser.parse(String($0)) }
    #expect(events[0]["seq"] == .integer(2))
    #expect(events[1]["prev_hash"] == events[0]["hash"])
    let stored = try await fixture.database { pool in
      try await pool.query(.unprepared("SELECT encode(hash, 'hex') FROM journal WHERE seq = 4")).onlyRow().text(0)
    }
    #expect(events[2]["hash"]?.stringValue == stored)
    let array = try await fixture.run("journal", "export", "--district", "nyc", "--json").json
    #expect(array.arrayValue?.count == 4)
  }

  @Test func rebuildingErasesAndRewinds() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(2)
    try await fixture.execute(
      """
      INSERT INTO positions (district, consumer, seq, epoch, hash)
      SELECT district, 'stats', last_seq, epoch, last_hash FROM journal_head;
      INSERT INTO rollup_daily (district, day, unit, category, department, source, filed)
      VALUES ('nyc', '2023-11-14', 'nyc', 'x', '', 'officer', 99)
      """)
    // No service runs here to apply the journal again, so it is not waited for.
    let rebuilt = try await fixture.run("journal", "rebuild", "stats", "--timeout", "0", "--json").json
    #expect(rebuilt["events"] == .integer(2))
    #expect(rebuilt["applied"] == .integer(0))
    let left = try await fixture.database { pool in
      let row = try await pool.query(
        .unprepared("SELECT (SELECT count(*) FROM rollup_daily), (SELECT seq FROM positions)")
      ).onlyRow()
      return [try row.int64(0), try row.int64(1)]
    }
    #expect(left == [0, 0])
  }

  @Test func indicatorsAsOfAMomentComeFromTheJournalAlone() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(3, at: Instant(secondsSince1970: 1_700_000_000))
    try await fixture.file(2, at: Instant(secondsSince1970: 1_700_000_100))
    let then = try await fixture.run("journal", "rebuild", "stats", "--as-of", "2023-11-14T22:14:00Z", "--json").json
    #expect(then["total"]?["filed"] == .integer(3))
    let now = try await fixture.run("journal", "rebuild", "stats", "--as-of", "2026-01-01T00:00:00Z", "--json").json
    #expect(now["total"]?["filed"] == .integer(5))
    #expect(now["units"]?[0]?["unit"]?.stringValue == "nyc")
  }
}
