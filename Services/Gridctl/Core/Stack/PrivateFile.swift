import Glibc

/// Files that hold secrets: mode 0600 from their first byte on.
enum PrivateFile {
  /// Replaces the file as a whole. Throws `Refusal` when the directory cannot be written.
  static func write(_ bytes: [UInt8], to path: String) throws {
    let temporary = "\(path).\(getpid()).new"
    unlink(temporary)
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(path) }
    defer { close(descriptor) }
    var offset = 0
    while offset < bytes.count {
      let written = bytes.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: offset), buffer.count - offset)
      }
      guard written > 0 || errno == EINTR else {
        unlink(temporary)
        throw failure(path)
      }
      offset += max(written, 0)
    }
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
      unlink(temporary)
      throw failure(path)
    }
  }

  private static func failure(_ path: String) -> Refusal {
    Refusal("unwritable", "\(path) cannot be written: \(String(cString: strerror(errno)))")
  }
}
