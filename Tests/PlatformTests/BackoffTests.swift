import Platform
import Testing

@Suite struct BackoffTests {
  @Test func stepsDoubleUpToTheMaximum() {
    var backoff = Backoff(initialMilliseconds: 100, maximumMilliseconds: 1_000)
    // These random bits pick the longest delay of each step.
    let longest: [UInt64] = [50_000, 100_000, 200_000, 400_000, 500_000, 500_000]
    #expect(longest.map { backoff.next(random: $0) } == [100_000, 200_000, 400_000, 800_000, 1_000_000, 1_000_000])
    #expect(backoff.attempts == 6)
  }

  @Test func jitterLiesBetweenHalfAndAllOfTheStep() {
    for random in stride(from: UInt64(0), to: 1_000_000, by: 7_919) {
      var backoff = Backoff(initialMilliseconds: 100, maximumMilliseconds: 1_000)
      #expect((50_000...100_000).contains(backoff.next(random: random)))
      #expect((100_000...200_000).contains(backoff.next(random: random)))
    }
  }

  @Test func successBeginsAnew() {
    var backoff = Backoff(initialMilliseconds: 100, maximumMilliseconds: 1_000)
    _ = backoff.next(random: 0)
    _ = backoff.next(random: 0)
    backoff.reset()
    #expect(backoff.next(random: 0) == 50_000)
  }

  @Test func manyFailuresNeitherOverflowNorTakeLong() {
    var backoff = Backoff(initialMilliseconds: 1, maximumMilliseconds: 60_000)
    for _ in 0..<10_000 { _ = backoff.next(random: .max) }
    #expect(backoff.next(random: 30_000_000) == 60_000_000)
  }
}
