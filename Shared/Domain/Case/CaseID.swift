/// The number of a case: `<district>-<number>`.
public struct CaseID: Sendable, Hashable, CustomStringConvertible {
  public let district: UnitCode
  public let number: Int64

  public init(district: UnitCode, number: Int64) {
    self.district = district
    self.number = number
  }

  /// Nil unless the text has a district's code, a hyphen and a positive number without leading zeros.
  public init?(_ text: String) {
    guard let hyphen = text.lastIndex(of: "-"), hyphen != text.startIndex else { return nil }
    let digits = text[text.index(after: hyphen)...]
    guard let number = Int64(digits), number > 0, String(number) == digits else { return nil }
    self.init(district: UnitCode(String(text[..<hyphen])), number: number)
  }

  public var description: String { "\(district.text)-\(number)" }
}
