import CSodium

/// An argon2id password hash (RFC 9106) as the self-describing text `$argon2id$v=19$m=…`.
///
/// Making and checking one takes tens of milliseconds of one core and the cost's memory: services call it through
/// `PasswordHasher`, never on the cooperative pool.
public struct PasswordHash: Hashable, Sendable, CustomStringConvertible {
  /// Longest accepted password.
  public static let maxPasswordBytes = 1024
  /// Longest accepted hash text.
  public static let maxTextBytes = 127

  /// What one hash costs.
  public struct Cost: Hashable, Sendable {
    /// Passes over the memory.
    public let passes: Int
    /// Memory filled while hashing.
    public let memoryBytes: Int

    /// - Precondition: `passes` is 1...10 and `memoryBytes` 8 KiB...1 GiB.
    public init(passes: Int, memoryBytes: Int) {
      precondition((1...10).contains(passes), "a password hash makes 1 to 10 passes")
      precondition((8_192...1_073_741_824).contains(memoryBytes), "a password hash fills 8 KiB to 1 GiB")
      self.passes = passes
      self.memoryBytes = memoryBytes
    }

    /// For people's passwords: 3 passes over 64 MiB, the second recommended option of RFC 9106 with one lane.
    public static let standard = Cost(passes: 3, memoryBytes: 64 * 1024 * 1024)
    /// The least libsodium allows; for tests only.
    public static let minimal = Cost(passes: 1, memoryBytes: 8_192)
  }

  /// The hash with its parameters and salt, in printable ASCII. Not the password, but keep it out of logs.
  public let text: String

  /// A stored hash, as `text` gave it.
  /// - Throws: `CryptographyError` with `.invalidEncoding` unless it is argon2id text.
  public init(text: String) throws(CryptographyError) {
    let isPrintable = text.utf8.allSatisfy { (33...126).contains($0) }
    guard text.hasPrefix("$argon2id$"), text.utf8.count <= Self.maxTextBytes, isPrintable else {
      throw CryptographyError(.invalidEncoding, "text is no argon2id hash")
    }
    self.text = text
  }

  /// A fresh salted hash of `password`. Blocks the calling thread.
  /// - Throws: `CryptographyError` with `.invalidPassword` or `.outOfMemory`.
  public init(password: String, cost: Cost = .standard) throws(CryptographyError) {
    _ = Sodium.ready
    let secret = Array(password.utf8)
    guard (1...Self.maxPasswordBytes).contains(secret.count) else {
      throw CryptographyError(.invalidPassword, "a password has 1 to \(Self.maxPasswordBytes) bytes")
    }
    var output = [CChar](repeating: 0, count: crypto_pwhash_strbytes())
    let status = secret.withUnsafeBytes { bytes in
      crypto_pwhash_str_alg(
        &output, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), UInt64(bytes.count),
        UInt64(cost.passes), cost.memoryBytes, crypto_pwhash_alg_argon2id13())
    }
    guard status == 0 else {
      throw CryptographyError(.outOfMemory, "no memory for a password hash of \(cost.memoryBytes) bytes")
    }
    text = String(decoding: output.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Whether `password` is the one hashed. Blocks the calling thread, as long for a wrong one as for the right one.
  public func matches(password: String) -> Bool {
    _ = Sodium.ready
    let secret = Array(password.utf8)
    guard (1...Self.maxPasswordBytes).contains(secret.count) else { return false }
    return secret.withUnsafeBytes { bytes in
      crypto_pwhash_str_verify(
        text, bytes.baseAddress!.assumingMemoryBound(to: CChar.self), UInt64(bytes.count)) == 0
    }
  }

  public var description: String { "argon2id hash" }
}
