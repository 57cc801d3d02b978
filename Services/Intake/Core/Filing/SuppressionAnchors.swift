import Casework
import Domain
import PostgresClient

/// The suppressions that hold for the reports of one batch, with the case that each sends them to. Read, and locked,
/// in the transaction that files the reports, so that two copies of the service never begin two cases.
struct SuppressionAnchors: Sendable {
  /// How old a case may be that a suppression begins with, where it finds one open: an older one is another matter.
  static let maxAnchorAgeDays: Int64 = 30

  /// By id; the number is nil where there is no case to join yet.
  private(set) var anchors: [String: Int64?] = [:]

  /// Whether the suppression still holds.
  func holds(_ id: String) -> Bool { anchors[id] != nil }

  func anchor(of id: String) -> Int64? { anchors[id] ?? nil }

  var numbers: [Int64] { anchors.values.compactMap { $0 } }

  /// A case was merged into another, which takes its place.
  mutating func follow(_ survivors: [Int64: Int64]) {
    anchors = anchors.mapValues { $0.map { survivors.survivor(of: $0) } }
  }

  /// - Parameters:
  ///   - wanted: candidates, each once or more.
  ///   - policy: by which a suppression's classes are their categories.
  static func load(
    _ wanted: [Suppression], district: UnitCode, policy: NetworkPolicy, now: Instant, in transaction: Transaction
  ) throws -> SuppressionAnchors {
    var found = SuppressionAnchors()
    guard !wanted.isEmpty else { return found }
    let ids = Set(wanted.map(\.id)).sorted()
    let rows = try transaction.query(
      lock, [.text(district.text), .texts(ids), .timestamp(microseconds: now.microseconds)])
    for row in rows {
      let id = try row.text(0)
      var number = try row.int64OrNil(1)
      if number == nil, let suppression = wanted.first(where: { $0.id == id }) {
        number = try firstOpenCase(of: suppression, policy: policy, now: now, in: transaction)
      }
      found.anchors[id] = .some(number)
    }
    return found
  }

  private static func firstOpenCase(
    of suppression: Suppression, policy: NetworkPolicy, now: Instant, in transaction: Transaction
  ) throws -> Int64? {
    let oldest = now.adding(microseconds: -maxAnchorAgeDays * Instant.microsecondsPerDay)
    return try transaction.query(
      firstOpen,
      [
        .text(suppression.district.text), .timestamp(microseconds: oldest.microseconds),
        .text(policy.units.pathText(to: suppression.unit)),
        .texts(suppression.fileableCategories(policy.catalogue).map(\.text)),
        .texts(suppression.sources.map(\.rawValue)),
      ]
    ).first?.int64(0)
  }

  private static let lock = Statement(
    "intake_suppressions_lock",
    """
    SELECT id, case_number FROM suppressions
    WHERE district = $1 AND id = ANY($2) AND ended_at IS NULL AND until_at > $3 ORDER BY id FOR UPDATE
    """)

  private static let firstOpen = Statement(
    "intake_suppression_first_case",
    """
    SELECT number FROM cases
    WHERE district = $1 AND filed_at >= $2 AND starts_with(unit_path, $3) AND category = ANY($4)
      AND (cardinality($5::text[]) = 0 OR source = ANY($5))
      AND state IN ('reported', 'filed', 'desk', 'dispatched', 'signed', 'handled', 'suspended')
    ORDER BY filed_at, number LIMIT 1
    """)
}

extension [Int64: Int64] {
  /// The case in which the matter of a merged one now lies, so far as it is known here.
  func survivor(of number: Int64) -> Int64 {
    var current = number
    for _ in 0..<SentReports.maxMerges {
      guard let next = self[current] else { break }
      current = next
    }
    return current
  }
}
