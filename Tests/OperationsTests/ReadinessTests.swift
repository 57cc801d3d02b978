import Operations
import Platform
import Testing

@Suite struct ReadinessTests {
  @Test func isReadyWhenEveryCheckPasses() {
    let readiness = Readiness()
    #expect(readiness.isReady)
    let database = readiness.check("database")
    let lag = Locked<String?>("behind")
    readiness.check("lag") { lag.withLock { $0 } }
    #expect(!readiness.isReady)
    database.pass()
    #expect(!readiness.isReady)
    lag.withLock { $0 = nil }
    #expect(readiness.isReady)
    database.fail("lost")
    #expect(readiness.results.map(\.name) == ["database", "lag"])
    #expect(readiness.results.map(\.failure) == ["lost", nil])
  }

  @Test func isNotReadyWhileStopping() {
    let readiness = Readiness()
    readiness.beginStopping()
    #expect(!readiness.isReady)
    #expect(readiness.results.last?.failure == "stopping")
  }
}
