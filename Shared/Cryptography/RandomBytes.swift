import CSodium

/// Unpredictable bytes from the kernel's generator, fit for keys and tokens. Safe from any thread.
public enum RandomBytes {
  /// `count` fresh random bytes.
  public static func make(_ count: Int) -> [UInt8] {
    _ = Sodium.ready
    return [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
      if count > 0 { randombytes_buf(buffer.baseAddress!, count) }
      initialized = count
    }
  }

  /// Overwrites `buffer` with fresh random bytes.
  public static func fill(_ buffer: UnsafeMutableRawBufferPointer) {
    _ = Sodium.ready
    guard let start = buffer.baseAddress, buffer.count > 0 else { return }
    randombytes_buf(start, buffer.count)
  }
}

/// Whether two byte strings are equal, in a time that depends on their lengths only.
public func constantTimeEquals(_ left: [UInt8], _ right: [UInt8]) -> Bool {
  _ = Sodium.ready
  guard left.count == right.count else { return false }
  return left.isEmpty || sodium_memcmp(left, right, left.count) == 0
}
