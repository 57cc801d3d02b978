import Casework
import Domain
import Journal
import Logging
import Platform
import PostgresClient

/// Takes checked reports and answers when they are committed; what comes while a commit is under way shares the next.
///
/// One desk per process; it keeps one group commit per district. Thread-safe.
final class FilingDesk: Sendable {
  /// Parcels in one group: a parcel is one request, or the lines of a bulk request that are ready.
  static let maxBatchParcels = 400
  /// Parcels that may wait per district; one more is refused.
  static let maxWaitingParcels = 8_192
  /// Reports in one parcel at most.
  static let maxParcelReports = 400

  typealias Outcomes = [Result<FilingOutcome, any Error>]

  /// Under load a commit is shared by more reports; at a thousand a second commits hold two or three and are not paced.
  private static let pace = GroupPace(fromRequests: 12, enoughRequests: 32, microseconds: 6_000)

  private let makeCommit: @Sendable (UnitCode) -> FilingCommit
  private let metrics: IntakeMetrics
  private let groups = Locked<[UnitCode: GroupCommit<[FilingRequest], Outcomes>]>([:])

  init(
    pool: PostgresPool, publisher: JournalPublisher, openCases: OpenCases, suppressions: RunningSuppressions,
    clock: any WallClock, metrics: IntakeMetrics, logger: Logger
  ) {
    self.metrics = metrics
    makeCommit = { district in
      FilingCommit(
        district: district, pool: pool, publisher: publisher, openCases: openCases, suppressions: suppressions,
        clock: clock, metrics: metrics, logger: logger)
    }
  }

  /// Files one report in the journal of its district.
  ///
  /// - Throws: `GroupCommitError` when it was not begun; ``FilingRefusal`` or `PostgresError` when it was refused;
  ///   `PostgresError.commitOutcomeUnknown` when even looking it up did not tell.
  func file(_ request: FilingRequest) async throws -> FilingOutcome {
    let outcomes = try await file([request], in: request.district)
    return try outcomes[0].get()
  }

  /// Files reports of one district in order and answers each.
  ///
  /// - Throws: `GroupCommitError` when none was begun.
  func file(_ parcel: [FilingRequest], in district: UnitCode) async throws -> Outcomes {
    precondition(!parcel.isEmpty && parcel.count <= Self.maxParcelReports, "a parcel has 1 to 400 reports")
    return try await group(for: district).submit(parcel)
  }

  /// Takes no more and returns when everything that was taken is answered.
  func close() async {
    for group in groups.withLock({ Array($0.values) }) { await group.close() }
  }

  private func group(for district: UnitCode) -> GroupCommit<[FilingRequest], Outcomes> {
    groups.withLock { groups in
      if let known = groups[district] { return known }
      let group = Self.group(makeCommit(district))
      groups[district] = group
      return group
    }
  }

  private static func group(_ commit: FilingCommit) -> GroupCommit<[FilingRequest], Outcomes> {
    GroupCommit(maxBatch: maxBatchParcels, maxWaiting: maxWaitingParcels, pace: pace) { parcels in
      var results = await commit.commit(parcels.flatMap { $0 })[...]
      return parcels.map { parcel in
        defer { results = results.dropFirst(parcel.count) }
        return .success(Array(results.prefix(parcel.count)))
      }
    }
  }
}
