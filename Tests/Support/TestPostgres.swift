import Glibc
import Platform
public import PostgresClient

/// A private PostgreSQL server for tests, on a Unix socket in a short directory of its own below /tmp.
///
/// Stopped and erased when the test process ends, even when it is killed: a watchdog process holds the other end of a
/// pipe and cleans up when that closes.
public final class TestPostgres: Sendable {
  /// Which kind of end a server is put to.
  public enum Shutdown: String, Sendable {
    /// Sessions are ended, data is written.
    case fast
    /// As if the machine had lost its power.
    case immediate
  }

  private enum Server: Sendable {
    case own(directory: String, watchdog: Watchdog)
    case external(PostgresConfiguration)
  }

  private let server: Server
  private let made = Locked(0)

  private static let sharedStart = Task { try await startShared() }

  /// The server all tests of this process share; started when first asked for. With `GRIDLOOP_TEST_PG` set to the URL
  /// of a running private server (of a user who may create databases) that one is used.
  public static var shared: TestPostgres {
    get async throws { try await sharedStart.value }
  }

  private static func startShared() async throws -> TestPostgres {
    guard let url = getenv("GRIDLOOP_TEST_PG") else { return try await start() }
    return TestPostgres(.external(try PostgresConfiguration(url: String(cString: url))))
  }

  /// Starts a server of its own, for tests that stop or kill it.
  /// - Parameters:
  ///   - isDurable: writes reach the disk before they are acknowledged; slower.
  ///   - settings: further settings, each `name=value`.
  public static func start(isDurable: Bool = false, settings: [String] = []) async throws -> TestPostgres {
    try await onOwnThread {
      let directory = try makeDirectory()
      let watchdog = try Watchdog(directory: directory, stop: command("pg_ctl") + stopArguments(directory, .immediate))
      let server = TestPostgres(.own(directory: directory, watchdog: watchdog))
      let initialise = ["-D", "\(directory)/data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8"]
      try ChildProcess.run(command("initdb") + initialise + ["--locale=C.UTF-8"], logPath: "\(directory)/log")
      try writeSettings(directory, isDurable: isDurable, settings)
      try server.launch()
      return server
    }
  }

  private init(_ server: Server) {
    self.server = server
  }

  /// Makes a new, empty database and returns how to reach it.
  /// - Parameter name: begins the database's name; a number makes it unique.
  public func database(named name: String) async throws -> PostgresConfiguration {
    let number = made.withLock { made in
      made += 1
      return made
    }
    let database = "\(name)_\(getpid())_\(number)"
    let administrator = try await PostgresConnection.connect(administration)
    _ = try await administrator.query(.unprepared("CREATE DATABASE \"\(database)\""), timeoutMilliseconds: 60_000)
    await administrator.close()
    if case .external = server { ExternalDatabases.dropAtExit(database) }
    var configuration = try administration.database(database)
    configuration.applicationName = "gridloop-tests"
    return configuration
  }

  /// A connection to this as superuser, in the database `postgres`; or what `GRIDLOOP_TEST_PG` says.
  public var administration: PostgresConfiguration {
    get throws {
      switch server {
      case .own(let directory, _):
        try PostgresConfiguration(url: "postgresql://postgres@/postgres?host=\(directory)")
      case .external(let configuration): configuration
      }
    }
  }

  /// Directory of the server's socket, for tools that take one. Only of a server started here.
  public var socketDirectory: String { ownDirectory }

  /// Stops the server and starts it again on the same data.
  public func restart(_ shutdown: Shutdown = .immediate) async throws {
    try await halt(shutdown)
    try await resume()
  }

  /// Stops the server; `resume()` starts it again.
  public func halt(_ shutdown: Shutdown = .immediate) async throws {
    let directory = ownDirectory
    try await Self.onOwnThread {
      try ChildProcess.run(
        Self.command("pg_ctl") + Self.stopArguments(directory, shutdown), logPath: "\(directory)/log")
    }
  }

  /// Starts a halted server again.
  public func resume() async throws {
    try await Self.onOwnThread { [self] in try launch() }
  }

  /// Stops and erases the server now; otherwise it happens when the process ends.
  public func stop() async {
    guard case .own(_, let watchdog) = server else { return }
    try? await Self.onOwnThread { watchdog.finish() }
  }

  private var ownDirectory: String {
    guard case .own(let directory, _) = server else {
      preconditionFailure("the server named by GRIDLOOP_TEST_PG is not ours to stop")
    }
    return directory
  }

  private func launch() throws {
    let directory = ownDirectory
    let start = ["-D", "\(directory)/data", "-l", "\(directory)/server.log", "-w", "-t", "60", "start"]
    try ChildProcess.run(Self.command("pg_ctl") + start, logPath: "\(directory)/log")
  }
}

extension TestPostgres {
  private static func stopArguments(_ directory: String, _ shutdown: Shutdown) -> [String] {
    ["-D", "\(directory)/data", "-m", shutdown.rawValue, "-w", "-t", "30", "stop"]
  }

  /// The server refuses to run as root, so root steps down to the user `postgres`.
  private static func command(_ program: String) -> [String] {
    let path = "\(binaries)/\(program)"
    guard getuid() == 0 else { return [path] }
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups", path]
  }

  /// Directory of the server's programs: `GRIDLOOP_PG_BIN`, or the newest of the distribution's.
  private static let binaries: String = {
    if let given = getenv("GRIDLOOP_PG_BIN") { return String(cString: given) }
    let newest = stride(from: 30, through: 14, by: -1).lazy.map { "/usr/lib/postgresql/\($0)/bin" }
    return newest.first { access("\($0)/initdb", X_OK) == 0 } ?? "/usr/bin"
  }()

  private static func makeDirectory() throws -> String {
    var template = Array("/tmp/gl-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(code: errno, operation: "mkdtemp") }
    let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    if getuid() == 0, let user = getpwnam("postgres") {
      chown(directory, user.pointee.pw_uid, user.pointee.pw_gid)
    }
    return directory
  }

  private static func writeSettings(_ directory: String, isDurable: Bool, _ further: [String]) throws {
    var settings = [
      "listen_addresses=''", "unix_socket_directories='\(directory)'", "shared_buffers=32MB", "max_connections=400",
      "log_line_prefix='%m [%p] %a '", "max_prepared_transactions=4",
    ]
    if !isDurable { settings += ["fsync=off", "full_page_writes=off", "synchronous_commit=off"] }
    let text = (settings + further).map { $0 + "\n" }.joined()
    let path = "\(directory)/data/postgresql.conf"
    guard let file = fopen(path, "a") else { throw SystemError(code: errno, operation: "fopen") }
    fputs(text, file)
    fclose(file)
  }

  /// Runs blocking work away from the cooperative pool.
  private static func onOwnThread<Result: Sendable>(
    _ body: @escaping @Sendable () throws -> Result
  ) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      _ = PinnedThread(name: "test-postgres") { continuation.resume(with: .init(catching: body)) }
    }
  }
}

extension PostgresPoolLimits {
  /// For tests that are not about waiting: on a busy machine a first connection may take longer than people would wait.
  public static func patient(maxConnections: Int? = nil) -> PostgresPoolLimits {
    var limits = PostgresPoolLimits()
    if let maxConnections { limits.maxConnections = maxConnections }
    limits.leaseTimeoutMilliseconds = 60_000
    return limits
  }
}
