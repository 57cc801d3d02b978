public import Domain

/// Events that one commit added to a district's journal, in order: what a writer publishes.
///
/// The run carries the hash it continues and the hash it ends with, so that a consumer can tell at once whether it
/// joins on to what it has applied, and whether the journal is still the one it followed (epoch).
public struct JournalRun: Sendable, Hashable {
  public let district: UnitCode
  public let epoch: Int32
  public let firstSeq: Int64
  public let at: Instant
  public let previousHash: [UInt8]
  public let lastHash: [UInt8]
  public let entries: [Entry]

  /// One event of the run; its `seq` is `firstSeq` plus its place.
  public struct Entry: Sendable, Hashable {
    public let caseNumber: Int64
    public let kind: String
    public let actor: String
    public let body: [UInt8]

    public init(caseNumber: Int64, kind: String, actor: String, body: [UInt8]) {
      self.caseNumber = caseNumber
      self.kind = kind
      self.actor = actor
      self.body = body
    }
  }

  public init(
    district: UnitCode, epoch: Int32, firstSeq: Int64, at: Instant, previousHash: [UInt8], lastHash: [UInt8],
    entries: [Entry]
  ) {
    precondition(!entries.isEmpty, "a run has at least one event")
    self.district = district
    self.epoch = epoch
    self.firstSeq = firstSeq
    self.at = at
    self.previousHash = previousHash
    self.lastHash = lastHash
    self.entries = entries
  }

  public var lastSeq: Int64 { firstSeq + Int64(entries.count) - 1 }

  public func encoded() -> [UInt8] {
    var writer = CanonicalWriter(reserving: 128 + entries.count * 320)
    writer.text(1, district.text)
    writer.signed(2, Int64(epoch))
    writer.signed(3, firstSeq)
    writer.signed(4, at.microseconds)
    writer.blob(5, previousHash)
    writer.blob(6, lastHash)
    for entry in entries {
      writer.message(7) { writer in
        writer.signed(1, entry.caseNumber)
        writer.text(2, entry.kind)
        writer.text(3, entry.actor)
        writer.blob(4, entry.body)
      }
    }
    return writer.bytes
  }

  public init(decoding bytes: [UInt8]) throws(CanonicalFault) {
    var reader = CanonicalReader(bytes)
    var district: UnitCode?
    var epoch: Int32?
    var firstSeq: Int64 = 0
    var at: Instant?
    var previousHash: [UInt8]?
    var lastHash: [UInt8]?
    var entries: [Entry] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: district = UnitCode(try field.text())
      case 2: epoch = Int32(truncatingIfNeeded: field.signed)
      case 3: firstSeq = field.signed
      case 4: at = Instant(microseconds: field.signed)
      case 5: previousHash = field.blob
      case 6: lastHash = field.blob
      case 7:
        var reader = field.message
        entries.append(try Entry(reading: &reader))
      default: break
      }
    }
    guard let district else { throw .missing(field: 1, of: "run") }
    guard let epoch else { throw .missing(field: 2, of: "run") }
    guard let at else { throw .missing(field: 4, of: "run") }
    guard let previousHash else { throw .missing(field: 5, of: "run") }
    guard let lastHash else { throw .missing(field: 6, of: "run") }
    guard !entries.isEmpty else { throw .missing(field: 7, of: "run") }
    guard firstSeq > 0, firstSeq <= Int64.max - Int64(entries.count) else {
      throw .unknownValue(String(firstSeq), of: "sequence number")
    }
    self.init(
      district: district, epoch: epoch, firstSeq: firstSeq, at: at, previousHash: previousHash, lastHash: lastHash,
      entries: entries)
  }
}

extension JournalRun.Entry {
  fileprivate init(reading reader: inout CanonicalReader) throws(CanonicalFault) {
    var caseNumber: Int64?
    var kind: String?
    var actor: String?
    var body: [UInt8]?
    while let field = try reader.next() {
      switch field.number {
      case 1: caseNumber = field.signed
      case 2: kind = try field.text()
      case 3: actor = try field.text()
      case 4: body = field.blob
      default: break
      }
    }
    guard let caseNumber else { throw .missing(field: 1, of: "entry") }
    guard let kind else { throw .missing(field: 2, of: "entry") }
    guard let actor else { throw .missing(field: 3, of: "entry") }
    guard let body else { throw .missing(field: 4, of: "entry") }
    self.init(caseNumber: caseNumber, kind: kind, actor: actor, body: body)
  }
}
