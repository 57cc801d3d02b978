import CSodium

/// SHA-256 (FIPS 180-4), in one call or piece by piece. A value: copying it forks the running hash.
public struct SHA256: Sendable {
  /// Bytes in a digest.
  public static let digestBytes = 32

  private var state = crypto_hash_sha256_state()

  public init() {
    _ = Sodium.ready
    crypto_hash_sha256_init(&state)
  }

  /// Feeds the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    crypto_hash_sha256_update(&state, bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), UInt64(bytes.count))
  }

  /// Feeds the next bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The digest of all bytes fed so far, 32 bytes; this value can be fed further.
  public func digest() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.digestBytes) { buffer, count in
      var copy = state
      crypto_hash_sha256_final(&copy, buffer.baseAddress!)
      count = Self.digestBytes
    }
  }

  /// The digest of `bytes`, 32 bytes.
  public static func digest(of bytes: UnsafeRawBufferPointer) -> [UInt8] {
    _ = Sodium.ready
    return [UInt8](unsafeUninitializedCapacity: digestBytes) { buffer, count in
      let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
      crypto_hash_sha256(buffer.baseAddress!, start, UInt64(bytes.count))
      count = digestBytes
    }
  }

  /// The digest of `bytes`, 32 bytes.
  public static func digest(of bytes: [UInt8]) -> [UInt8] {
    bytes.withUnsafeBytes { digest(of: $0) }
  }

  /// The digest of the UTF-8 bytes of `text`, 32 bytes.
  public static func digest(of text: String) -> [UInt8] {
    digest(of: Array(text.utf8))
  }
}

/// HMAC with SHA-256 (RFC 2104), keys of any length, in one call or piece by piece.
public struct HMACSHA256: Sendable {
  /// Bytes in a code.
  public static let codeBytes = 32

  private var state = crypto_auth_hmacsha256_state()

  public init(key: [UInt8]) {
    _ = Sodium.ready
    crypto_auth_hmacsha256_init(&state, key, key.count)
  }

  /// Feeds the next bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    let start = bytes.baseAddress?.assumingMemoryBound(to: UInt8.self)
    crypto_auth_hmacsha256_update(&state, start, UInt64(bytes.count))
  }

  /// Feeds the next bytes.
  public mutating func update(_ bytes: [UInt8]) {
    bytes.withUnsafeBytes { update($0) }
  }

  /// The code over all bytes fed so far, 32 bytes; this value can be fed further.
  public func code() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: Self.codeBytes) { buffer, count in
      var copy = state
      crypto_auth_hmacsha256_final(&copy, buffer.baseAddress!)
      count = Self.codeBytes
    }
  }

  /// The code of `bytes` under `key`, 32 bytes.
  public static func code(of bytes: [UInt8], key: [UInt8]) -> [UInt8] {
    var running = HMACSHA256(key: key)
    running.update(bytes)
    return running.code()
  }

  /// Whether `code` is the code of `bytes` under `key`; takes the same time whichever byte differs.
  public static func isValid(code: [UInt8], of bytes: [UInt8], key: [UInt8]) -> Bool {
    constantTimeEquals(code, Self.code(of: bytes, key: key))
  }
}
