public import Domain
import Journal
public import PostgresClient
import Wire

/// A case as it was read, with its number and, while the transaction lasts, its lock.
public struct LoadedCase: Sendable, Hashable {
  public let id: CaseID
  public let value: Case

  public init(id: CaseID, value: Case) {
    self.id = id
    self.value = value
  }
}

/// Reads cases under their locks, always in order of number, so that two writers never wait for each other in a circle.
public enum CaseLocks {
  private static let byNumber = Statement(
    "cases_lock",
    "SELECT number, snapshot FROM cases WHERE district = $1 AND number = ANY($2) ORDER BY number FOR UPDATE")

  private static let waiting = Statement(
    "cases_claim",
    """
    SELECT number, snapshot FROM cases WHERE district = $1 AND state = 'filed'
    ORDER BY number LIMIT $2 FOR UPDATE SKIP LOCKED
    """)

  /// The cases of these numbers; those that do not exist are left out. Waits for other writers of the same cases.
  public static func lock(
    _ district: UnitCode, _ numbers: [Int64], in transaction: Transaction
  ) throws -> [LoadedCase] {
    try cases(
      district, try transaction.query(byNumber, [.text(district.text), .int64s(numbers)]))
  }

  /// The oldest cases that wait for dispatch and that nobody else is dispatching.
  public static func claimFiled(
    _ district: UnitCode, limit: Int, in transaction: Transaction
  ) throws -> [LoadedCase] {
    try cases(district, try transaction.query(waiting, [.text(district.text), .int64(Int64(limit))]))
  }

  private static func cases(_ district: UnitCode, _ rows: PostgresRows) throws -> [LoadedCase] {
    try rows.map { row in
      LoadedCase(
        id: CaseID(district: district, number: try row.int64(0)), value: try CaseCoding.decode(try row.bytes(1)))
    }
  }
}
