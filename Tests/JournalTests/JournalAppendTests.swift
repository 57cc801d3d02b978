import Casework
import CaseworkSupport
import Domain
import Journal
import Platform
import PostgresClient
import TestSupport
import Testing
import Wire

@Suite struct JournalAppendTests {
  @Test func anAppendIsOneRoundTrip() async throws {
    let fixture = try await CaseworkFixture.make(named: "append", server: try await OwnServer.shared)
    let relay = try SocketRelay(to: try await OwnServer.shared, database: fixture.configuration)
    let pool = PostgresPool(try relay.configuration, logger: silent)
    let first = JournalAppend.batch([try fixture.filing()], district: "d", now: fixture.now)
    _ = try await pool.pipeline(first.calls)
    relay.resetRoundTrips()
    let batch = JournalAppend.batch(
      try (0..<50).map { _ in try fixture.filing() }, district: "d", now: fixture.now)
    let result = try batch.result(try await pool.pipeline(batch.calls)[0])
    #expect(relay.roundTrips == 1)
    #expect(result.caseNumbers == Array(2...51))
    #expect(result.run.firstSeq == 2 && result.run.lastSeq == 51)
    await pool.close()
    relay.stop()
    await fixture.close()
  }

  @Test func aCommandIsTwoRoundTripsWithItsLock() async throws {
    let server = try await OwnServer.shared
    let fixture = try await CaseworkFixture.make(named: "append", server: server)
    let id = try await fixture.file()
    let relay = try SocketRelay(to: server, database: fixture.configuration)
    let pool = PostgresPool(try relay.configuration, logger: silent)
    for text in ["first", "second"] {
      relay.resetRoundTrips()
      try await pool.transaction { transaction in
        let loaded = try CaseLocks.lock("d", [id.number], in: transaction)
        let batch = JournalAppend.batch(
          [try fixture.comment(loaded[0], text)], district: "d", now: fixture.now)
        _ = try transaction.finalPipeline(batch.calls)
      }
    }
    #expect(relay.roundTrips == 2)
    await pool.close()
    relay.stop()
    await fixture.close()
  }

  @Test func numbersAreGaplessUnderConcurrentWriters() async throws {
    try await CaseworkFixture.with("append") { fixture in
      let results = try await withThrowingTaskGroup(of: [AppendResult].self) { group in
        for writer in 0..<6 {
          group.addTask {
            let pool = fixture.pool()
            var results: [AppendResult] = []
            for step in 0..<10 {
              let changes = try (0...(writer + step) % 4).map { _ in try fixture.filing() }
              let batch = JournalAppend.batch(changes, district: "d", now: fixture.now)
              results.append(try batch.result(try await pool.pipeline(batch.calls)[0]))
            }
            await pool.close()
            return results
          }
        }
        return try await group.reduce(into: []) { $0 += $1 }
      }
      let count = Int64(results.reduce(0) { $0 + $1.caseNumbers.count })
      let journal = try await fixture.journal()
      #expect(journal.map(\.event.seq) == Array(1...count))
      #expect(results.flatMap(\.caseNumbers).sorted() == Array(1...count))
      #expect(Set(journal.map(\.event.caseNumber)) == Set(1...count))
      #expect(try await fixture.number("SELECT last_case FROM journal_head") == count)
      for result in results {
        let rows = journal[Int(result.run.firstSeq - 1)..<Int(result.run.lastSeq)]
        #expect(rows.map(\.event.caseNumber) == result.run.entries.map(\.caseNumber))
        #expect(rows.first?.previousHash == result.run.previousHash && rows.last?.hash == result.run.lastHash)
      }
      expectChain(journal)
    }
  }

  @Test func theChainCoversEveryColumn() async throws {
    try await CaseworkFixture.with("append") { fixture in
      let id = try await fixture.file(category: "0201", unit: "g4")
      try await fixture.route(id)
      try await fixture.perform(.comment(text: "到场 · on the way"), on: id, by: SampleActors.water)
      let journal = try await fixture.journal()
      #expect(journal.map(\.event.kind) == ["filed", "dispatched", "commented"])
      expectChain(journal)
      let end = try await fixture.end()
      #expect(end.seq == 3 && end.hash == journal[2].hash && end.epoch == 1)
    }
  }

  private func expectChain(_ journal: [JournalRow]) {
    var previous = JournalHash.origin
    for row in journal {
      let event = row.event
      #expect(row.previousHash == previous)
      let hash = JournalHash.of(
        district: event.district, seq: event.seq, epoch: event.epoch, at: event.at, previousHash: previous,
        caseNumber: event.caseNumber, kind: event.kind, actor: event.actor, body: event.body)
      #expect(row.hash == hash, "event \(event.seq)")
      previous = row.hash
    }
  }

  @Test func aStaleVersionWritesNothing() async throws {
    try await CaseworkFixture.with("append") { fixture in
      let ids = [try await fixture.file(), try await fixture.file()]
      let loaded = [try await fixture.load(ids[0]), try await fixture.load(ids[1])]
      try await fixture.append([try fixture.comment(loaded[1], "quicker")])
      let before = try await fixture.end()
      let changes = [
        try fixture.comment(loaded[0], "fresh"), try fixture.comment(loaded[1], "stale"), try fixture.filing(),
      ]
      let error = await #expect(throws: PostgresError.self) { try await fixture.append(changes) }
      #expect(error?.sqlState?.rawValue == "GL001")
      #expect(try await fixture.end() == before)
      #expect(try await fixture.load(ids[0]).value == loaded[0].value)
      #expect(try await fixture.number("SELECT count(*) FROM cases") == 2)
      #expect(try await fixture.number("SELECT last_case FROM journal_head") == 2)
    }
  }

  @Test func aDistrictWithoutJournalIsRefused() async throws {
    try await CaseworkFixture.with("append") { fixture in
      let batch = JournalAppend.batch([try fixture.filing()], district: "elsewhere", now: fixture.now)
      let error = await #expect(throws: PostgresError.self) { try await fixture.pool.pipeline(batch.calls) }
      #expect(error?.sqlState?.rawValue == "GL002")
    }
  }

  @Test func timeNeverRunsBackwardsAlongTheJournal() async throws {
    try await CaseworkFixture.with("append") { fixture in
      var times: [Instant] = []
      for seconds: Int64 in [0, 60, -3_600, 61, 30] {
        let batch = JournalAppend.batch(
          [try fixture.filing()], district: "d", now: fixture.now.adding(seconds: seconds))
        times.append(try batch.result(try await fixture.pool.pipeline(batch.calls)[0]).run.at)
      }
      #expect(times == [0, 60, 60, 61, 61].map { fixture.now.adding(seconds: $0) })
      #expect(try await fixture.journal().map(\.event.at) == times)
    }
  }

  @Test func newAndKnownCasesShareACommit() async throws {
    try await CaseworkFixture.with("append") { fixture in
      let id = try await fixture.file()
      let loaded = try await fixture.load(id)
      let result = try await fixture.append([
        try fixture.filing(unit: "g2"), try fixture.comment(loaded, "between"), try fixture.filing(unit: "g3"),
      ])
      #expect(result.caseNumbers == [2, 1, 3])
      #expect(try await fixture.journal().map(\.event.caseNumber) == [1, 2, 1, 3])
      #expect(try await fixture.load(CaseID(district: "d", number: 3)).value.subject.unit == "g3")
      #expect(try await fixture.load(id).value.version == 2)
    }
  }
}
