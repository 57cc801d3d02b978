/// How many connections a pool holds and how long things may take in it.
public struct PostgresPoolLimits: Hashable, Sendable {
  /// The most connections at once.
  public var maxConnections = 4
  /// Idle connections beyond this many are closed after `idleMilliseconds`.
  public var keptConnections = 1
  /// How long a connection may lie idle beyond `keptConnections`, in milliseconds.
  public var idleMilliseconds: Int64 = 60_000
  /// The most tasks that wait for a connection; the next one is refused with `poolExhausted` at once.
  public var maxWaiters = 1_024
  /// How long a task waits for a connection, in milliseconds.
  public var leaseTimeoutMilliseconds: Int64 = 5_000
  /// First pause after a failed attempt to connect, in milliseconds.
  public var minReconnectMilliseconds: Int64 = 50
  /// Longest pause between attempts to connect, in milliseconds.
  public var maxReconnectMilliseconds: Int64 = 1_000

  /// Limits for a worker process; change what differs.
  public init() {}

  /// Limits with another number of connections.
  public init(maxConnections: Int) {
    self.maxConnections = maxConnections
  }

  func check() {
    precondition(maxConnections > 0, "a pool needs room for at least one connection")
    precondition(keptConnections >= 0 && maxWaiters > 0, "a pool's limits must not be negative")
    precondition(leaseTimeoutMilliseconds > 0 && idleMilliseconds > 0, "a pool's times must be above zero")
  }
}
