import MessageBus
import PostgresClient

extension MetricsRegistry {
  /// Registers what a pool holds.
  func register(pool: PostgresPool) {
    let values: [(String, String, @Sendable (PostgresPoolStatistics) -> Int)] = [
      ("gridloop_database_connections_idle", "Connections to the database that nobody uses.", \.idle),
      ("gridloop_database_connections_leased", "Connections to the database in use.", \.leased),
      ("gridloop_database_connections_connecting", "Connections to the database being made.", \.connecting),
      ("gridloop_database_waiters", "Tasks that wait for a connection to the database.", \.waiting),
    ]
    for (name, help, value) in values {
      gauge(name, help: help) { Double(value(pool.statistics)) }
    }
  }

  /// Registers the counters and connections of a bus.
  func register(bus: any Bus) {
    let counters: [(String, String, @Sendable (BusStatistics) -> Int)] = [
      ("published", "Messages handed to the publishing socket.", \.published),
      ("dropped", "Messages dropped at a limit of this bus.", \.dropped),
      ("received", "Messages received from other processes.", \.received),
      ("malformed", "Messages refused for their form or size.", \.malformed),
      ("pushed", "Messages handed to a connected instance.", \.pushed),
      ("undeliverable", "Pushes that found no instance with room.", \.undeliverable),
      ("refused", "Connections refused because of their key.", \.authRefused),
      ("handshakes_failed", "Connections that failed in the handshake for another reason.", \.handshakesFailed),
    ]
    for (name, help, value) in counters {
      counter("gridloop_bus_\(name)_total", help: help) { Double(value(bus.statistics)) }
    }
    let gauges: [(String, String, @Sendable (BusStatistics) -> Int)] = [
      ("gridloop_bus_peers", "Peers in the present set.", \.peersKnown),
      ("gridloop_bus_publishers_connected", "Publishers this bus is connected to.", \.publishersConnected),
      ("gridloop_bus_pullers_connected", "Instances this bus can push to.", \.pullersConnected),
    ]
    for (name, help, value) in gauges {
      gauge(name, help: help) { Double(value(bus.statistics)) }
    }
  }
}
