import Domain

/// How long handling took, in minutes from dispatch to result.
struct HandleMinutes: Sendable, Hashable {
  var mean: Double
  var p50: Double
  var p90: Double

  init(mean: Double, p50: Double, p90: Double) {
    self.mean = mean
    self.p50 = p50
    self.p90 = p90
  }

  /// Nil when there are none. Percentiles lie between the two nearest values, as PostgreSQL's `percentile_cont`.
  init?(of minutes: [Double]) {
    guard !minutes.isEmpty else { return nil }
    let sorted = minutes.sorted()
    func percentile(_ share: Double) -> Double {
      let place = share * Double(sorted.count - 1)
      let lower = Int(place)
      let upper = min(lower + 1, sorted.count - 1)
      return sorted[lower] + (sorted[upper] - sorted[lower]) * (place - Double(lower))
    }
    self.init(mean: sorted.reduce(0, +) / Double(sorted.count), p50: percentile(0.5), p90: percentile(0.9))
  }
}

/// The counts of one group of cases, in the order of `CaseFacts.named`.
struct IndicatorTally: Sendable, Hashable {
  static let names = CaseFacts.named.map(\.name)
  private static let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })

  var counts = [Int64](repeating: 0, count: names.count)
  /// Open cases with a clock that has run out.
  var overdueOpen: Int64 = 0
  var handleMinutes: HandleMinutes?

  /// The count of an indicator; `overdue_open` is one, too, and what assessments name: `due`, the cases whose handling
  /// has come to an end by being done or by running out, and `should_close`, the valid ones.
  func count(_ name: String) -> Int64 {
    switch name {
    case "overdue_open": return overdueOpen
    case "due": return count("on_time_handle") + count("late_handle")
    case "should_close": return count("valid")
    default: break
    }
    guard let place = Self.places[name] else { preconditionFailure("there is no indicator \(name)") }
    return counts[place]
  }

  mutating func add(_ facts: CaseFacts) {
    for (place, named) in CaseFacts.named.enumerated() where !facts.isDisjoint(with: named.fact) { counts[place] += 1 }
  }

  mutating func add(_ other: IndicatorTally) {
    for place in counts.indices { counts[place] += other.counts[place] }
    overdueOpen += other.overdueOpen
  }

  var isEmpty: Bool { overdueOpen == 0 && counts.allSatisfy { $0 == 0 } }
}

/// The tallies of a question: one for each group, and over all.
struct IndicatorTable: Sendable {
  var groups: [String: IndicatorTally] = [:]
  var total = IndicatorTally()
}
