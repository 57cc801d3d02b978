/// Random numbers that depend on a seed alone (SplitMix64: Steele, Lea, Flood, 2014).
struct SeededSequence: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// - Parameter index: another index gives another sequence of the same seed.
  init(seed: UInt64, index: Int = 0) {
    state = Self.mix(seed) ^ Self.mix(UInt64(truncatingIfNeeded: index) &+ 0x9E37_79B9_7F4A_7C15)
  }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    return Self.mix(state)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    var mixed = value
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

/// Chooses by weight in logarithmic time.
struct WeightedChoice<Element: Sendable>: Sendable {
  private let elements: [Element]
  /// The sum of the weights up to and with each element.
  private let sums: [Double]

  /// Elements without weight are left out. Nil when none is left.
  init?(_ weighted: [(Element, Double)]) {
    let kept = weighted.filter { $0.1 > 0 }
    guard !kept.isEmpty else { return nil }
    elements = kept.map(\.0)
    var sum = 0.0
    sums = kept.map {
      sum += $0.1
      return sum
    }
  }

  func choose(_ random: inout SeededSequence) -> Element {
    let point = Double.random(in: 0..<sums[sums.count - 1], using: &random)
    var (low, high) = (0, sums.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if sums[middle] > point { high = middle } else { low = middle + 1 }
    }
    return elements[low]
  }
}
