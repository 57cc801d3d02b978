import CPlatform
import Glibc

/// A time of day that several processes share: eight bytes of a file, mapped into each of them.
///
/// The file holds microseconds since 1970 as a little-endian `Int64`. The clock stands still until its owner moves it,
/// and never goes back. Readers see a new time at once and without a system call.
public final class FileClock: WallClock, @unchecked Sendable {
  // Sendable: the pointer never changes, the eight bytes behind it are read and written only by atomic instructions.
  private let place: UnsafeMutablePointer<Int64>
  private let isOwner: Bool
  private static let byteCount = 8

  /// Opens the clock at `path` for reading. Throws when there is no such file or it is not eight bytes long.
  public convenience init(path: String) throws(SystemError) {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw SystemError(code: errno, operation: "open of the clock file") }
    defer { close(descriptor) }
    try self.init(descriptor: descriptor, isOwner: false)
  }

  /// Opens the clock at `path` as its owner, making the file when there is none.
  /// - Parameters:
  ///   - path: the file, made with mode 0644.
  ///   - microseconds: the time it shows at least; a clock that is already later keeps its time.
  public static func create(path: String, microseconds: Int64) throws(SystemError) -> FileClock {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SystemError(code: errno, operation: "open of the clock file") }
    defer { close(descriptor) }
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemError(code: errno, operation: "fstat of the clock file") }
    if facts.st_size == 0, ftruncate(descriptor, off_t(byteCount)) != 0 {
      throw SystemError(code: errno, operation: "ftruncate of the clock file")
    }
    let clock = try FileClock(descriptor: descriptor, isOwner: true)
    clock.set(microseconds: microseconds)
    return clock
  }

  private init(descriptor: Int32, isOwner: Bool) throws(SystemError) {
    var facts = stat()
    guard fstat(descriptor, &facts) == 0 else { throw SystemError(code: errno, operation: "fstat of the clock file") }
    guard facts.st_size == off_t(Self.byteCount) else {
      throw SystemError(code: EINVAL, operation: "reading the clock file, which must be eight bytes long")
    }
    let protection = isOwner ? PROT_READ | PROT_WRITE : PROT_READ
    guard let memory = mmap(nil, Self.byteCount, protection, MAP_SHARED, descriptor, 0), memory != MAP_FAILED else {
      throw SystemError(code: errno, operation: "mmap of the clock file")
    }
    place = memory.assumingMemoryBound(to: Int64.self)
    self.isOwner = isOwner
  }

  deinit {
    munmap(place, Self.byteCount)
  }

  public var microseconds: Int64 {
    Int64(littleEndian: gl_atomic_load_int64(place))
  }

  /// Moves the clock to `microseconds` since 1970, for every process. Only for a clock opened with `create`.
  /// - Returns: false, changing nothing, when the clock already shows a later time.
  @discardableResult
  public func set(microseconds: Int64) -> Bool {
    precondition(isOwner, "only the owner of a clock file moves it")
    return gl_atomic_raise_int64(place, microseconds.littleEndian)
  }
}
