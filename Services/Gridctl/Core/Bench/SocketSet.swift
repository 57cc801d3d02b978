import Glibc

/// Waits for sockets to the microsecond. `select` and not `poll`, whose time-outs are whole milliseconds: a request
/// sent a millisecond late would look like a slow answer.
struct SocketSet {
  /// Descriptors that the system's set has room for.
  static let maxDescriptors: Int32 = 1_024

  private var reading = fd_set()
  private var writing = fd_set()
  private var highest: Int32 = -1

  mutating func removeAll() {
    reading = fd_set()
    writing = fd_set()
    highest = -1
  }

  mutating func add(_ descriptor: Int32, forWriting: Bool) {
    precondition(descriptor < Self.maxDescriptors, "a load generator has fewer than 1024 open files")
    Self.set(&reading, descriptor)
    if forWriting { Self.set(&writing, descriptor) }
    highest = max(highest, descriptor)
  }

  /// Returns when a descriptor is ready or the time is over.
  mutating func wait(microseconds: Int64) {
    var time = timeval()
    time.tv_sec = Int(microseconds / 1_000_000)
    time.tv_usec = Int(microseconds % 1_000_000)
    if select(highest + 1, &reading, &writing, nil, &time) <= 0 {
      reading = fd_set()
      writing = fd_set()
    }
  }

  func isReadable(_ descriptor: Int32) -> Bool { Self.contains(reading, descriptor) }
  func isWritable(_ descriptor: Int32) -> Bool { Self.contains(writing, descriptor) }

  private static func set(_ set: inout fd_set, _ descriptor: Int32) {
    withUnsafeMutableBytes(of: &set) { $0[Int(descriptor) / 8] |= 1 << UInt8(descriptor % 8) }
  }

  private static func contains(_ set: fd_set, _ descriptor: Int32) -> Bool {
    withUnsafeBytes(of: set) { $0[Int(descriptor) / 8] & (1 << UInt8(descriptor % 8)) != 0 }
  }
}
