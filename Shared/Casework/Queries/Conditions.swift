public import Domain
public import PostgresClient

/// The conditions of a statement that is put together from fixed parts. Values only ever travel as parameters: a part
/// is a `StaticString`, so nothing that a caller sent can become SQL.
public struct Conditions: Sendable {
  /// `$1`, `$2`, … of the statement.
  public private(set) var parameters: [PostgresParameter] = []
  private var parts: [String] = []

  public init() {}

  /// Adds a condition; each `?` in `part` stands for the next of `values`.
  ///
  /// - Precondition: as many question marks as values.
  public mutating func add(_ part: StaticString, _ values: PostgresParameter...) {
    parts.append(fill(part, values))
  }

  /// Adds that the column holds one of these districts. A single one is compared rather than searched for in a list: only
  /// so does an index that begins with the district also give the order of what follows.
  public mutating func add(_ column: StaticString, among districts: [UnitCode]) {
    parts.append(
      districts.count == 1
        ? "\(column) = \(bind(.text(districts[0].text)))"
        : "\(column) = ANY(\(bind(.texts(districts.map(\.text)))))")
  }

  /// Adds a value and returns what stands for it in the statement, e.g. `$3`.
  public mutating func bind(_ value: PostgresParameter) -> String {
    parameters.append(value)
    return "$\(parameters.count)"
  }

  /// All conditions, joined; `true` when there are none.
  public var text: String { parts.isEmpty ? "true" : parts.joined(separator: " AND ") }

  private mutating func fill(_ part: StaticString, _ values: [PostgresParameter]) -> String {
    let pieces = part.description.split(separator: "?", omittingEmptySubsequences: false)
    precondition(pieces.count == values.count + 1, "a condition has one value for each question mark")
    var text = String(pieces[0])
    for (value, piece) in zip(values, pieces.dropFirst()) { text += bind(value) + piece }
    return text
  }
}
