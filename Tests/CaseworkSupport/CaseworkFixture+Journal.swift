public import Casework
import Cryptography
public import Domain
public import Journal
public import Logging
public import PostgresClient

/// A logger that says nothing.
public let silent = Logger(label: "tests") { _ in SwiftLogNoOpLogHandler() }

/// One row of the journal with its links.
public struct JournalRow: Sendable {
  public let event: JournalEvent
  public let previousHash: [UInt8]
  public let hash: [UInt8]
}

extension CaseworkFixture {
  /// Makes a fixture, lends it, and closes it.
  @discardableResult
  public static func with<Result: Sendable>(
    _ name: String, _ body: (CaseworkFixture) async throws -> Result
  ) async throws -> Result {
    let fixture = try await make(named: name)
    do {
      let result = try await body(fixture)
      await fixture.close()
      return result
    } catch {
      await fixture.close()
      throw error
    }
  }

  /// Further connections to the same database, as another process has them.
  public func pool(role: String? = nil) -> PostgresPool {
    var configuration = configuration
    configuration.role = role
    return PostgresPool(configuration, logger: silent)
  }

  /// The change that files a case, not yet appended.
  public func filing(
    _ category: CategoryCode = "0101", unit: UnitCode = "g1", source: ReportSource = .officer,
    by actor: Actor = SampleActors.finder
  ) throws -> CaseChange {
    let policy = try policy
    let report = Report(
      source: source, category: category, unit: unit, priority: .normal, point: SampleNetworkFiles.middle(of: unit),
      contentDigest: SHA256.digest(of: "report"))
    return CaseChange(filing: CaseMachine.file(report, by: actor, policy: policy, now: now), policy: policy)
  }

  /// The change that a comment makes of the case as it is loaded.
  public func comment(_ loaded: LoadedCase, _ text: String) throws -> CaseChange {
    let policy = try policy
    let draft = try CaseMachine.decide(
      loaded.value, .comment(text: text), by: SampleActors.officer, policy: policy, now: now)
    return CaseChange(loaded, draft, policy: policy)
  }

  /// Appends so many new cases, each in a commit of its own.
  @discardableResult
  public func fileCases(_ count: Int) async throws -> [AppendResult] {
    var results: [AppendResult] = []
    for _ in 0..<count { results.append(try await append([try filing()])) }
    return results
  }

  /// The kinds of the case's events, oldest first.
  public func kinds(of id: CaseID) async throws -> [String] {
    try await journal().filter { $0.event.caseNumber == id.number }.map(\.event.kind)
  }

  /// The whole journal of the district, oldest first.
  public func journal() async throws -> [JournalRow] {
    try await pool.query(
      .unprepared(
        """
        SELECT seq, epoch, at, case_number, kind, actor, body, prev_hash, hash FROM journal WHERE district = $1
        ORDER BY seq
        """), [.text(district.text)]
    ).map { row in
      JournalRow(
        event: JournalEvent(
          district: district, seq: try row.int64(0), epoch: try row.int32(1), at: try row.timestamp(2).instant,
          caseNumber: try row.int64(3), kind: try row.text(4), actor: try row.text(5), body: try row.bytes(6)),
        previousHash: try row.bytes(7), hash: try row.bytes(8))
    }
  }

  /// Where the journal ends.
  public func end() async throws -> JournalPosition {
    guard let end = try await reader.ends()[district] else { throw FixtureFault.noDistrict }
    return end
  }

  /// The one number that the statement answers.
  public func number(_ sql: String, _ parameters: [PostgresParameter] = []) async throws -> Int64 {
    try await pool.query(.unprepared(sql), parameters).onlyRow().int64(0)
  }
}
