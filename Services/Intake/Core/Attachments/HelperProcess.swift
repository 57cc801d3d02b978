import Glibc

/// Runs a command to its end; blocks. It gets no variable but those given, and no descriptor but the standard three.
enum HelperProcess {
  enum End: Equatable {
    case exited(Int32)
    case signalled(Int32)
    case failedToStart
  }

  static func run(_ arguments: [String], environment: [String]) -> End {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
    posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
    posix_spawn_file_actions_adddup2(&actions, 1, 2)
    for descriptor in inheritable { posix_spawn_file_actions_addclose(&actions, descriptor) }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    // A group of its own, so that a signal from the terminal ends the service and not its work; no signal blocked.
    var none = sigset_t()
    sigemptyset(&none)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK))
    var process: pid_t = 0
    let code = withCStrings(arguments) { words in
      withCStrings(environment) { variables in
        posix_spawnp(&process, arguments[0], &actions, &attributes, words, variables)
      }
    }
    guard code == 0 else { return .failedToStart }
    var status: Int32 = 0
    while waitpid(process, &status, 0) < 0 {
      guard errno == EINTR else { return .failedToStart }
    }
    let signal = status & 0x7F
    return signal == 0 ? .exited(status >> 8 & 0xFF) : .signalled(signal)
  }

  /// Descriptors that a child would get: NIO opens its sockets without close-on-exec, and a helper that hangs must not
  /// keep a client's connection or the port. One that is opened at this very moment can slip through, until the
  /// helper's time is up.
  private static var inheritable: [Int32] {
    (3..<min(getdtablesize(), maxDescriptors)).filter { descriptor in
      let flags = fcntl(descriptor, F_GETFD)
      return flags >= 0 && flags & FD_CLOEXEC == 0
    }
  }

  /// Descriptors looked at; the table of a process may be set to be far larger than it ever gets.
  private static let maxDescriptors: Int32 = 65_536

  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var words: [UnsafeMutablePointer<CChar>?] = strings.map { strdup($0) }
    words.append(nil)
    defer { words.forEach { free($0) } }
    return words.withUnsafeMutableBufferPointer { buffer in
      guard let start = buffer.baseAddress else { preconditionFailure("a list with an end has a first word") }
      return body(start)
    }
  }
}

/// Files that only this user may read.
enum PrivateFile {
  static func write(_ bytes: [UInt8], to path: String) -> Bool {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), bytes.count - written)
      }
      if count < 0, errno == EINTR { continue }
      guard count > 0 else { return false }
      written += count
    }
    return true
  }

  /// Nil when it cannot be read or is larger.
  static func read(_ path: String, maxBytes: Int) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    let size = lseek(descriptor, 0, SEEK_END)
    guard size >= 0, size <= maxBytes, lseek(descriptor, 0, SEEK_SET) == 0 else { return nil }
    var bytes = [UInt8](repeating: 0, count: size)
    var count = 0
    while count < bytes.count {
      let missing = bytes.count - count
      let got = bytes.withUnsafeMutableBytes { buffer in
        Glibc.read(descriptor, buffer.baseAddress?.advanced(by: count), missing)
      }
      if got < 0, errno == EINTR { continue }
      guard got > 0 else { return nil }
      count += got
    }
    return bytes
  }
}
