import Casework
import Domain
import Journal
import Platform
import PostgresClient

/// One transaction that files a batch of reports of one district.
struct FilingAttempt: Sendable {
  struct Committed: Sendable {
    let plan: FilingPlan
    let append: AppendResult?
    /// Cases that were taken for open and are not.
    let stale: [Int64]
  }

  enum Outcome: Sendable {
    case committed(Committed)
    /// Nothing was written: cases that were to be joined have been merged into others, which must be locked first.
    case merged([Int64: Int64])
  }

  let requests: [FilingRequest]
  /// What each request joins, as far as it was known before the transaction.
  let found: [FilingTarget]
  /// Cases that have been merged into others, each with that one.
  let survivors: [Int64: Int64]
  /// Whether cases are followed to those that they were merged into.
  let followsOn: Bool
  let everyKey: Bool
  /// Takes the places of the requests that are known already, unless an attempt before has filled it.
  let knownBefore: Locked<Set<Int>?>
  let district: UnitCode
  let now: Instant

  func run(in transaction: Transaction) throws -> Outcome {
    let targets = found.map { $0.following(survivors) }
    let known = try KnownReports.load(
      requests, targets: targets.map(\.number), district: district, everyKey: everyKey, in: transaction)
    knownBefore.withLock { before in
      if before == nil { before = Set(known.byKey.keys).union(known.byExternalID.keys) }
    }
    var anchors = try anchors(of: targets, in: transaction)
    anchors.follow(survivors)
    let wanted = Set(targets.compactMap(\.number) + anchors.numbers).sorted()
    let loaded = wanted.isEmpty ? [] : try CaseLocks.lock(district, wanted, in: transaction)
    let merged = merged(loaded)
    if followsOn, !merged.isEmpty { return .merged(merged) }
    let plan = FilingPlan(requests, known: known, targets: targets, anchors: anchors, loaded: loaded, now: now)
    let stale = wanted.filter { number in !loaded.contains { $0.id.number == number && $0.value.state.isOpen } }
    return .committed(Committed(plan: plan, append: try append(plan, in: transaction), stale: stale))
  }

  private func anchors(of targets: [FilingTarget], in transaction: Transaction) throws -> SuppressionAnchors {
    guard let policy = requests.first?.policy else { return SuppressionAnchors() }
    return try SuppressionAnchors.load(
      targets.compactMap(\.suppression), district: district, policy: policy, now: now, in: transaction)
  }

  /// Cases that ended in another one of the district, each with that one.
  private func merged(_ loaded: [LoadedCase]) -> [Int64: Int64] {
    var survivors: [Int64: Int64] = [:]
    for value in loaded where value.value.state == .merged {
      guard let survivor = value.value.mergedInto, survivor.district == district else { continue }
      survivors[value.id.number] = survivor.number
    }
    return survivors
  }

  /// Writes what the plan changes, with the rows of the reports, and commits; nil where it changes nothing.
  private func append(_ plan: FilingPlan, in transaction: Transaction) throws -> AppendResult? {
    guard !plan.changes.isEmpty else { return nil }
    let batch = JournalAppend.batch(plan.changes, district: district, now: now)
    let rows = try transaction.finalPipeline(batch.calls + ReportRows.calls(plan, requests, district: district))
    return try batch.result(rows[0])
  }
}
