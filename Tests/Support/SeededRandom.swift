import Glibc

/// A random source whose seed is written to the log, so that a failing run can be repeated.
///
/// The generator is SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
public struct SeededRandom: RandomNumberGenerator, Sendable {
  /// What to put into `GRIDLOOP_TEST_SEED` to repeat the run.
  public let seed: UInt64
  private var state: UInt64

  /// Begins at a given seed.
  public init(seed: UInt64) {
    self.seed = seed
    state = seed
  }

  /// Begins at the seed in `GRIDLOOP_TEST_SEED`, or at a new one, and writes it to standard error.
  public static func announced(_ purpose: String) -> SeededRandom {
    let given = getenv("GRIDLOOP_TEST_SEED").flatMap { UInt64(String(cString: $0)) }
    let random = SeededRandom(seed: given ?? UInt64.random(in: 0...UInt64(UInt32.max)))
    let line = Array("seed of \(purpose): \(random.seed)\n".utf8)
    _ = write(2, line, line.count)
    return random
  }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}
