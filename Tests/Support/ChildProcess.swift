public import Glibc

/// A child process started by a test.
public struct ChildProcess: Sendable {
  /// Its process number.
  public let pid: pid_t

  /// A command that could not be started or that failed.
  public struct Failure: Error, CustomStringConvertible {
    /// The command's name.
    public let command: String
    /// Its exit status, or minus the signal that ended it, or the error of starting it.
    public let status: Int32

    public var description: String { "\(command) failed with status \(status)" }
  }

  /// Starts `arguments[0]`, found along PATH.
  /// - Parameters:
  ///   - arguments: the command and its arguments.
  ///   - input: descriptor to become its standard input; nothing to read when nil.
  ///   - logPath: file its output is appended to.
  public init(
    _ arguments: [String], input: Int32? = nil, logPath: String = "/dev/null"
  ) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    if let input {
      posix_spawn_file_actions_adddup2(&actions, input, 0)
    } else {
      posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    }
    posix_spawn_file_actions_addopen(&actions, 1, logPath, O_WRONLY | O_CREAT | O_APPEND, 0o644)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var pid: pid_t = 0
    let code = posix_spawnp(&pid, arguments[0], &actions, nil, words, environ)
    guard code == 0 else { throw Failure(command: arguments[0], status: code) }
    self.pid = pid
  }

  /// Blocks until it has ended. Returns its exit status, or minus the signal that ended it.
  @discardableResult
  public func wait() -> Int32 {
    var status: Int32 = 0
    while waitpid(pid, &status, 0) < 0 {
      guard errno == EINTR else { return -1 }
    }
    let signal = status & 0x7f
    return signal == 0 ? (status >> 8) & 0xff : -signal
  }

  /// Runs a command to its end. Throws when it does not exit with 0.
  public static func run(_ arguments: [String], logPath: String = "/dev/null") throws {
    let status = try ChildProcess(arguments, logPath: logPath).wait()
    guard status == 0 else { throw Failure(command: arguments[0], status: status) }
  }
}
