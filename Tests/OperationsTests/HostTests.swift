import Journal
import Logging
import MessageBus
import Platform
import PostgresClient
import ServiceLifecycle
import TestSupport
import Testing

@testable import Operations

private func migratedPool() async throws -> PostgresPool {
  let configuration = try await TestPostgres.shared.database(named: "host")
  _ = try await Migrator(configuration: configuration).migrate()
  return PostgresPool(configuration, logger: silentLogger)
}

private func registry(
  _ instance: String, service: String = "dispatcher", pool: PostgresPool, bus: any Bus = SilentBus(),
  card: InstanceCard = InstanceCard(host: "127.0.0.1")
) -> InstanceRegistry {
  InstanceRegistry(
    service: service, instance: instance, card: card, pool: pool, bus: bus,
    check: Readiness().check("database"), logger: silentLogger)
}

extension PostgresPool {
  fileprivate func texts(_ sql: String) async throws -> [String] {
    try await query(.unprepared(sql)).map { try $0.text(0) }
  }
}

@Suite struct InstanceRegistryTests {
  @Test func writesItsRowAndTakesItAway() async throws {
    let pool = try await migratedPool()
    let card = InstanceCard(host: "127.0.0.1")
    card.update {
      $0.healthEndpoint = card.endpoint(port: 4711)
      $0.details["lag"] = "3 \"events\""
    }
    let part = registry("d1", pool: pool, card: card)
    try await part.beat()
    #expect(try await pool.texts("SELECT health_endpoint FROM instances") == ["http://127.0.0.1:4711"])
    #expect(try await pool.texts("SELECT details FROM instances") == [#"{"lag":"3 \"events\""}"#])
    let started = try await pool.texts("SELECT started_at::text FROM instances")
    try await part.beat()
    #expect(try await pool.texts("SELECT started_at::text FROM instances") == started)

    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [part], logger: silentLogger))
    async let running: Void = group.run()
    try await until { part.check.failure == nil }
    await group.triggerGracefulShutdown()
    try await running
    #expect(try await pool.texts("SELECT instance FROM instances") == [])
    await pool.close()
  }

  @Test func livingProcessesFindEachOtherOnTheBus() async throws {
    let pool = try await migratedPool()
    let publisher = try await ZeroMQBus.start(
      BusOptions(service: "intake", instance: "i1", keyPair: try .generate()), logger: silentLogger)
    let subscriber = try await ZeroMQBus.start(
      BusOptions(service: "stats", instance: "s1", keyPair: try .generate()), logger: silentLogger)
    let (one, other) = (
      registry("i1", service: "intake", pool: pool, bus: publisher),
      registry("s1", service: "stats", pool: pool, bus: subscriber)
    )
    let inbox = subscriber.subscribe(prefix: Array("e/".utf8))
    for part in [one, other, one] { try await part.beat() }
    #expect(await subscriber.wait { $0.publishersConnected > 0 })
    #expect(await publisher.wait { $0.remoteSubscriptions > 0 })
    publisher.publish(topic: Array("e/440306/".utf8), frames: [[1]])
    var events = inbox.makeAsyncIterator()
    #expect(await events.next() == .message(BusMessage(topic: Array("e/440306/".utf8), frames: [[1]])))
    await publisher.stop()
    await subscriber.stop()
    await pool.close()
  }

  @Test func deadProcessesAreForgotten() async throws {
    let pool = try await migratedPool()
    try await registry("dead", pool: pool).beat()
    try await pool.execute(.unprepared("UPDATE instances SET heartbeat_at = heartbeat_at - interval '1 hour'"))
    try await registry("alive", pool: pool).beat()
    #expect(try await pool.texts("SELECT instance FROM instances") == ["alive"])
    await pool.close()
  }

  @Test func staysAliveWhenTheDatabaseGoesAndComesBack() async throws {
    let server = try await TestPostgres.start()
    let configuration = try await server.database(named: "host")
    _ = try await Migrator(configuration: configuration).migrate()
    let pool = PostgresPool(configuration, logger: silentLogger)
    let part = registry("d1", pool: pool)
    let group = ServiceGroup(configuration: ServiceGroupConfiguration(services: [part], logger: silentLogger))
    async let running: Void = group.run()
    try await until { part.check.failure == nil }
    try await server.halt()
    try await until { part.check.failure != nil }
    try await server.resume()
    try await until { part.check.failure == nil }
    await group.triggerGracefulShutdown()
    try await running
    await pool.close()
    await server.stop()
  }
}

@Suite struct DatabaseGateTests {
  private func gate(
    _ pool: PostgresPool, _ check: Readiness.Check,
    schemaCheck: @escaping @Sendable (PostgresPool) async throws -> SchemaVerdict = SchemaCheck.ask
  ) -> DatabaseGate {
    DatabaseGate(pool: pool, schemaCheck: schemaCheck, check: check, logger: silentLogger)
  }

  @Test func waitsForTheMigration() async throws {
    let configuration = try await TestPostgres.shared.database(named: "gate")
    let pool = PostgresPool(configuration, logger: silentLogger)
    let check = Readiness().check("schema")
    async let passed: Void = gate(pool, check).pass()
    try await until { check.failure?.contains("no schema yet") == true }
    _ = try await Migrator(configuration: configuration).migrate()
    try await passed
    #expect(check.failure == nil)
    await pool.close()
  }

  @Test func refusesWhatItDoesNotKnow() async throws {
    let pool = try await migratedPool()
    try await pool.execute(.unprepared("INSERT INTO schema_migrations (name, sha256) VALUES ('9999_later', '\\x00')"))
    let error = await #expect(throws: SchemaRefused.self) { try await gate(pool, Readiness().check("schema")).pass() }
    #expect(error?.reason.contains("9999_later") == true)
    await pool.close()
  }

  @Test func saysWhyTheDatabaseCannotBeReached() async throws {
    let configuration = try PostgresConfiguration(url: "postgresql://nobody@/none?host=/nowhere")
    var limits = PostgresPoolLimits()
    limits.leaseTimeoutMilliseconds = 50
    let pool = PostgresPool(configuration, limits: limits, logger: silentLogger)
    let check = Readiness().check("schema")
    let waiting = Task { try await gate(pool, check).pass() }
    try await until { check.failure?.contains("database cannot be used") == true }
    #expect(check.failure?.contains("/nowhere") == false)
    waiting.cancel()
    await #expect(throws: (any Error).self) { try await waiting.value }
    await pool.close()
  }
}

/// Looks again and again until `condition` holds; the test's time limit ends it otherwise.
private func until(_ condition: @Sendable () -> Bool) async throws {
  while !condition() {
    try await MonotonicClock.wait(until: MonotonicClock.microseconds + 5_000)
  }
}
