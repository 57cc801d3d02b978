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
    /// Cases that now wait for the dispatcher.
    var filed: [Int64] = []
  }

  func commit(_ requests: [CommandRequest]) async throws -> [Result<LoadedCase, any Error>] {
    guard let policy = policies.current(district)?.policy else { throw PolicyFault.noNetwork(district) }
    let now = Instant(microseconds: clock.microseconds)
    let district = district
    let committed = try await pool.transaction { transaction in
      let numbers = Set(requests.flatMap { $0.caseNumbers }).sorted()
      let loaded = try CaseLocks.lock(district, numbers, in: transaction)
      let context = try CommandContext(
        district: district, policy: policy, now: now, requests: requests, numbers: numbers, in: transaction)
      var ledger = CaseLedger(loaded, context)
      let results = requests.map { request in Result { try ledger.carryOut(request) } }
      let changes = ledger.changes
      guard !changes.isEmpty else { return Committed(results: results, append: nil) }
      let batch = JournalAppend.batch(changes, district: district, now: now)
      let rows = try transaction.finalPipeline(batch.calls + ledger.calls)
      let append = try batch.result(rows[0])
      let filed = zip(append.caseNumbers, changes).filter { $1.value.state == .filed }.map(\.0)
      return Committed(results: results, append: append, filed: filed)
    }
    if let append = committed.append { publisher.publish(append.run) }
    if !committed.filed.isEmpty { publisher.wakeDispatcher(district, caseNumbers: committed.filed) }
    return committed.results
  }
}

extension CommandRequest {
  /// Every case that the command may change.
  var caseNumbers: [Int64] {
    if case .merge(let target) = command, target.district == id.district { return [id.number, target.number] }
    return [id.number]
  }

  /// The attachments that the command names.
  var attachments: [String] {
    switch command {
    case .handle(_, _, let photos), .verify(_, _, let photos): photos
    case .split(_, _, _, let attachments): attachments
    default: []
    }
  }
}
