import CSodium

/// An Ed25519 private key (RFC 8032). Keep its bytes out of logs; `description` does.
public struct SigningKey: Sendable, CustomStringConvertible {
  /// Bytes in the seed a key is stored as.
  public static let seedBytes = 32

  private let secret: [UInt8]
  /// The seed, 32 bytes, from which the key can be made again. Secret.
  public var seed: [UInt8] { Array(secret.prefix(Self.seedBytes)) }
  /// The public half.
  public let verifyKey: VerifyKey

  /// A fresh key.
  public init() {
    self.init(validSeed: RandomBytes.make(Self.seedBytes))
  }

  /// The key of a stored seed.
  /// - Throws: `CryptographyError` with `.invalidKey` unless `seed` has 32 bytes.
  public init(seed: [UInt8]) throws(CryptographyError) {
    guard seed.count == Self.seedBytes else {
      throw CryptographyError(.invalidKey, "a signing key's seed has \(Self.seedBytes) bytes, not \(seed.count)")
    }
    self.init(validSeed: seed)
  }

  private init(validSeed seed: [UInt8]) {
    _ = Sodium.ready
    var publicBytes = [UInt8](repeating: 0, count: VerifyKey.keyBytes)
    var secretBytes = [UInt8](repeating: 0, count: 64)
    crypto_sign_seed_keypair(&publicBytes, &secretBytes, seed)
    secret = secretBytes
    verifyKey = VerifyKey(validBytes: publicBytes)
  }

  /// The signature of `message`, 64 bytes; the same message always gives the same signature.
  public func sign(_ message: [UInt8]) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: VerifyKey.signatureBytes) { buffer, count in
      crypto_sign_detached(buffer.baseAddress!, nil, message, UInt64(message.count), secret)
      count = VerifyKey.signatureBytes
    }
  }

  public var description: String { "signing key of \(verifyKey)" }
}

/// An Ed25519 public key (RFC 8032).
public struct VerifyKey: Hashable, Sendable, CustomStringConvertible {
  public static let keyBytes = 32
  public static let signatureBytes = 64

  /// The key's 32 bytes.
  public let bytes: [UInt8]

  /// - Throws: `CryptographyError` with `.invalidKey` unless `bytes` are 32 bytes.
  public init(bytes: [UInt8]) throws(CryptographyError) {
    guard bytes.count == Self.keyBytes else {
      throw CryptographyError(.invalidKey, "a public key has \(Self.keyBytes) bytes, not \(bytes.count)")
    }
    self.bytes = bytes
  }

  fileprivate init(validBytes: [UInt8]) {
    bytes = validBytes
  }

  /// Whether `signature` was made over `message` with the private half. False for a signature of the wrong length.
  public func isValid(signature: [UInt8], of message: [UInt8]) -> Bool {
    _ = Sodium.ready
    guard signature.count == Self.signatureBytes else { return false }
    return crypto_sign_verify_detached(signature, message, UInt64(message.count), bytes) == 0
  }

  /// The key as hexadecimal text.
  public var description: String { Hexadecimal.encode(bytes) }
}
