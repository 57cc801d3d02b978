import Operations
import Testing

@Suite struct MetricsTests {
  private let registry = MetricsRegistry()
  private var text: String { String(decoding: registry.exposition(), as: UTF8.self) }

  @Test func writesEveryKindWithItsHelp() {
    registry.counter("cases_total", help: "Cases.\nAll \\ of them.").increment(by: 3)
    registry.gauge("lag_seconds", help: "Lag.").set(1.5)
    let histogram = registry.histogram("batch_size", help: "Batches.", buckets: [1, 10])
    for value in [1.0, 5, 50] { histogram.record(value) }
    registry.gauge("absent", help: "Nothing to say.") { nil }
    registry.counter("read_total", help: "Kept elsewhere.") { 7 }
    #expect(
      text == """
        # HELP absent Nothing to say.
        # TYPE absent gauge
        # HELP batch_size Batches.
        # TYPE batch_size histogram
        batch_size_bucket{le="1"} 1
        batch_size_bucket{le="10"} 2
        batch_size_bucket{le="+Inf"} 3
        batch_size_sum 56
        batch_size_count 3
        # HELP cases_total Cases.\\nAll \\\\ of them.
        # TYPE cases_total counter
        cases_total 3
        # HELP lag_seconds Lag.
        # TYPE lag_seconds gauge
        lag_seconds 1.5
        # HELP read_total Kept elsewhere.
        # TYPE read_total counter
        read_total 7

        """)
  }

  @Test func tellsSeriesApartByLabels() {
    let counters = registry.counters("seen_total", help: "Seen.", labels: ["route", "status"])
    counters.with("/v1", "200").increment()
    counters.with("a\"b\\c\nd", "500").increment(by: 2)
    counters.with("/v1", "200").increment()
    #expect(text.contains("seen_total{route=\"/v1\",status=\"200\"} 2\n"))
    #expect(text.contains("seen_total{route=\"a\\\"b\\\\c\\nd\",status=\"500\"} 2\n"))
  }

  @Test func foldsTooManySeriesIntoOne() {
    let counters = registry.counters("many_total", help: "Many.", labels: ["name"])
    for index in 0..<(MetricsRegistry.maxSeriesPerMetric + 50) { counters.with("\(index)").increment() }
    #expect(counters.with(MetricsRegistry.overflowLabel).value == 50)
  }

  @Test func countsFromManyTasks() async {
    let counter = registry.counter("hits_total", help: "Hits.")
    let gauge = registry.gauge("sum", help: "Sum.")
    let histogram = registry.histogram("spread", help: "Spread.", buckets: [0.5])
    await withTaskGroup { group in
      for _ in 0..<8 {
        group.addTask {
          for _ in 0..<1_000 {
            counter.increment()
            gauge.add(0.5)
            histogram.record(1)
          }
        }
      }
    }
    #expect(counter.value == 8_000)
    #expect(gauge.value == 4_000)
    #expect(histogram.count == 8_000)
    #expect(histogram.sum == 8_000)
  }
}
