public import Logging

/// The settings that every service has.
public enum CommonKeys {
  public static let databaseURL = SettingKey<String>(
    "GRIDLOOP_DATABASE_URL", isSecret: true, help: "connection URL of PostgreSQL, as libpq reads it")
  public static let databaseConnections = SettingKey(
    "GRIDLOOP_DATABASE_CONNECTIONS", default: 4, unit: "connections", range: 1...200,
    help: "most connections to the database at once")
  public static let lockTimeoutMilliseconds = SettingKey(
    "GRIDLOOP_LOCK_TIMEOUT_MILLISECONDS", default: 3_000, unit: "ms", range: 10...60_000,
    help: "how long a statement waits for a lock")
  public static let statementTimeoutMilliseconds = SettingKey(
    "GRIDLOOP_STATEMENT_TIMEOUT_MILLISECONDS", default: 15_000, unit: "ms", range: 100...600_000,
    help: "how long the database works on one statement")

  public static let bind = SettingKey(
    "GRIDLOOP_BIND", default: "127.0.0.1", help: "address that HTTP and health servers listen on")
  public static let advertiseHost = SettingKey<String?>(
    "GRIDLOOP_ADVERTISE_HOST",
    help: "host under which others reach this process, where it differs from the bound address")
  public static let healthPort = SettingKey(
    "GRIDLOOP_HEALTH_PORT", default: 0, range: 0...65_535,
    help: "port of /livez, /readyz and /metrics; 0 takes any free")
  public static let healthAddressFile = SettingKey<String?>(
    "GRIDLOOP_HEALTH_ADDRESS_FILE", help: "file into which the address of the health server is written once it listens")

  public static let instance = SettingKey<String?>(
    "GRIDLOOP_INSTANCE", help: "what tells this process from others of its service; host and process number if missing",
    refusal: { name in
      guard let name, !(1...64).contains(name.utf8.count) || !name.utf8.allSatisfy(isInstanceByte) else { return nil }
      return "must be 1 to 64 letters, digits, dots, dashes and underscores"
    })
  public static let threads = SettingKey(
    "GRIDLOOP_THREADS", default: 0, unit: "threads", range: 0...256,
    help: "threads that requests and tasks run on; 0: one for every two cores, as the services share them")
  public static let logLevel = SettingKey(
    "GRIDLOOP_LOG_LEVEL", default: Logger.Level.info, help: "least level that is logged")
  public static let clock = SettingKey(
    "GRIDLOOP_CLOCK", default: ClockSource.real, help: "the time that cases live in; a simulated clock is a file")

  public static let bus = SettingKey(
    "GRIDLOOP_BUS", default: true, help: "ZeroMQ between the services; off is slower and never wrong")
  public static let busBind = SettingKey(
    "GRIDLOOP_BUS_BIND", default: "tcp://127.0.0.1:*", help: "address of ZeroMQ sockets; * takes any free port")
  public static let curveKeyFile = SettingKey<String?>(
    "GRIDLOOP_CURVE_KEY_FILE",
    help: "file of the secret CURVE key, made with mode 0600 if missing; without it each start makes a new key")

  /// Of the local stack; only its scripts use it, so it is accepted and passed over.
  public static let home = SettingKey<String?>(
    "GRIDLOOP_HOME", help: "directory of the local stack; not used by services")

  public static let all: [any AnySettingKey] = [
    databaseURL, databaseConnections, lockTimeoutMilliseconds, statementTimeoutMilliseconds, bind, advertiseHost,
    healthPort, healthAddressFile, instance, threads, logLevel, clock, bus, busBind, curveKeyFile, home,
  ]
}

/// The settings of a service with an HTTP door; the port's key is the service's own.
public enum DoorKeys {
  public static let accessLog = SettingKey(
    "GRIDLOOP_ACCESS_LOG", default: AccessLog.errors, help: "which requests are logged: failed and slow ones, or all")
  public static let maxConnections = SettingKey(
    "GRIDLOOP_MAX_CONNECTIONS", default: 10_000, unit: "connections", range: 1...1_000_000,
    help: "open connections; more wait to be accepted")
  public static let maxConcurrentRequests = SettingKey(
    "GRIDLOOP_MAX_CONCURRENT_REQUESTS", default: 4_096, unit: "requests", range: 1...1_000_000,
    help: "requests at once; one more is answered with 503")

  public static let all: [any AnySettingKey] = [accessLog, maxConnections, maxConcurrentRequests]
}

extension Logger.Level: SettingChoice {}

private func isInstanceByte(_ byte: UInt8) -> Bool {
  switch byte {
  case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
    true
  default: false
  }
}
