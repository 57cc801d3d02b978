import Casework
import CaseworkSupport
import Cryptography
import Domain
import Journal
import PostgresClient
import Testing

@Suite struct JournalVerifierTests {
  private typealias Fault = JournalVerifier.Fault

  /// Six events of three cases, in four commits.
  private func with(_ body: (CaseworkFixture) async throws -> Void) async throws {
    try await CaseworkFixture.with("verifier") { fixture in
      try await fixture.append([try fixture.filing(), try fixture.filing(unit: "g2")])
      fixture.advance(seconds: 60)
      try await fixture.append([try fixture.filing(unit: "g3")])
      for number: Int64 in [1, 2] { try await fixture.route(CaseID(district: "d", number: number)) }
      let loaded = try await fixture.load(CaseID(district: "d", number: 3))
      try await fixture.append([try fixture.comment(loaded, "last")])
      try await body(fixture)
    }
  }

  private func faults(
    _ fixture: CaseworkFixture, checkpoints: [Checkpoint] = []
  ) async throws -> [Fault] {
    let report = try await JournalVerifier(pool: fixture.pool)
      .verify("d", to: try await fixture.end(), checkpoints: checkpoints)
    return report.faults
  }

  private func found(_ seq: Int64, _ kind: Fault.Kind) -> Fault { Fault(district: "d", seq: seq, kind: kind) }

  @Test func anUntouchedJournalHolds() async throws {
    try await with { fixture in
      let end = try await fixture.end()
      let checkpoint = Checkpoint(district: "d", position: end, at: fixture.now)
      let report = try await JournalVerifier(pool: fixture.pool).verify("d", to: end, checkpoints: [checkpoint])
      #expect(report.events == 6 && report.faults.isEmpty && report.checkpoints == 1)
    }
  }

  @Test func anEmptyJournalHolds() async throws {
    let found = try await CaseworkFixture.with("verifier") { fixture -> [Fault] in try await faults(fixture) }
    #expect(found.isEmpty)
  }

  @Test func aChangedByteInAnyColumnIsFoundAndNamed() async throws {
    let changes: [(column: String, value: String, also: Fault.Kind?)] = [
      ("body", "set_byte(body, length(body) / 2, get_byte(body, length(body) / 2) # 1)", nil),
      ("kind", "'handled'", nil), ("actor", "actor || 'x'", nil), ("case_number", "case_number + 1", nil),
      ("at", "at + interval '1 microsecond'", nil), ("epoch", "epoch + 1", nil),
      ("hash", "set_byte(hash, 31, get_byte(hash, 31) # 1)", nil),
      ("prev_hash", "set_byte(prev_hash, 0, get_byte(prev_hash, 0) # 128)", .unlinked),
    ]
    try await with { fixture in
      for change in changes {
        for seq: Int64 in [1, 4, 6] {
          let undo = try await fixture.pool.query(
            .unprepared(
              "SELECT epoch, at, case_number, kind, actor, body, prev_hash, hash FROM journal WHERE seq = $1"),
            [.int64(seq)]
          ).onlyRow()
          let restore: [PostgresParameter] = [
            .int64(seq), .int32(try undo.int32(0)), .timestamp(try undo.timestamp(1)), .int64(try undo.int64(2)),
            .text(try undo.text(3)), .text(try undo.text(4)), .bytes(try undo.bytes(5)), .bytes(try undo.bytes(6)),
            .bytes(try undo.bytes(7)),
          ]
          try await fixture.pool.execute(
            .unprepared("UPDATE journal SET \(change.column) = \(change.value) WHERE seq = $1"), [.int64(seq)])
          let faults = try await faults(fixture)
          #expect(faults.contains(found(seq, .changed)), "\(change.column) of \(seq)")
          if let also = change.also { #expect(faults.contains(found(seq, also)), "\(change.column) of \(seq)") }
          #expect(faults.allSatisfy { $0.seq == seq || $0.seq == seq + 1 && change.column == "hash" })
          try await fixture.pool.execute(
            .unprepared(
              """
              UPDATE journal SET epoch = $2, at = $3, case_number = $4, kind = $5, actor = $6, body = $7,
                     prev_hash = $8, hash = $9 WHERE seq = $1
              """), restore)
        }
      }
      #expect(try await faults(fixture).isEmpty, "everything was put back")
    }
  }

  @Test func aRemovedRowIsFoundAndNamed() async throws {
    for seq: Int64 in [1, 3, 6] {
      try await with { fixture in
        try await fixture.pool.execute(.unprepared("DELETE FROM journal WHERE seq = $1"), [.int64(seq)])
        #expect(try await faults(fixture) == [found(seq, .missing)])
      }
    }
  }

  @Test func anInsertedRowIsFoundAndNamed() async throws {
    try await with { fixture in
      // Room is made after event 3, and a row put there that is right in itself.
      try await fixture.pool.execute(
        script: """
          UPDATE journal SET seq = seq + 1000 WHERE seq > 3;
          UPDATE journal SET seq = seq - 999 WHERE seq > 1000;
          UPDATE journal_head SET last_seq = 7;
          """)
      let journal = try await fixture.journal()
      let forged = journal[2].event
      let hash = JournalHash.of(
        district: "d", seq: 4, epoch: 1, at: forged.at, previousHash: journal[2].hash, caseNumber: 3, kind: "commented",
        actor: "user:x", body: forged.body)
      try await fixture.pool.execute(
        .unprepared(
          """
          INSERT INTO journal (district, seq, epoch, at, case_number, kind, actor, body, prev_hash, hash)
          SELECT district, 4, epoch, at, case_number, 'commented', 'user:x', body, $1, $2 FROM journal WHERE seq = 3
          """), [.bytes(journal[2].hash), .bytes(hash)])
      let faults = try await faults(fixture)
      #expect(faults.first == found(5, .unlinked), "the chain breaks right behind it")
      #expect(Set(faults.filter { $0.kind == .changed }.map(\.seq)) == [5, 6, 7], "numbers are under the hash")
    }
  }

  @Test func aRowBeyondTheHeadIsFoundAndNamed() async throws {
    try await with { fixture in
      try await fixture.pool.execute(
        script: """
          INSERT INTO journal (district, seq, epoch, at, case_number, kind, actor, body, prev_hash, hash)
          SELECT district, 7, epoch, at, case_number, kind, actor, body, hash, hash FROM journal WHERE seq = 6
          """)
      #expect(try await faults(fixture) == [found(7, .head)])
    }
  }

  @Test func aHeadThatNamesAnotherEndIsFound() async throws {
    try await with { fixture in
      try await fixture.pool.execute(script: "UPDATE journal_head SET last_hash = decode(repeat('11', 32), 'hex')")
      #expect(try await faults(fixture) == [found(6, .head)])
    }
  }

  @Test func aTailCutOffWithItsHeadIsFoundByTheCheckpoint() async throws {
    try await with { fixture in
      let checkpoint = Checkpoint(district: "d", position: try await fixture.end(), at: fixture.now)
      let journal = try await fixture.journal()
      try await fixture.pool.execute(.unprepared("DELETE FROM journal WHERE seq > 4"))
      try await fixture.pool.execute(
        .unprepared("UPDATE journal_head SET last_seq = 4, last_hash = $1"), [.bytes(journal[3].hash)])
      #expect(try await faults(fixture).isEmpty, "in itself the shorter chain is right")
      #expect(try await faults(fixture, checkpoints: [checkpoint]) == [found(6, .checkpoint)])
    }
  }

  @Test func aChainRewrittenAsAWholeIsFoundByTheCheckpoint() async throws {
    try await with { fixture in
      let checkpoint = Checkpoint(district: "d", position: try await fixture.end(), at: fixture.now)
      var previous = JournalHash.origin
      for row in try await fixture.journal() {
        let event = row.event
        let actor = event.seq == 2 ? "user:forged" : event.actor
        let hash = JournalHash.of(
          district: "d", seq: event.seq, epoch: event.epoch, at: event.at, previousHash: previous,
          caseNumber: event.caseNumber, kind: event.kind, actor: actor, body: event.body)
        try await fixture.pool.execute(
          .unprepared("UPDATE journal SET actor = $2, prev_hash = $3, hash = $4 WHERE seq = $1"),
          [.int64(event.seq), .text(actor), .bytes(previous), .bytes(hash)])
        previous = hash
      }
      try await fixture.pool.execute(.unprepared("UPDATE journal_head SET last_hash = $1"), [.bytes(previous)])
      #expect(try await faults(fixture).isEmpty)
      #expect(try await faults(fixture, checkpoints: [checkpoint]) == [found(6, .checkpoint)])
    }
  }

  @Test func whatIsWrittenMeanwhileIsNoFault() async throws {
    try await with { fixture in
      let end = try await fixture.end()
      try await fixture.fileCases(2)
      let report = try await JournalVerifier(pool: fixture.pool).verify("d", to: end)
      #expect(report.events == 6 && report.faults.isEmpty)
    }
  }

  @Test func theListOfFaultsIsBounded() async throws {
    try await CaseworkFixture.with("verifier") { fixture in
      try await fixture.append(try (0..<150).map { _ in try fixture.filing() })
      try await fixture.pool.execute(script: "UPDATE journal SET actor = 'user:x'")
      #expect(try await faults(fixture).count == JournalVerifier.maxListedFaults)
    }
  }
}
