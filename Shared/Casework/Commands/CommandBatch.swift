import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient

/// One commit's worth of commands of one district.
struct CommandBatch: Sendable {
  let district: UnitCode
  let pool: PostgresPool
  let policies: PolicyStore
  let publisher: JournalPublisher
  let clock: any WallClock

  private struct Committed: Sendable {
    let results: [Result<LoadedCase, any Error>]
    let append: AppendResult?
  }

  func commit(_ requests: [CommandRequest]) async throws -> [Result<LoadedCase, any Error>] {
    guard let policy = policies.current(district)?.policy else { throw PolicyFault.noNetwork(district) }
    let now = Instant(microseconds: clock.microseconds)
    let district = district
    let committed = try await pool.transaction { transaction in
      let numbers = Set(requests.flatMap { $0.caseNumbers }).sorted()
      let loaded = try CaseLocks.lock(district, numbers, in: transaction)
      var ledger = CaseLedger(loaded)
      let results = requests.map { request in
        Result { try ledger.carryOut(request, policy: policy, now: now) }
      }
      let changes = ledger.changes(policy: policy)
      guard !changes.isEmpty else { return Committed(results: results, append: nil) }
      let batch = JournalAppend.batch(changes, district: district, now: now)
      let rows = try transaction.finalPipeline([batch.call])
      return Committed(results: results, append: try batch.result(rows[0]))
    }
    if let append = committed.append { publisher.publish(append.run) }
    return committed.results
  }
}

extension CommandRequest {
  /// Every case that the command may change.
  var caseNumbers: [Int64] {
    if case .merge(let target) = command, target.district == id.district { return [id.number, target.number] }
    return [id.number]
  }
}

/// The locked cases of one commit and what the commands so far have made of them, so that two commands on one case in
/// one batch see each other.
struct CaseLedger {
  private var original: [Int64: LoadedCase]
  private var values: [Int64: Case]
  private var events: [Int64: [CaseEvent]] = [:]

  init(_ loaded: [LoadedCase]) {
    original = Dictionary(uniqueKeysWithValues: loaded.map { ($0.id.number, $0) })
    values = original.mapValues(\.value)
  }

  mutating func carryOut(_ request: CommandRequest, policy: NetworkPolicy, now: Instant) throws -> LoadedCase {
    guard let value = values[request.id.number] else { throw CommandFault.unknownCase(request.id) }
    if let expected = request.expectedVersion, expected != value.version {
      throw CommandFault.stale(request.id, version: value.version)
    }
    let draft = try CaseMachine.decide(value, request.command, by: request.actor, policy: policy, now: now)
    if case .merge(let target) = request.command {
      guard target.district == request.id.district, let other = values[target.number] else {
        throw CaseRefusal.mergeTarget(target)
      }
      let absorbed = try CaseMachine.absorb(other, id: target, request.id, by: request.actor, now: now)
      take(absorbed, target.number)
    }
    take(draft, request.id.number)
    return LoadedCase(id: request.id, value: draft.value)
  }

  private mutating func take(_ draft: CaseDraft, _ number: Int64) {
    values[number] = draft.value
    events[number, default: []] += draft.events
  }

  /// One change per case that anything happened to, in order of number.
  func changes(policy: NetworkPolicy) -> [CaseChange] {
    events.keys.sorted().compactMap { number in
      guard let loaded = original[number], let value = values[number], let events = events[number] else { return nil }
      return CaseChange(
        number: number, expectedVersion: loaded.value.version, value: value, events: events,
        unitPath: policy.unitPath(value.subject.unit), filedDay: policy.filedDay(value.subject.filedAt))
    }
  }
}
