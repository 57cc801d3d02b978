import PostgresClient
import TestSupport
import Testing

@Suite struct RoundTripCountTests {
  private let insert = Statement("insert_thing", "INSERT INTO things VALUES ($1) RETURNING id")

  /// A connection through a relay that counts, to a database with the table `things`.
  private func withCounted(
    _ body: (PostgresConnection, SocketRelay) async throws -> Void
  ) async throws {
    let server = try await RelayedServer.shared.value
    let database = try await server.database(named: "counted")
    let relay = try SocketRelay(to: server, database: database)
    defer { relay.stop() }
    let connection = try await PostgresConnection.connect(relay.configuration)
    try await connection.execute(script: "CREATE TABLE things (id int8 PRIMARY KEY)")
    relay.resetRoundTrips()
    try await body(connection, relay)
    await connection.close()
  }

  @Test func aWholeTransactionWithOneStatementIsOneRoundTrip() async throws {
    try await withCounted { connection, relay in
      for id in 1...3 {
        let rows = try await connection.transaction { [insert] transaction in
          try transaction.finalQuery(insert, [.int64(Int64(id))])
        }
        #expect(try rows.onlyRow().int64(0) == Int64(id))
      }
      #expect(relay.roundTrips == 3, "preparing the statements costs no round trip of its own")
    }
  }

  @Test func commitIsARoundTripOfItsOwnWhenTheBodyDecides() async throws {
    try await withCounted { connection, relay in
      try await connection.transaction { [insert] transaction in
        _ = try transaction.query(insert, [.int64(1)])
      }
      #expect(relay.roundTrips == 2)
    }
  }

  @Test func aPipelineIsOneRoundTripHoweverLong() async throws {
    try await withCounted { connection, relay in
      _ = try await connection.transaction { [insert] transaction in
        try transaction.finalPipeline((1...50).map { insert(.int64(Int64($0))) })
      }
      #expect(relay.roundTrips == 1)
    }
  }

  @Test func aQueryIsOneRoundTrip() async throws {
    try await withCounted { connection, relay in
      _ = try await connection.query(insert, [.int64(1)])
      #expect(relay.roundTrips == 1)
    }
  }

  @Test func aTransactionThatDoesNothingIsNoRoundTrip() async throws {
    try await withCounted { connection, relay in
      try await connection.transaction { _ in }
      #expect(relay.roundTrips == 0)
    }
  }
}

/// A server with a socket of its own for relays; the shared one may be somebody else's, reached over TCP.
enum RelayedServer {
  static let shared = Task { try await TestPostgres.start() }
}
