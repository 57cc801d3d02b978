public import Domain

/// Says that a district has cases waiting for the dispatcher. Only a hint: the dispatcher claims rows, and sweeps for
/// what no hint told it of.
public struct WakeUp: Sendable, Hashable {
  public let district: UnitCode
  public let caseNumbers: [Int64]

  public init(district: UnitCode, caseNumbers: [Int64]) {
    self.district = district
    self.caseNumbers = caseNumbers
  }

  public func encoded() -> [UInt8] {
    var writer = CanonicalWriter(reserving: 16 + caseNumbers.count * 5)
    writer.text(1, district.text)
    for number in caseNumbers { writer.signed(2, number) }
    return writer.bytes
  }

  public init(decoding bytes: [UInt8]) throws(CanonicalFault) {
    var reader = CanonicalReader(bytes)
    var district: UnitCode?
    var numbers: [Int64] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: district = UnitCode(try field.text())
      case 2: numbers.append(field.signed)
      default: break
      }
    }
    guard let district else { throw .missing(field: 1, of: "wake-up") }
    self.init(district: district, caseNumbers: numbers)
  }
}
