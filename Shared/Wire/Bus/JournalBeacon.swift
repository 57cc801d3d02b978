public import Domain

/// Where a writer's journal ends: sent several times a second, because a lost last message shows no gap.
public struct JournalBeacon: Sendable, Hashable {
  public let district: UnitCode
  public let epoch: Int32
  public let lastSeq: Int64
  public let lastHash: [UInt8]

  public init(district: UnitCode, epoch: Int32, lastSeq: Int64, lastHash: [UInt8]) {
    self.district = district
    self.epoch = epoch
    self.lastSeq = lastSeq
    self.lastHash = lastHash
  }

  public func encoded() -> [UInt8] {
    var writer = CanonicalWriter(reserving: 80)
    writer.text(1, district.text)
    writer.signed(2, Int64(epoch))
    writer.signed(3, lastSeq)
    writer.blob(4, lastHash)
    return writer.bytes
  }

  public init(decoding bytes: [UInt8]) throws(CanonicalFault) {
    var reader = CanonicalReader(bytes)
    var district: UnitCode?
    var epoch: Int32?
    var lastSeq: Int64?
    var lastHash: [UInt8]?
    while let field = try reader.next() {
      switch field.number {
      case 1: district = UnitCode(try field.text())
      case 2: epoch = Int32(truncatingIfNeeded: field.signed)
      case 3: lastSeq = field.signed
      case 4: lastHash = field.blob
      default: break
      }
    }
    guard let district else { throw .missing(field: 1, of: "beacon") }
    guard let epoch else { throw .missing(field: 2, of: "beacon") }
    guard let lastSeq else { throw .missing(field: 3, of: "beacon") }
    guard let lastHash else { throw .missing(field: 4, of: "beacon") }
    self.init(district: district, epoch: epoch, lastSeq: lastSeq, lastHash: lastHash)
  }
}
