import Casework
import Domain
import GridNetwork
import Logging
import Operations
import Platform
import PostgresClient

/// Removes images that no report ever named: a sender that uploaded and then went away leaves nothing behind.
///
/// Several copies may sweep at once; each passes over what another, or a report that is being filed, holds.
struct AttachmentSweep: Sendable {
  static let everySeconds: Int64 = 60
  /// Images removed in one statement at most.
  static let maxBatch = 200

  let pool: PostgresPool
  let policies: PolicyStore
  let clock: any WallClock
  /// How long an image waits for its report.
  let maxUnboundHours: Int
  let metrics: IntakeMetrics
  let logger: Logger

  /// Removes what has waited too long. Returns how many images it removed; throws `PostgresError`.
  @discardableResult
  func sweep() async throws -> Int {
    let now = Instant(microseconds: clock.microseconds)
    let oldest = now.adding(microseconds: -Int64(maxUnboundHours) * Instant.microsecondsPerHour)
    let cities = Set(policies.networks.compactMap { $0.identity.city?.code })
    var removed = 0
    for place in policies.districts + cities.sorted() {
      while true {
        let count = try await pool.execute(
          Self.remove, [.text(place.text), .timestamp(microseconds: oldest.microseconds), .int64(Int64(Self.maxBatch))])
        removed += count
        if count < Self.maxBatch { break }
      }
    }
    if removed > 0 { metrics.attachments.with("swept").increment(by: removed) }
    return removed
  }

  /// Keeps sweeping until the task is cancelled.
  func run() async {
    while !Task.isCancelled {
      do {
        try await sweep()
      } catch {
        if !Task.isCancelled {
          logger.warning("unbound attachments cannot be swept", metadata: ["fault": "\(error)"])
        }
      }
      try? await MonotonicClock.wait(until: MonotonicClock.microseconds + Self.everySeconds * 1_000_000)
    }
  }

  private static let remove = Statement(
    "intake_sweep_attachments",
    """
    DELETE FROM attachments
    WHERE district = $1 AND case_number IS NULL AND id = ANY(ARRAY(
      SELECT id FROM attachments WHERE district = $1 AND case_number IS NULL AND uploaded_at < $2
      ORDER BY uploaded_at LIMIT $3 FOR UPDATE SKIP LOCKED))
    """)
}
