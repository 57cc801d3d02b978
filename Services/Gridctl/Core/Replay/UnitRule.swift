/// How a column's text names a unit: `03 STATEN ISLAND` is 503.
///
/// `@unchecked`: a `Regex` without captures' types is immutable once made and only read here; the standard library has
/// not marked it Sendable.
struct UnitRule: @unchecked Sendable {
  let column: String
  private let pattern: Regex<AnyRegexOutput>
  private let unit: ColumnTemplate
  /// Words and what stands for them, by table.
  private let tables: [String: [String: String]]

  /// - Parameters:
  ///   - pattern: a regular expression that the whole text must match, with named groups.
  ///   - unit: a template of the groups' names, `{board}`, or of a table and a group, `{boroughs:name}`.
  /// - Throws: what `Regex` throws for a pattern that is none.
  init(column: String, pattern: String, unit: ColumnTemplate, tables: [String: [String: String]]) throws {
    self.column = column
    self.pattern = try Regex(pattern)
    self.unit = unit
    self.tables = tables
  }

  /// The unit's code; nil when the text does not match or a table lacks the word.
  func unit(of text: String) -> String? {
    guard let match = text.wholeMatch(of: pattern) else { return nil }
    return unit.filled { name in
      let parts = name.split(separator: ":", maxSplits: 1)
      guard let group = parts.last, let found = match[String(group)]?.substring.map(String.init) else { return nil }
      guard parts.count == 2 else { return found }
      return tables[String(parts[0])]?[found]
    }
  }
}
