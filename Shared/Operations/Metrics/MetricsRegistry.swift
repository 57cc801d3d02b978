import Platform

/// The metrics of a process, written as Prometheus text.
///
/// Metrics are made once, when a service is put together, and kept by who counts: counting takes one atomic instruction or
/// two, registering and writing a lock. From any thread. A name that is registered twice traps.
public final class MetricsRegistry: Sendable {
  /// Series of one metric with labels; a further combination is counted under `overflowLabel`, so that no input can fill
  /// the memory.
  public static let maxSeriesPerMetric = 1_000
  /// The label value that stands for what was beyond `maxSeriesPerMetric`.
  public static let overflowLabel = "other"

  private let families = Locked<[String: any MetricFamily]>([:])

  public init() {}

  /// A count that only grows. `name` ends in `_total`.
  public func counter(_ name: String, help: String) -> Counter {
    counters(name, help: help, labels: []).with()
  }

  /// Counts told apart by labels.
  public func counters(_ name: String, help: String, labels: [String]) -> LabeledMetric<Counter> {
    precondition(name.hasSuffix("_total"), "The counter \(name) must be named …_total.")
    return add(LabeledMetric(name: name, help: help, kind: "counter", labels: labels, make: Counter.init))
  }

  /// A value that goes up and down.
  public func gauge(_ name: String, help: String) -> Gauge {
    gauges(name, help: help, labels: []).with()
  }

  /// Values told apart by labels.
  public func gauges(_ name: String, help: String, labels: [String]) -> LabeledMetric<Gauge> {
    add(LabeledMetric(name: name, help: help, kind: "gauge", labels: labels, make: Gauge.init))
  }

  /// A value that is asked for when the metrics are written; nil leaves it out. `read` must be quick and not block.
  public func gauge(_ name: String, help: String, read: @escaping @Sendable () -> Double?) {
    _ = add(ReadMetric(name: name, help: help, kind: "gauge", read: read))
  }

  /// A growing count that is kept elsewhere and asked for when the metrics are written. `name` ends in `_total`.
  public func counter(_ name: String, help: String, read: @escaping @Sendable () -> Double?) {
    precondition(name.hasSuffix("_total"), "The counter \(name) must be named …_total.")
    _ = add(ReadMetric(name: name, help: help, kind: "counter", read: read))
  }

  /// How values are spread, e.g. seconds that something took.
  ///
  /// - Parameter buckets: the upper ends, growing.
  public func histogram(_ name: String, help: String, buckets: [Double] = Histogram.secondBuckets) -> Histogram {
    histograms(name, help: help, labels: [], buckets: buckets).with()
  }

  /// Spreads told apart by labels.
  public func histograms(
    _ name: String, help: String, labels: [String], buckets: [Double] = Histogram.secondBuckets
  ) -> LabeledMetric<Histogram> {
    add(LabeledMetric(name: name, help: help, kind: "histogram", labels: labels) { Histogram(buckets: buckets) })
  }

  /// Everything in the Prometheus text format 0.0.4, sorted by name.
  public func exposition() -> [UInt8] {
    let sorted = families.withLock { $0.values.sorted { $0.name < $1.name } }
    var text = MetricsText()
    for family in sorted {
      text.head(name: family.name, help: family.help, kind: family.kind)
      family.write(to: &text)
    }
    return text.bytes
  }

  private func add<Family: MetricFamily>(_ family: Family) -> Family {
    precondition(isMetricName(family.name), "\(family.name) is no name of a metric.")
    precondition(!family.help.isEmpty, "The metric \(family.name) needs a help text.")
    families.withLock { families in
      precondition(families[family.name] == nil, "The metric \(family.name) is registered twice.")
      families[family.name] = family
    }
    return family
  }
}

/// One name in the exposition and its series.
protocol MetricFamily: Sendable {
  var name: String { get }
  var help: String { get }
  var kind: String { get }
  func write(to text: inout MetricsText)
}

/// A metric that can stand in a family.
public protocol Metric: Sendable {
  func write(to text: inout MetricsText, name: String, labels: String)
}

/// One metric for each combination of label values, made when first asked for.
public final class LabeledMetric<Series: Metric>: MetricFamily {
  public let name: String
  public let help: String
  let kind: String
  private let labels: [String]
  private let make: @Sendable () -> Series
  private let series = Locked<[[String]: Series]>([:])

  init(name: String, help: String, kind: String, labels: [String], make: @escaping @Sendable () -> Series) {
    self.name = name
    self.help = help
    self.kind = kind
    self.labels = labels
    self.make = make
  }

  /// The metric of these label values, in the order of the labels. Keep it where counting is frequent.
  public func with(_ values: String...) -> Series { with(values) }

  public func with(_ values: [String]) -> Series {
    precondition(values.count == labels.count, "The metric \(name) has \(labels.count) labels.")
    return series.withLock { series in
      if let found = series[values] { return found }
      let isFull = series.count >= MetricsRegistry.maxSeriesPerMetric
      let key = isFull ? labels.map { _ in MetricsRegistry.overflowLabel } : values
      if let found = series[key] { return found }
      let made = make()
      series[key] = made
      return made
    }
  }

  func write(to text: inout MetricsText) {
    let sorted = series.withLock { Array($0) }.sorted { $0.key.lexicographicallyPrecedes($1.key) }
    for (values, metric) in sorted {
      metric.write(to: &text, name: name, labels: MetricsText.labels(labels, values))
    }
  }
}

/// A value that is asked for.
private struct ReadMetric: MetricFamily {
  let name: String
  let help: String
  let kind: String
  let read: @Sendable () -> Double?

  func write(to text: inout MetricsText) {
    guard let value = read() else { return }
    text.sample(name: name, labels: "", value: value)
  }
}

private func isMetricName(_ name: String) -> Bool {
  guard let first = name.utf8.first, first != UInt8(ascii: "_") else { return false }
  return name.utf8.allSatisfy { byte in
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "_")
      || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) && first > UInt8(ascii: "9")
  }
}
