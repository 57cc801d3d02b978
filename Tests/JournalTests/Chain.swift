import Domain
import Journal

/// A journal in memory: what a machine is to follow.
struct Chain: Sendable {
  private(set) var events: [JournalEvent] = []
  /// The hash before each event and, last, the one after them.
  private(set) var hashes = [JournalHash.origin]
  var epoch: Int32 = 1

  init() {}

  init(count: Int) {
    for _ in 0..<count { append() }
  }

  mutating func append(_ note: String = "") {
    let seq = Int64(events.count + 1)
    let event = JournalEvent(
      district: "d", seq: seq, epoch: epoch, at: Instant(microseconds: seq), caseNumber: seq % 5 + 1, kind: "commented",
      actor: "user:a", body: Array("\(seq)\(note)".utf8))
    events.append(event)
    hashes.append(
      JournalHash.of(
        district: "d", seq: seq, epoch: epoch, at: event.at, previousHash: hashes[hashes.count - 1],
        caseNumber: event.caseNumber, kind: event.kind, actor: event.actor, body: event.body))
  }

  /// Forgets all after so many events, as a failover does that lost them.
  mutating func cut(to count: Int) {
    events.removeSubrange(count...)
    hashes.removeSubrange((count + 1)...)
  }

  /// The events of these numbers as one run.
  func slice(_ numbers: ClosedRange<Int>) -> JournalSlice {
    JournalSlice(
      epoch: events[numbers.upperBound - 1].epoch, previousHash: hashes[numbers.lowerBound - 1],
      lastHash: hashes[numbers.upperBound], events: Array(events[(numbers.lowerBound - 1)..<numbers.upperBound]))
  }

  /// What reading after `seq` answers.
  func read(after seq: Int64, limit: Int = 1_000) -> JournalSlice? {
    guard seq < events.count else { return nil }
    return slice(Int(seq) + 1...min(events.count, Int(seq) + limit))
  }

  func position(_ seq: Int) -> JournalPosition {
    JournalPosition(seq: Int64(seq), epoch: seq == 0 ? epoch : events[seq - 1].epoch, hash: hashes[seq])
  }

  var end: JournalPosition { JournalPosition(seq: Int64(events.count), epoch: epoch, hash: hashes[events.count]) }
}
