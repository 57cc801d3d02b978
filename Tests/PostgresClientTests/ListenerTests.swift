import Platform
import PostgresClient
import TestSupport
import Testing

@Suite struct ListenerTests {
  private let notify = Statement("notify", "SELECT pg_notify($1, $2)")

  @Test func notificationsArriveInOrderOnTheChannelsAskedFor() async throws {
    try await withPool { pool in
      let listener = PostgresListener(
        try await database(of: pool), channels: ["news", "Odd \"channel\""], logger: silent)
      let running = Task { await listener.run() }
      var events = listener.events.makeAsyncIterator()
      #expect(await events.next() == .connected)
      for (channel, payload) in [("news", "1"), ("other", "2"), ("Odd \"channel\"", "3"), ("news", "4")] {
        _ = try await pool.query(notify, [.text(channel), .text(payload)])
      }
      var heard: [String] = []
      while heard.count < 3, case .notification(let notification) = await events.next() {
        heard.append(notification.channel + ":" + notification.payload)
      }
      #expect(heard == ["news:1", "Odd \"channel\":3", "news:4"])
      running.cancel()
      await running.value
      #expect(await events.next() == nil)
    }
  }

  @Test func aListenerReturnsAfterARestartAndSaysSo() async throws {
    let server = try await TestPostgres.start()
    let configuration = try await server.database(named: "listen")
    let listener = PostgresListener(configuration, channels: ["news"], logger: silent)
    let running = Task { await listener.run() }
    var events = listener.events.makeAsyncIterator()
    #expect(await events.next() == .connected)
    try await server.restart(.immediate)
    #expect(await events.next() == .reconnected)
    let sender = try await PostgresConnection.connect(configuration)
    _ = try await sender.query(notify, [.text("news"), .text("after")])
    #expect(await events.next() == .notification(PostgresNotification(channel: "news", payload: "after")))
    running.cancel()
    await running.value
    await server.stop()
  }

  @Test func aConsumerThatIsTooSlowIsToldSo() async throws {
    try await withPool { pool in
      let listener = PostgresListener(try await database(of: pool), channels: ["news"], logger: silent)
      let running = Task { await listener.run() }
      var events = listener.events.makeAsyncIterator()
      #expect(await events.next() == .connected)
      let flood = Statement("flood", "SELECT pg_notify('news', n::text) FROM generate_series(1, $1) AS n")
      let sent = PostgresListener.maxWaitingEvents + 50
      _ = try await pool.query(flood, [.int32(Int32(sent))])
      #expect(await eventually { listener.droppedEvents == 50 })
      var heard = 0
      while let event = await events.next() {
        if event == .dropped { break }
        heard += 1
      }
      #expect(heard == PostgresListener.maxWaitingEvents)
      running.cancel()
      await running.value
    }
  }

  /// The database a pool is connected to, as a configuration.
  private func database(of pool: PostgresPool) async throws -> PostgresConfiguration {
    let name = try await pool.query(.unprepared("SELECT current_database()::text")).onlyRow().text(0)
    return try await TestPostgres.shared.administration.database(name)
  }
}
