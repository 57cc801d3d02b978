import Testing

@testable import WebAuth

@Suite struct AttemptLedgerTests {
  @Test("So many attempts in a window; then the seconds to wait, and after it as before")
  func window() {
    var ledger = AttemptLedger<String>(maxEntries: 4)
    let limit = AttemptLimit(count: 2, seconds: 60)
    #expect(ledger.begin("a", limit, now: 0) == nil)
    #expect(ledger.begin("a", limit, now: 1_000_000) == nil)
    #expect(ledger.wait(for: "a", limit, now: 1_000_000) == 59)
    #expect(ledger.begin("a", limit, now: 59_500_000) == 1)
    #expect(ledger.begin("b", limit, now: 59_500_000) == nil)
    #expect(ledger.begin("a", limit, now: 60_000_000) == nil)
    ledger.giveBack("a")
    #expect(ledger.begin("a", limit, now: 60_000_000) == nil)
    #expect(ledger.begin("a", limit, now: 60_000_000) == nil)
    #expect(ledger.begin("a", limit, now: 60_000_000) == 60)
    for number in 0..<20 { _ = ledger.begin("n\(number)", limit, now: 61_000_000) }
    #expect(ledger.entryCount <= 4)
  }
}
