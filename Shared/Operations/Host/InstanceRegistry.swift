import Logging
import MessageBus
import Platform
import PostgresClient
import ServiceLifecycle

/// Keeps this process's row in `instances` alive and tells the bus who else lives.
///
/// Once a second: write the heartbeat, read the peers. Both take the time from the database, so clocks of machines do not
/// matter. While the database cannot be reached the last peers stay; at the end the row goes.
struct InstanceRegistry: Service {
  static let beatMilliseconds: Int64 = 1_000
  /// A process silent for longer counts as dead: no bus connects to it and `gridctl status` says so.
  static let aliveSeconds = 5
  /// The row of a process silent for longer is removed.
  static let forgetSeconds = 600

  let service: String
  let instance: String
  let card: InstanceCard
  let pool: PostgresPool
  let bus: any Bus
  let check: Readiness.Check
  let logger: Logger

  func run() async throws {
    var misses = 0
    while !Task.isShuttingDownGracefully, !Task.isCancelled {
      let next = MonotonicClock.microseconds + Self.beatMilliseconds * 1_000
      do {
        try await beat()
        if misses > 0 { logger.info("database is back", metadata: ["missed_beats": .stringConvertible(misses)]) }
        misses = 0
        check.pass()
      } catch {
        misses += 1
        check.fail("the database does not answer: \(error)")
        if misses == 1 { logger.warning("database does not answer", metadata: ["reason": "\(error)"]) }
      }
      try? await cancelWhenGracefulShutdown { try await MonotonicClock.wait(until: next) }
    }
    await remove()
  }

  /// Writes the heartbeat and hands the living peers to the bus.
  func beat() async throws {
    let facts = card.current
    let own = bus.ownPeer
    let results = try await pool.pipeline(
      [
        Self.upsert(
          .text(service), .text(instance), .int32(getProcessID()), .text(own?.publishEndpoint),
          .text(own?.pullEndpoint), .text(own?.curvePublicKey.text), .text(facts.healthEndpoint),
          .text(facts.httpEndpoint), .text(Version.text), .text(facts.detailsText)),
        Self.forget(), Self.living(),
      ], timeoutMilliseconds: 3_000)
    let peers = try results[2].compactMap { row in try Self.peer(row) }
    bus.setAllowedKeys(Set(peers.map(\.curvePublicKey)))
    bus.setPeers(peers)
  }

  private func remove() async {
    // The group may have been cancelled, which would stop the query before it is sent.
    await Task.detached { [pool, service, instance, logger] in
      do {
        try await pool.execute(
          Self.delete, [.text(service), .text(instance), .int32(getProcessID())], timeoutMilliseconds: 1_000)
      } catch {
        logger.debug("row in instances stays until it is forgotten", metadata: ["reason": "\(error)"])
      }
    }.value
  }

  /// Nil for a row whose key cannot be read: its process cannot be spoken to.
  private static func peer(_ row: PostgresRow) throws -> BusPeer? {
    guard let key = try? CurvePublicKey(text: row.text(4)) else { return nil }
    return try BusPeer(
      service: row.text(0), instance: row.text(1), publishEndpoint: row.textOrNil(2), pullEndpoint: row.textOrNil(3),
      curvePublicKey: key)
  }

  private static let upsert = Statement(
    "instances_beat",
    """
    INSERT INTO instances AS i (service, instance, pid, started_at, heartbeat_at, publish_endpoint, pull_endpoint,
      curve_public_key, health_endpoint, http_endpoint, version, details)
    VALUES ($1, $2, $3, clock_timestamp(), clock_timestamp(), $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (service, instance) DO UPDATE SET
      started_at = CASE WHEN i.pid = excluded.pid THEN i.started_at ELSE excluded.started_at END,
      pid = excluded.pid, heartbeat_at = clock_timestamp(), publish_endpoint = excluded.publish_endpoint,
      pull_endpoint = excluded.pull_endpoint, curve_public_key = excluded.curve_public_key,
      health_endpoint = excluded.health_endpoint, http_endpoint = excluded.http_endpoint,
      version = excluded.version, details = excluded.details
    """)

  private static let forget = Statement(
    "instances_forget",
    "DELETE FROM instances WHERE heartbeat_at < clock_timestamp() - interval '\(forgetSeconds) seconds'")

  private static let living = Statement(
    "instances_living",
    """
    SELECT service, instance, publish_endpoint, pull_endpoint, curve_public_key FROM instances
    WHERE heartbeat_at > clock_timestamp() - interval '\(aliveSeconds) seconds' AND curve_public_key IS NOT NULL
    ORDER BY service, instance
    """)

  private static let delete = Statement(
    "instances_delete", "DELETE FROM instances WHERE service = $1 AND instance = $2 AND pid = $3")
}
