public import Domain
public import Wire

/// One event as the journal has it.
public struct JournalEvent: Sendable, Hashable {
  public let district: UnitCode
  public let seq: Int64
  public let epoch: Int32
  public let at: Instant
  public let caseNumber: Int64
  public let kind: String
  public let actor: String
  public let body: [UInt8]

  public init(
    district: UnitCode, seq: Int64, epoch: Int32, at: Instant, caseNumber: Int64, kind: String, actor: String,
    body: [UInt8]
  ) {
    self.district = district
    self.seq = seq
    self.epoch = epoch
    self.at = at
    self.caseNumber = caseNumber
    self.kind = kind
    self.actor = actor
    self.body = body
  }

  public var caseID: CaseID { CaseID(district: district, number: caseNumber) }

  /// The event itself; nil for a kind that this version does not know.
  public func decoded() throws(CanonicalFault) -> CaseEvent? {
    try EventCoding.decode(kind: kind, actor: actor, body: body)
  }

  /// What it is about, without its detail; nil for a kind that this version does not know.
  public func outline(withClocks: Bool) throws(CanonicalFault) -> EventOutline? {
    try EventCoding.outline(kind: kind, body: body, withClocks: withClocks)
  }
}

/// Where a journal ends, or how far someone has come in it.
public struct JournalPosition: Sendable, Hashable {
  public let seq: Int64
  public let epoch: Int32
  public let hash: [UInt8]

  public init(seq: Int64, epoch: Int32, hash: [UInt8]) {
    self.seq = seq
    self.epoch = epoch
    self.hash = hash
  }
}

/// Consecutive events with the hash they continue and the one they end with.
public struct JournalSlice: Sendable, Hashable {
  public let epoch: Int32
  public let previousHash: [UInt8]
  public let lastHash: [UInt8]
  public let events: [JournalEvent]

  public init(epoch: Int32, previousHash: [UInt8], lastHash: [UInt8], events: [JournalEvent]) {
    precondition(!events.isEmpty, "a slice has at least one event")
    self.epoch = epoch
    self.previousHash = previousHash
    self.lastHash = lastHash
    self.events = events
  }

  public init(_ run: JournalRun) {
    self.init(
      epoch: run.epoch, previousHash: run.previousHash, lastHash: run.lastHash,
      events: run.entries.enumerated().map { index, entry in
        JournalEvent(
          district: run.district, seq: run.firstSeq + Int64(index), epoch: run.epoch, at: run.at,
          caseNumber: entry.caseNumber, kind: entry.kind, actor: entry.actor, body: entry.body)
      })
  }

  public var firstSeq: Int64 { events[0].seq }
  public var lastSeq: Int64 { events[events.count - 1].seq }
  public var end: JournalPosition { JournalPosition(seq: lastSeq, epoch: epoch, hash: lastHash) }

  /// This slice with those that follow it without a gap, as one.
  func joined(with following: [JournalSlice]) -> JournalSlice {
    guard let last = following.last else { return self }
    var events = events
    events.reserveCapacity(events.count + following.reduce(0) { $0 + $1.events.count })
    for slice in following { events += slice.events }
    return JournalSlice(epoch: epoch, previousHash: previousHash, lastHash: last.lastHash, events: events)
  }
}
