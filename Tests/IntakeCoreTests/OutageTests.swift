import Domain
import HTTPTypes
import Platform
import PostgresClient
import Testing
import Wire

@testable import IntakeCore

@Suite struct OutageTests {
  /// As after a failover to a standby: reads are answered, writes are not.
  @Test func aDatabaseThatTakesNoWritesIsSaidSo() async throws {
    let fixture = try await IntakeFixture.make("read_only")
    let key = try await fixture.key()
    try await fixture.pool.execute(
      script: """
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET default_transaction_read_only = on', current_database());
        END $$
        """)
    let later = try await IntakeFixture(fixture.configuration, clock: fixture.clock)
    let single = try await later.router.report(DoorTests.good, key: key)
    #expect(single.status == 503 && single.headers[.retryAfter] != nil)
    let bulk = try await later.router.send(
      .post, "/v1/reports/bulk", DoorTests.good.replacing("\n", with: ""),
      headers: ["content-type": "application/x-ndjson", "authorization": key])
    #expect(try bulk.lines.map { $0["error"]?["status"]?.integerValue } == [503])
    #expect(try await fixture.counts() == [0, 0, 0, 0, 0, 0])
  }

  @Test func aServiceThatStopsTakesNoMore() async throws {
    let fixture = try await IntakeFixture.make("stopping")
    let key = try await fixture.key()
    #expect(try await fixture.router.report(DoorTests.good, key: key).status == 201)
    await fixture.desk.close()
    let answer = try await fixture.router.report(DoorTests.good.replacing("x-1", with: "x-2"), key: key)
    #expect(answer.status == 503 && answer.code == "stopping")
    #expect(try await fixture.counts() == [1, 1, 1, 1, 1, 0])
  }
}
