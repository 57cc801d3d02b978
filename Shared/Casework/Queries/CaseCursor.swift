public import Domain

/// In which order a list is, and where its next page begins.
public enum CaseOrder: String, CaseIterable, Sendable {
  case newestFirst = "-filed_at"
  case oldestFirst = "filed_at"
  /// What is due first comes first; cases without a running clock last.
  case dueFirst = "due_at"
  case changedFirst = "-updated_at"
}

/// The last row of a page: the next page holds what comes after it. Pages are found by key, not by counting, so that
/// what is filed meanwhile neither repeats nor skips a case. Of cases with the same key the district decides, then the
/// number: so the cases of several districts are in one order, too.
public struct CaseCursor: Sendable, Hashable {
  public let order: CaseOrder
  public let key: Instant
  public let id: CaseID

  public init(order: CaseOrder, key: Instant, id: CaseID) {
    self.order = order
    self.key = key
    self.id = id
  }

  /// `<order>.<microseconds>.<case id>`
  public var text: String { "\(order.rawValue).\(key.microseconds).\(id)" }

  /// Nil unless `text` is a cursor.
  public init?(_ text: String) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 3, let order = CaseOrder(rawValue: String(parts[0])), let key = Int64(parts[1]),
      let id = CaseID(String(parts[2])), abs(key) <= CaseCursor.maxMicroseconds
    else { return nil }
    self.init(order: order, key: Instant(microseconds: key), id: id)
  }

  /// After which number a district goes on where cases have the cursor's key: one before the cursor's district in the
  /// list has shown all of them, one behind it none.
  func number(in district: UnitCode) -> Int64 {
    if district == id.district { return id.number }
    return district < id.district ? .max : .min
  }

  /// The year 9999, at which cases without a due time stand; what a database can hold beyond it no list asks for.
  static let maxMicroseconds: Int64 = 253_402_300_800_000_000
}

extension CaseOrder {
  /// What the database sorts by; the number breaks ties.
  var expression: String {
    switch self {
    case .newestFirst, .oldestFirst: "c.filed_at"
    case .dueFirst: "coalesce(c.due_at, TIMESTAMPTZ '9999-12-31 00:00:00Z')"
    case .changedFirst: "c.updated_at"
    }
  }

  var isDescending: Bool {
    switch self {
    case .newestFirst, .changedFirst: true
    case .oldestFirst, .dueFirst: false
    }
  }
}
