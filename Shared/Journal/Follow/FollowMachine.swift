/// How one district's journal is followed: which slice to apply next, when to read a gap, when to stop. Pure.
///
/// Slices come over the bus in any order, twice, or never. What continues the position is applied; what is ahead waits
/// a moment, since writers overtake each other, and then the gap is read from the journal; what is behind is dropped.
/// A slice or an end that contradicts what was applied (another epoch or hash) halts the district for good: after a
/// failover a number can come back with other content, and only a rebuild may go on from there.
public struct FollowMachine: Sendable {
  /// What to do now.
  public enum Action: Sendable, Equatable {
    /// Apply the slice, then tell ``applied(_:)``.
    case apply(JournalSlice)
    /// Read from the journal after this number, then hand the answer to ``read(_:at:)``.
    case read(after: Int64)
    /// Nothing to do before this moment (monotonic microseconds); nil: before something new comes.
    case wait(until: Int64?)
    case halt(FollowFault)
  }

  /// How long what is ahead waits for what it overtook, before the gap is read.
  public static let reorderMicroseconds: Int64 = 10_000
  /// Slices kept while they wait; beyond that the bus is dropped and the journal read.
  public static let maxHeldSlices = 256
  /// Events in one application at most.
  public static let maxAppliedEvents = 2_000

  public private(set) var position: JournalPosition
  /// The highest end that is known.
  public private(set) var knownEnd: Int64
  private var held: [Int64: JournalSlice] = [:]
  private var gapSince: Int64?
  private var fault: FollowFault?

  public init(position: JournalPosition) {
    self.position = position
    knownEnd = position.seq
  }

  /// How many events are known of and not applied.
  public var lag: Int64 { max(0, knownEnd - position.seq) }

  /// A slice that came over the bus.
  public mutating func offer(_ slice: JournalSlice, at now: Int64) {
    knownEnd = max(knownEnd, slice.lastSeq)
    guard slice.lastSeq > position.seq else { return }
    // One that only partly continues cannot be checked against the chain; the journal is read instead.
    if slice.firstSeq > position.seq, held.count < Self.maxHeldSlices { held[slice.firstSeq] = slice }
    noteGap(at: now)
  }

  /// The end of the journal, from a beacon or from its head.
  public mutating func offer(end: JournalPosition, at now: Int64) {
    knownEnd = max(knownEnd, end.seq)
    if end.epoch != position.epoch, position.seq > 0 || end.epoch > position.epoch {
      fault = fault ?? .otherEpoch(applied: position.epoch, journal: end.epoch)
    } else if end.seq == position.seq, end.hash != position.hash {
      fault = fault ?? .otherContent(seq: end.seq)
    }
    noteGap(at: now)
  }

  /// The end of the journal as the database has it; unlike a beacon it cannot be older than what was applied.
  public mutating func offer(head: JournalPosition, at now: Int64) {
    if head.seq < position.seq { fault = fault ?? .shorter(applied: position.seq, journal: head.seq) }
    offer(end: head, at: now)
  }

  /// The journal's answer to ``Action/read(after:)``: nil when it has nothing there yet.
  public mutating func read(_ slice: JournalSlice?, at now: Int64) {
    guard let slice else {
      gapSince = now
      return
    }
    knownEnd = max(knownEnd, slice.lastSeq)
    if slice.firstSeq > position.seq { held[slice.firstSeq] = slice }
    // A read that began before the position moved still holds what follows it, but not at its start.
    if slice.firstSeq != position.seq + 1, slice.lastSeq > position.seq { gapSince = now - Self.reorderMicroseconds }
  }

  /// The position that the application reached, whether by this process or by another copy of it.
  public mutating func applied(_ reached: JournalPosition) {
    position = reached
    knownEnd = max(knownEnd, reached.seq)
    held = held.filter { $0.key > reached.seq }
    gapSince = nil
  }

  public mutating func next(at now: Int64) -> Action {
    if let fault { return .halt(fault) }
    if var slice = held[position.seq + 1] {
      guard slice.epoch == position.epoch || position.seq == 0 else {
        return halt(.otherEpoch(applied: position.epoch, journal: slice.epoch))
      }
      guard slice.previousHash == position.hash else { return halt(.otherContent(seq: slice.firstSeq)) }
      while slice.events.count < Self.maxAppliedEvents, let following = held[slice.lastSeq + 1],
        following.epoch == slice.epoch, following.previousHash == slice.lastHash
      {
        slice = slice.joined(with: following)
      }
      return .apply(slice)
    }
    guard knownEnd > position.seq else { return .wait(until: nil) }
    let since = gapSince ?? now
    gapSince = since
    let due = since + Self.reorderMicroseconds
    return now >= due ? .read(after: position.seq) : .wait(until: due)
  }

  private mutating func halt(_ fault: FollowFault) -> Action {
    self.fault = fault
    return .halt(fault)
  }

  private mutating func noteGap(at now: Int64) {
    if knownEnd > position.seq, held[position.seq + 1] == nil, gapSince == nil { gapSince = now }
  }
}

/// Why a district can no longer be followed.
public enum FollowFault: Error, Sendable, Hashable, CustomStringConvertible {
  case otherEpoch(applied: Int32, journal: Int32)
  case otherContent(seq: Int64)
  case shorter(applied: Int64, journal: Int64)

  public var description: String {
    switch self {
    case .otherEpoch(let applied, let journal):
      "the journal is of epoch \(journal), what was applied of epoch \(applied): rebuild this consumer"
    case .otherContent(let seq): "event \(seq) is not the one that was applied: rebuild this consumer"
    case .shorter(let applied, let journal):
      "the journal ends at \(journal), but \(applied) was applied: rebuild this consumer"
    }
  }
}
