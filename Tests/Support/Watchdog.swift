import Glibc
import Platform

/// A process that stops a server and erases its directory as soon as this process has ended, however it ended.
final class Watchdog: Sendable {
  private let process: ChildProcess
  private let pipe: Locked<Int32?>

  private static let running = Locked<[Watchdog]>([])
  private static let atExit: Void = {
    // A normal end waits for the cleaning; after a crash or a kill it goes on alone.
    atexit { for watchdog in Watchdog.running.withLock({ $0 }) { watchdog.finish() } }
  }()

  /// Starts watching. `stop` is the command that stops the server.
  init(directory: String, stop: [String]) throws {
    var ends: [Int32] = [0, 0]
    guard Glibc.pipe(&ends) == 0 else { throw SystemError(code: errno, operation: "pipe") }
    defer { close(ends[0]) }
    // Other children must not hold the pipe open.
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    // A session of its own keeps the terminal's signals away. The shell hears nothing until the last writer of the
    // pipe, this process, is gone.
    let script = "trap '' INT HUP TERM; directory=$1; shift; cat >/dev/null; \"$@\"; rm -rf \"$directory\""
    process = try ChildProcess(
      ["setsid", "sh", "-c", script, "watchdog", directory] + stop, input: ends[0])
    pipe = Locked(ends[1])
    Self.atExit
    Self.running.withLock { $0.append(self) }
  }

  /// Lets it stop the server and waits until it has. Blocks; once is enough.
  func finish() {
    let descriptor = pipe.withLock { descriptor in
      defer { descriptor = nil }
      return descriptor
    }
    guard let descriptor else { return }
    close(descriptor)
    process.wait()
  }
}

/// Databases made on a server that is not ours.
enum ExternalDatabases {
  private static let made = Locked<[String]>([])
  private static let atExit: Void = {
    atexit { ExternalDatabases.made.withLock { $0 }.forEach(ExternalDatabases.drop) }
  }()

  /// Removes the database when the process ends.
  static func dropAtExit(_ database: String) {
    atExit
    made.withLock { $0.append(database) }
  }

  private static func drop(_ database: String) {
    let script = "psql -X -q -d \"$GRIDLOOP_TEST_PG\" -c \"DROP DATABASE IF EXISTS \\\"$1\\\" WITH (FORCE)\""
    try? ChildProcess.run(["sh", "-c", script, "drop", database])
  }
}
