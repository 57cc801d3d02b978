/// The offsets from UTC that a place's clocks have kept and will keep.
///
/// A value: the transitions are given whole, up to whatever year the caller needs (the working calendar reads to 2100);
/// after the last of them its offset stays. Reading is a binary search.
public struct ZoneRules: Hashable, Sendable {
  /// From this moment clocks stand `offsetSeconds` ahead of UTC (behind, when negative).
  public struct Transition: Hashable, Sendable {
    public let at: Instant
    public let offsetSeconds: Int

    public init(at: Instant, offsetSeconds: Int) {
      self.at = at
      self.offsetSeconds = offsetSeconds
    }
  }

  /// The widest offset accepted. The zone database holds nothing beyond 16 hours.
  public static let maximumOffsetSeconds = 26 * 3_600
  public static let maximumTransitions = 4_096

  public static let utc = ZoneRules.fixed(offsetSeconds: 0)

  /// Moments at which an offset begins, in microseconds, ascending. The first is the beginning of time.
  private let starts: [Int64]
  private let offsets: [Int64]
  /// For each offset but the last, the highest local reading reached until it ends, over all offsets so far. Ascending.
  private let localEnds: [Int64]

  /// - Throws: `invalid_zone` when transitions are not strictly ascending, too many, or an offset is too wide.
  public init(initialOffsetSeconds: Int, transitions: [Transition]) throws(TimeError) {
    guard transitions.count <= Self.maximumTransitions else {
      throw TimeError(.invalidZone, "more than \(Self.maximumTransitions) transitions")
    }
    let widest = -Self.maximumOffsetSeconds...Self.maximumOffsetSeconds
    guard widest.contains(initialOffsetSeconds), transitions.allSatisfy({ widest.contains($0.offsetSeconds) }) else {
      throw TimeError(.invalidZone, "an offset is wider than \(Self.maximumOffsetSeconds) seconds")
    }
    guard zip(transitions, transitions.dropFirst()).allSatisfy({ $0.at < $1.at }) else {
      throw TimeError(.invalidZone, "transitions are not in strictly ascending order")
    }
    self.init(uncheckedInitialOffset: initialOffsetSeconds, transitions)
  }

  private init(uncheckedInitialOffset initial: Int, _ transitions: [Transition]) {
    starts = [Int64.min] + transitions.map(\.at.microseconds)
    offsets = ([initial] + transitions.map(\.offsetSeconds)).map { Int64($0) * Instant.microsecondsPerSecond }
    var ends: [Int64] = []
    ends.reserveCapacity(transitions.count)
    for (index, transition) in transitions.enumerated() {
      let end = transition.at.microseconds + offsets[index]
      ends.append(max(end, ends.last ?? Int64.min))
    }
    localEnds = ends
  }

  /// A zone that never changes. Offsets beyond `maximumOffsetSeconds` are a mistake of the program and trap.
  public static func fixed(offsetSeconds: Int) -> ZoneRules {
    precondition(abs(offsetSeconds) <= maximumOffsetSeconds, "A fixed offset is at most 26 hours wide.")
    return ZoneRules(uncheckedInitialOffset: offsetSeconds, [])
  }

  public func offsetSeconds(at moment: Instant) -> Int {
    Int(offsetMicroseconds(at: moment) / Instant.microsecondsPerSecond)
  }

  @inline(__always)
  func offsetMicroseconds(at moment: Instant) -> Int64 {
    if offsets.count == 1 { return offsets[0] }
    return offsets[starts.lastIndex(notAbove: moment.microseconds)]
  }

  /// Days since 1970-01-01 on the local calendar.
  @inline(__always)
  func localDayNumber(of moment: Instant) -> Int {
    Int(floorDivide(moment.microseconds + offsetMicroseconds(at: moment), by: Instant.microsecondsPerDay))
  }

  public func date(of moment: Instant) -> CivilDate {
    CivilDate(dayNumber: localDayNumber(of: moment))
  }

  /// The local reading, fractions of a second cut off.
  public func local(_ moment: Instant) -> (date: CivilDate, time: TimeOfDay) {
    let local = moment.microseconds + offsetMicroseconds(at: moment)
    let day = floorDivide(local, by: Instant.microsecondsPerDay)
    let seconds = (local - day * Instant.microsecondsPerDay) / Instant.microsecondsPerSecond
    return (CivilDate(dayNumber: Int(day)), TimeOfDay(uncheckedSeconds: Int(seconds)))
  }

  /// The first moment at which local clocks read this or later.
  ///
  /// Where clocks go back, a reading happens twice: the first time is meant. Where they go forward, a reading is passed
  /// over: the moment of the change is meant. So a later reading never gives an earlier moment.
  public func instant(of date: CivilDate, _ time: TimeOfDay = .midnight) -> Instant {
    instant(ofDayNumber: date.dayNumber, secondsSinceMidnight: time.secondsSinceMidnight)
  }

  func instant(ofDayNumber day: Int, secondsSinceMidnight seconds: Int) -> Instant {
    let local = Int64(day) * Instant.microsecondsPerDay + Int64(seconds) * Instant.microsecondsPerSecond
    if offsets.count == 1 { return Instant(microseconds: local - offsets[0]) }
    let index = localEnds.firstIndex(above: local)
    return Instant(microseconds: max(starts[index], local - offsets[index]))
  }
}

extension [Int64] {
  /// The last index whose element is not above `value`, in an ascending array whose first element is not above it.
  func lastIndex(notAbove value: Int64) -> Int {
    firstIndex(above: value) - 1
  }

  /// The first index whose element is above `value`, or `count`, in an ascending array.
  func firstIndex(above value: Int64) -> Int {
    withUnsafeBufferPointer { elements in
      var low = 0
      var high = elements.count
      while low < high {
        let middle = (low + high) / 2
        if elements[middle] > value { high = middle } else { low = middle + 1 }
      }
      return low
    }
  }
}
