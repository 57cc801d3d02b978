import Testing

@testable import WebAuth

@Suite struct SignInLedgerTests {
  private let second: Int64 = 1_000_000
  private let limits: SignInLimits = {
    var limits = SignInLimits()
    limits.maxFailuresOfUser = 3
    limits.maxFailuresOfAddress = 5
    limits.windowSeconds = 60
    limits.maxEntries = 10
    return limits
  }()

  @Test func letsTheLimitThroughAndThenSaysHowLongToWait() {
    var ledger = SignInLedger(limits: limits)
    for attempt in 0..<3 { #expect(ledger.begin([.user("a")], now: Int64(attempt) * second) == nil) }
    #expect(ledger.begin([.user("a")], now: 10 * second) == 50)
    #expect(ledger.begin([.user("a")], now: 60 * second - 1) == 1)
    #expect(ledger.begin([.user("b")], now: 10 * second) == nil)
    #expect(ledger.begin([.user("a")], now: 60 * second) == nil)
  }

  @Test func countsAddressesOverAllUsers() {
    var ledger = SignInLedger(limits: limits)
    for attempt in 0..<5 { #expect(ledger.begin([.user("u\(attempt)"), .address("::1")], now: 0) == nil) }
    #expect(ledger.begin([.user("u9"), .address("::1")], now: 0) == 60)
    #expect(ledger.begin([.user("u9"), .address("::2")], now: 0) == nil)
  }

  @Test func successTakesTheAttemptBack() {
    var ledger = SignInLedger(limits: limits)
    for _ in 0..<20 {
      #expect(ledger.begin([.user("a"), .address("::1")], now: 0) == nil)
      ledger.succeed([.user("a"), .address("::1")])
    }
  }

  @Test func oneGoodAccountDoesNotFreeTheAddressOfItsFailures() {
    var ledger = SignInLedger(limits: limits)
    for attempt in 0..<4 {
      #expect(ledger.begin([.user("u\(attempt)"), .address("::1")], now: 0) == nil)
      #expect(ledger.begin([.user("good"), .address("::1")], now: 0) == nil)
      ledger.succeed([.user("good"), .address("::1")])
    }
    #expect(ledger.begin([.user("u8"), .address("::1")], now: 0) == nil)
    #expect(ledger.begin([.user("u9"), .address("::1")], now: 0) != nil)
  }

  @Test func remembersNoMoreThanItsBound() {
    var ledger = SignInLedger(limits: limits)
    for attempt in 0..<1_000 {
      _ = ledger.begin([.user("u\(attempt)"), .address("\(attempt)")], now: Int64(attempt))
      #expect(ledger.entryCount <= limits.maxEntries)
    }
  }
}
