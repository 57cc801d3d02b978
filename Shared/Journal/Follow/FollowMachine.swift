/// How one district's journal is followed: which slice to apply next, when to read a gap, when to stop. Pure.
///
/// Slices come over the bus in any order, twice, or never. What continues the position is applied; what is ahead waits
/// a moment, since writers overtake each other, and then the gap is read from the journal; what is behind is dropped.
///
/// The bus is never believed against the journal: what came over it and does not join on to what was applied is put
/// aside and the journal read. A journal that contradicts what was applied (another hash, an older epoch, an end before
/// it) halts the district: after a failover a number can come back with other content, and only a rebuild may go on
/// from there. A newer epoch whose events continue the chain is the same journal and is followed.
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
  /// No further slice is joined on to one of so many events.
  public static let maxAppliedEvents = 2_000

  private struct Held {
    let slice: JournalSlice
    /// From the journal itself rather than over the bus.
    let isRead: Bool
  }

  public private(set) var position: JournalPosition
  /// The highest end that is known.
  public private(set) var knownEnd: Int64
  private var held: [Int64: Held] = [:]
  private var gapSince: Int64?
  /// What was known when the last read was asked for.
  private var knownEndAtRead: Int64?
  private var fault: FollowFault?

  public init(position: JournalPosition) {
    self.position = position
    knownEnd = position.seq
  }

  /// How many events are known of and not applied.
  public var lag: Int64 { max(0, knownEnd - position.seq) }

  /// A slice that came over the bus.
  public mutating func offer(_ slice: JournalSlice, at now: Int64) {
    guard slice.lastSeq > position.seq, !isOutdated(slice.epoch) else { return }
    knownEnd = max(knownEnd, slice.lastSeq)
    // One that only partly continues cannot be checked against the chain; the journal is read instead.
    if slice.firstSeq > position.seq, held[slice.firstSeq] == nil, held.count < Self.maxHeldSlices {
      held[slice.firstSeq] = Held(slice: slice, isRead: false)
    }
    noteGap(at: now)
  }

  /// The end of the journal as a beacon tells it.
  public mutating func offer(beacon end: JournalPosition, at now: Int64) {
    guard end.seq > position.seq, !isOutdated(end.epoch) else { return }
    knownEnd = max(knownEnd, end.seq)
    noteGap(at: now)
  }

  /// The end of the journal as the database has it.
  ///
  /// - Parameter appliedBefore: the position when the reading of the head began; an end before that was cut off. Nil
  ///   where the district was not followed yet.
  public mutating func offer(head: JournalPosition, appliedBefore: JournalPosition?, at now: Int64) {
    if let applied = appliedBefore?.seq, head.seq < applied, applied <= position.seq {
      fault = fault ?? .shorter(applied: applied, journal: head.seq)
    } else if head.seq == position.seq, head.hash != position.hash {
      fault = fault ?? .otherContent(seq: head.seq)
    } else if head.seq >= position.seq, isOutdated(head.epoch) {
      fault = fault ?? .otherEpoch(applied: position.epoch, journal: head.epoch)
    }
    knownEnd = max(knownEnd, head.seq)
    noteGap(at: now)
  }

  /// The journal's answer to ``Action/read(after:)``: nil when it has nothing there.
  public mutating func read(_ slice: JournalSlice?, at now: Int64) {
    guard let slice else {
      // What the bus told of is not in the journal, unless it was told while the journal was being read.
      if knownEnd == knownEndAtRead { knownEnd = position.seq }
      gapSince = knownEnd > position.seq ? now : nil
      return
    }
    knownEnd = max(knownEnd, slice.lastSeq)
    if slice.firstSeq > position.seq { held[slice.firstSeq] = Held(slice: slice, isRead: true) }
    // A read that began before the position moved may lie behind it or hold what follows it only in its middle.
    gapSince = slice.firstSeq == position.seq + 1 ? nil : now - Self.reorderMicroseconds
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
    if let first = held[position.seq + 1] {
      if let fault = contradiction(of: first.slice) {
        if first.isRead {
          self.fault = fault
          return .halt(fault)
        }
        held[position.seq + 1] = nil
        gapSince = now - Self.reorderMicroseconds
      } else {
        return .apply(joined(first.slice))
      }
    }
    guard knownEnd > position.seq else { return .wait(until: nil) }
    let since = gapSince ?? now
    gapSince = since
    let due = since + Self.reorderMicroseconds
    guard now >= due else { return .wait(until: due) }
    knownEndAtRead = knownEnd
    return .read(after: position.seq)
  }

  private func contradiction(of slice: JournalSlice) -> FollowFault? {
    if slice.previousHash != position.hash { return .otherContent(seq: slice.firstSeq) }
    return isOutdated(slice.epoch) ? .otherEpoch(applied: position.epoch, journal: slice.epoch) : nil
  }

  /// Epochs only rise along a journal. Before its first event there is none to compare with.
  private func isOutdated(_ epoch: Int32) -> Bool { position.seq > 0 && epoch < position.epoch }

  /// The slice with those that join on to it.
  private func joined(_ first: JournalSlice) -> JournalSlice {
    var following: [JournalSlice] = []
    var last = first
    var count = first.events.count
    while count < Self.maxAppliedEvents, let next = held[last.lastSeq + 1]?.slice,
      next.epoch == last.epoch, next.previousHash == last.lastHash
    {
      following.append(next)
      last = next
      count += next.events.count
    }
    return first.joined(with: following)
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
