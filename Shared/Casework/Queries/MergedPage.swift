import Domain
public import PostgresClient

/// One page out of the pages of several districts, each of which is in order and as long as the page may be, or one row
/// longer.
public struct MergedPage<Row> {
  public let rows: [Row]
  /// Whether more comes after them.
  public let hasMore: Bool

  /// - Parameter isBefore: the order of the lists, the same for all of them; no two rows are alike in it.
  public init(_ lists: [[Row]], limit: Int, isBefore: (Row, Row) -> Bool) {
    let all = lists.count == 1 ? lists[0] : lists.flatMap(\.self).sorted(by: isBefore)
    hasMore = all.count > limit
    rows = Array(all.prefix(limit))
  }
}

extension MergedPage: Sendable where Row: Sendable {}

extension PostgresPool {
  /// The answers to a statement for each district, in one round trip; each names a single district, so that it concerns
  /// one shard.
  public func ask(_ calls: [PostgresCall]) async throws -> [PostgresRows] {
    guard calls.count != 1 else { return [try await query(calls[0].statement, calls[0].parameters)] }
    return calls.isEmpty ? [] : try await pipeline(calls)
  }
}

extension CaseSight {
  /// What of the sight the filter is asked of: a unit that it names lies in one district.
  public func asked(by filter: CaseFilter) -> CaseSight {
    filter.territory.map { among($0.districts) } ?? self
  }
}
