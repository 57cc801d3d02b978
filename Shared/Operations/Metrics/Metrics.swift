import Synchronization

/// A count that only grows. From any thread, without a lock.
public final class Counter: Metric {
  private let count = Atomic<UInt64>(0)

  init() {}

  public func increment(by amount: Int = 1) {
    precondition(amount >= 0, "A counter only grows.")
    count.wrappingAdd(UInt64(amount), ordering: .relaxed)
  }

  public var value: UInt64 { count.load(ordering: .relaxed) }

  public func write(to text: inout MetricsText, name: String, labels: String) {
    text.sample(name: name, labels: labels, value: Double(value))
  }
}

/// A value that goes up and down. From any thread, without a lock.
public final class Gauge: Metric {
  private let bits = Atomic<UInt64>(0)

  init() {}

  public func set(_ value: Double) { bits.store(value.bitPattern, ordering: .relaxed) }
  public func set(_ value: Int) { set(Double(value)) }
  public func add(_ amount: Double) { bits.add(amount) }

  public var value: Double { Double(bitPattern: bits.load(ordering: .relaxed)) }

  public func write(to text: inout MetricsText, name: String, labels: String) {
    text.sample(name: name, labels: labels, value: value)
  }
}

/// How values are spread over fixed buckets. From any thread, without a lock; what is written while values arrive may be
/// off by those.
public final class Histogram: Metric, @unchecked Sendable {
  // Sendable: the pointers are set once, and what they point to is read and changed by atomic instructions only.

  /// From half a millisecond to ten seconds, for things that people or processes wait for.
  public static let secondBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]
  /// From 1 to 10,000, for sizes of batches.
  public static let sizeBuckets: [Double] = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

  private let bounds: [Double]
  private let counts: UnsafeMutablePointer<Atomic<UInt64>>
  private let sumBits = Atomic<UInt64>(0)

  init(buckets: [Double]) {
    precondition(zip(buckets, buckets.dropFirst()).allSatisfy { $0 < $1 }, "The buckets of a histogram must grow.")
    bounds = buckets
    counts = .allocate(capacity: buckets.count + 1)
    for index in 0...buckets.count { (counts + index).initialize(to: Atomic(0)) }
  }

  deinit {
    counts.deinitialize(count: bounds.count + 1)
    counts.deallocate()
  }

  public func record(_ value: Double) {
    let index = bounds.firstIndex { value <= $0 } ?? bounds.count
    counts[index].wrappingAdd(1, ordering: .relaxed)
    sumBits.add(value)
  }

  /// Records microseconds as seconds.
  public func record(microseconds: Int64) { record(Double(microseconds) / 1_000_000) }

  public var count: UInt64 { (0...bounds.count).reduce(0) { $0 + counts[$1].load(ordering: .relaxed) } }
  public var sum: Double { Double(bitPattern: sumBits.load(ordering: .relaxed)) }

  public func write(to text: inout MetricsText, name: String, labels: String) {
    var cumulative: UInt64 = 0
    for index in 0...bounds.count {
      cumulative += counts[index].load(ordering: .relaxed)
      let bound = index < bounds.count ? MetricsText.number(bounds[index]) : "+Inf"
      let separator = labels.isEmpty ? "" : ","
      text.sample(name: name + "_bucket", labels: "\(labels)\(separator)le=\"\(bound)\"", value: Double(cumulative))
    }
    text.sample(name: name + "_sum", labels: labels, value: sum)
    text.sample(name: name + "_count", labels: labels, value: Double(cumulative))
  }
}

extension Atomic where Value == UInt64 {
  /// Adds to the double whose bits stand here.
  fileprivate borrowing func add(_ amount: Double) {
    var old = load(ordering: .relaxed)
    while true {
      let new = (Double(bitPattern: old) + amount).bitPattern
      let (exchanged, original) = compareExchange(expected: old, desired: new, ordering: .relaxed)
      if exchanged { return }
      old = original
    }
  }
}
