import Casework
import CaseworkSupport
import Domain
import Foundation
import GridNetwork
import Journal
import Platform
import PostgresClient

@testable import EscalationCore

/// The two halves of the service driven by hand: the timers follow the journal, and what is due is fired.
struct EscalationRig {
  let fixture: CaseworkFixture
  private let pool: PostgresPool
  private let sink: DurableSink
  private let batch: FiringBatch

  init(_ fixture: CaseworkFixture, pool: PostgresPool? = nil) {
    self.fixture = fixture
    let pool = pool ?? fixture.pool
    self.pool = pool
    sink = DurableSink(
      consumer: TimerEffect.consumer, pool: pool, effect: TimerEffect(policies: fixture.policies), logger: silent)
    batch = FiringBatch(district: fixture.district, pool: pool, policies: fixture.policies, clock: fixture.clock)
  }

  /// Lays out the timers for all that was written.
  func follow() async throws {
    while true {
      let position = try await sink.position(fixture.district)
      guard let slice = try await fixture.reader.events(fixture.district, after: position.seq) else { return }
      _ = try await sink.apply(slice, to: fixture.district, from: position)
    }
  }

  /// Fires one batch; nil when nothing was due.
  func fireOnce(drainBegan: Instant? = nil) async throws -> FiringBatch.Outcome? {
    try await batch.run(drainBegan: drainBegan)
  }

  /// Brings the timers and due times under the policy in force; the steps of the pass.
  @discardableResult
  func layOut() async throws -> [PolicyLayout.Step] {
    let (policy, layout) = (try fixture.policy, layout)
    _ = try await layout.begin(policy)
    var steps: [PolicyLayout.Step] = []
    while let step = try await layout.step(policy) { steps.append(step) }
    return steps
  }

  var layout: PolicyLayout { PolicyLayout(district: fixture.district, pool: pool, clock: fixture.clock) }

  /// Everything that is due at the clock's time; how many rungs fired.
  @discardableResult
  func settle() async throws -> Int {
    try await follow()
    var fired = 0
    while let outcome = try await batch.run() {
      fired += outcome.fired
      try await follow()
    }
    return fired
  }

  /// When the next timer is due; nil when none runs.
  func nextFireAt() async throws -> Instant? {
    try await pool.query(.unprepared("SELECT min(fire_at) FROM timers")).onlyRow().timestampOrNil(0)?.instant
  }

  /// Forgets timers and position, as a rebuild does.
  func forget() async throws {
    try await fixture.pool.execute(
      script: "DELETE FROM timers; UPDATE positions SET seq = 0, hash = decode(repeat('00', 32), 'hex')")
  }
}

/// One row of `timers`.
struct LaidTimer: Hashable {
  let caseNumber: Int64
  let clock: String
  let version: Int32
  let fireAt: Instant
}

extension CaseworkFixture {
  /// Every timer, in the order of the keys.
  func timers() async throws -> [LaidTimer] {
    try await pool.query(
      .unprepared("SELECT case_number, clock, version, fire_at FROM timers ORDER BY case_number, clock, version")
    ).map { row in
      LaidTimer(
        caseNumber: try row.int64(0), clock: try row.text(1), version: try row.int32(2),
        fireAt: try row.timestamp(3).instant)
    }
  }

  /// Files so many cases at once and sends them where the rules say, all at the clock's time.
  func dispatchMany(_ count: Int, priority: Priority = .normal) async throws {
    let (policy, district, now) = (try policy, district, now)
    var left = count
    while left > 0 {
      let size = min(left, 500)
      left -= size
      let filed = try await append(
        (0..<size).map { _ in
          let report = Report(
            source: .officer, category: "0101", unit: "g1", priority: priority,
            point: SampleNetworkFiles.middle(of: "g1"), contentDigest: [UInt8](repeating: 7, count: 32))
          return CaseChange(
            filing: CaseMachine.file(report, by: SampleActors.finder, policy: policy, now: now), policy: policy)
        })
      let routed = try await pool.transaction { transaction in
        try CaseLocks.lock(district, filed.caseNumbers, in: transaction).compactMap { loaded in
          let decision = Router.route(loaded.value.traits(policy: policy), policy: policy)
          return CaseMachine.route(loaded.value, decision, by: .service("dispatcher"), policy: policy, now: now)
            .map { CaseChange(loaded, $0, policy: policy) }
        }
      }
      try await append(routed)
    }
  }
}

/// One row of `escalations`.
struct FiredRung: Equatable {
  let clock: String
  let rung: String
  let act: String
  let receivers: [String]
  let lateSeconds: Int64
}

extension CaseworkFixture {
  /// The rungs that were fired for the case, in the order of the journal.
  func fired(_ id: CaseID, clock: ClockName? = nil) async throws -> [FiredRung] {
    let rows = try await pool.query(
      .unprepared("SELECT clock, rung, act, receivers, late_seconds, rung_at FROM escalations WHERE case_number = $1"),
      [.int64(id.number)])
    let stored = try rows.map { row in
      FiredRung(
        clock: try row.text(0), rung: try row.text(1), act: try row.text(2), receivers: try row.texts(3),
        lateSeconds: try row.int64(4))
    }
    var fired: [FiredRung] = []
    for row in try await journal() where row.event.caseNumber == id.number {
      guard case .escalated(let escalation)? = try row.event.decoded()?.detail else { continue }
      let rung = FiredRung(
        clock: escalation.clock.rawValue, rung: escalation.rung, act: escalation.act.rawValue,
        receivers: escalation.to, lateSeconds: escalation.lateSeconds)
      guard stored.contains(rung) else { continue }
      fired.append(rung)
    }
    return fired.count == stored.count ? fired.filter { clock == nil || $0.clock == clock?.rawValue } : []
  }

  /// Sets the clock to a local time of Shanghai in March 2026.
  func setClock(_ day: Int, _ hour: Int, _ minute: Int, second: Int = 0) {
    clock.set(microseconds: Self.march(day, hour, minute, second: second).microseconds)
  }

  static func march(_ day: Int, _ hour: Int, _ minute: Int, second: Int = 0) -> Instant {
    let sinceStart = (day - 2) * 86_400 + (hour - 9) * 3_600 + minute * 60 + second
    return start.adding(seconds: Int64(sinceStart))
  }
}

/// The network of Bao'an, as it is delivered.
enum Baoan {
  static let grid: UnitCode = "440306017001001"
  static let community: UnitCode = "440306017001"
  static let street: UnitCode = "440306017"
  static let district: UnitCode = "440306"

  static func files() throws -> [String: [UInt8]] {
    let folder = URL(fileURLWithPath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("deploy/networks/baoan").path
    let source = DirectorySource(path: folder)
    let names = try NetworkReader.read(source, geometry: .skip).fileNames
    return Dictionary(
      uniqueKeysWithValues: try names.compactMap { name in try source.bytes(of: name).map { (name, $0) } })
  }

  /// A case of street order at nine on Monday 2 March 2026, sent to the urban management of the district.
  static func dispatched(_ fixture: CaseworkFixture) async throws -> CaseID {
    let id = try await fixture.file(category: "E0202", unit: grid)
    try await fixture.route(id)
    return id
  }

  static let handler = Actor(kind: .user, name: "li", role: .handler, unit: district, department: "CGJ")
}
