public import Casework
import Cryptography
public import Domain
public import GridNetwork
public import Journal
import Logging
public import MessageBus
public import Platform
public import PostgresClient
public import TestSupport
import Wire

/// A database of its own with the schema and one network in force, and what a service needs to work on its cases.
public struct CaseworkFixture: Sendable {
  /// Monday 2026-03-02, 09:00 in Shanghai.
  public static let start = Instant(secondsSince1970: 1_772_413_200)

  public let configuration: PostgresConfiguration
  public let pool: PostgresPool
  public let policies: PolicyStore
  public let publisher: JournalPublisher
  public let desk: CommandDesk
  public let reader: JournalReader
  /// Stands still at ``start`` until it is moved.
  public let clock: ManualClock
  /// The network's district; the first, where it has several.
  public let district: UnitCode

  /// - Parameters:
  ///   - name: begins the database's name.
  ///   - files: the network's.
  ///   - geometry: what of the shapes the policies hold.
  ///   - bus: over which commands are published.
  ///   - server: where the database is made; nil for the server that all tests of the process share.
  public static func make(
    named name: String, files: [String: [UInt8]] = SampleNetworkFiles.all, geometry: GeometryReading = .skip,
    bus: any Bus = SilentBus(), server: TestPostgres? = nil
  ) async throws -> CaseworkFixture {
    let configuration =
      if let server {
        try await server.database(named: name)
      } else {
        try await TestPostgres.shared.database(named: name)
      }
    _ = try await Migrator(configuration: configuration).migrate()
    let logger = Logger(label: "fixture") { _ in SwiftLogNoOpLogHandler() }
    let pool = PostgresPool(configuration, logger: logger)
    let district = try await load(files, version: 1, pool: pool)
    let policies = PolicyStore(pool: pool, geometry: geometry, logger: logger)
    try await policies.refresh()
    let clock = ManualClock(microseconds: start.microseconds)
    let publisher = JournalPublisher(bus: bus)
    return CaseworkFixture(
      configuration: configuration, pool: pool, policies: policies, publisher: publisher,
      desk: CommandDesk(pool: pool, policies: policies, publisher: publisher, clock: clock),
      reader: JournalReader(pool: pool), clock: clock, district: district)
  }

  /// Puts a version of the network in force and gives each of its districts a journal, where it has none. Returns the
  /// first district.
  @discardableResult
  public static func load(
    _ files: [String: [UInt8]], version: Int32, pool: PostgresPool
  ) async throws -> UnitCode {
    let archive = ArchiveSource.pack(files)
    let network = try NetworkReader.read(try ArchiveSource(archive), version: version, geometry: .skip)
    guard let first = network.policy.units.roots.first?.code else { throw FixtureFault.noDistrict }
    for district in network.policy.units.roots.map(\.code) {
      _ = try await pool.pipeline([
        PostgresCall(
          .unprepared(
            """
            INSERT INTO network_versions (district, version, name, archive, sha256, applied_by)
            VALUES ($1, $2, $3, $4, $5, 'fixture')
            """),
          [
            .text(district.text), .int32(version), .text(network.policy.name), .bytes(archive),
            .bytes(SHA256.digest(of: archive)),
          ]),
        PostgresCall(
          .unprepared("INSERT INTO journal_head (district) VALUES ($1) ON CONFLICT DO NOTHING"),
          [.text(district.text)]),
      ])
    }
    return first
  }

  public var now: Instant { Instant(microseconds: clock.microseconds) }

  public var policy: NetworkPolicy {
    get throws {
      guard let policy = policies.current(district)?.policy else { throw FixtureFault.noDistrict }
      return policy
    }
  }

  /// Moves the clock forward.
  public func advance(seconds: Int64) { clock.advance(microseconds: seconds * 1_000_000) }

  /// Files a case as the intake does, with what its reporter wrote.
  @discardableResult
  public func file(
    category: CategoryCode = "0101", unit: UnitCode = "g1", source: ReportSource = .officer,
    priority: Priority = .normal,
    by actor: Actor = Actor(kind: .user, name: "finder", role: .officer, unit: "g1"),
    description: String = "rubbish at the gate", reporter: (name: String, phone: String)? = nil
  ) async throws -> CaseID {
    let digest = SHA256.digest(of: description)
    let report = Report(
      source: source, category: category, unit: unit, priority: priority, point: SampleNetworkFiles.middle(of: unit),
      contentDigest: digest)
    let policy = try policy
    let draft = CaseMachine.file(report, by: actor, policy: policy, now: now)
    let district = policy.units.district(of: unit) ?? district
    let appended = try await append([CaseChange(filing: draft, policy: policy)], in: district)
    let number = appended.caseNumbers[0]
    try await pool.execute(
      .unprepared(
        """
        INSERT INTO reports (district, case_number, part, source, submitter, body_hash, seq, received_at, description,
          reporter_name, reporter_phone) VALUES ($1, $2, 0, $3, $4, $5, $6, $7, $8, $9, $10)
        """),
      [
        .text(district.text), .int64(number), .text(source.rawValue), .text(actor.text), .bytes(digest),
        .int64(appended.run.firstSeq), .timestamp(microseconds: now.microseconds), .text(description),
        .text(reporter?.name), .text(reporter?.phone),
      ])
    return CaseID(district: district, number: number)
  }

  /// Sends a filed case where the rules say, as the dispatcher does.
  public func route(_ id: CaseID) async throws {
    let policy = try policy
    let value = try await load(id).value
    let decision = Router.route(value.traits(policy: policy), policy: policy)
    guard
      let draft = CaseMachine.route(value, decision, by: .service("dispatcher"), policy: policy, now: now)
    else { return }
    try await append([CaseChange(LoadedCase(id: id, value: value), draft, policy: policy)], in: id.district)
  }

  /// Carries a command out, whatever the version.
  @discardableResult
  public func perform(_ command: CaseCommand, on id: CaseID, by actor: Actor) async throws -> LoadedCase {
    try await desk.perform(CommandRequest(id: id, command: command, actor: actor, expectedVersion: nil))
  }

  /// The case as it stands.
  public func load(_ id: CaseID) async throws -> LoadedCase {
    let row = try await pool.query(
      .unprepared("SELECT snapshot FROM cases WHERE district = $1 AND number = $2"),
      [.text(id.district.text), .int64(id.number)]
    ).onlyRow()
    return LoadedCase(id: id, value: try CaseCoding.decode(try row.bytes(0)))
  }

  /// Appends changes to the journal of a district, the first if nil, and publishes them.
  @discardableResult
  public func append(_ changes: [CaseChange], in other: UnitCode? = nil) async throws -> AppendResult {
    let batch = JournalAppend.batch(changes, district: other ?? district, now: now)
    let rows = try await pool.pipeline(batch.calls)
    let result = try batch.result(rows[0])
    publisher.publish(result.run)
    return result
  }

  /// Closes the connections.
  public func close() async {
    await desk.close()
    await pool.close()
  }
}

enum FixtureFault: Error {
  case noDistrict
}
