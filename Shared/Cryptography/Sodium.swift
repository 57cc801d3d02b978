import CSodium

/// The one-time start of libsodium; every entry point of this module passes through it.
enum Sodium {
  static let ready: Void = {
    precondition(sodium_init() >= 0, "libsodium could not be initialised: no source of random numbers")
  }()
}

/// What can go wrong with keys, hashes and encodings. Descriptions never contain the material itself.
public struct CryptographyError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Hashable, Sendable {
    /// A key, seed or signature has the wrong number of bytes or is no valid point.
    case invalidKey = "invalid_key"
    /// Text is not in the encoding it claims to be in.
    case invalidEncoding = "invalid_encoding"
    /// A password is longer than `PasswordHash.maxPasswordBytes` or empty.
    case invalidPassword = "invalid_password"
    /// The memory a password hash needs could not be had; may succeed later.
    case outOfMemory = "out_of_memory"
    /// More password checks are waiting than `PasswordHasher` admits; may succeed later.
    case busy
  }

  public let code: Code
  public let reason: String

  public init(_ code: Code, _ reason: String) {
    self.code = code
    self.reason = reason
  }

  /// Whether the same call may succeed later.
  public var isRetriable: Bool { code == .outOfMemory || code == .busy }

  public var description: String { "\(code.rawValue): \(reason)" }
}
