import Cryptography
public import Domain

/// The token of a session: `gls_<district>_<secret>`. The district is in it so that a look-up asks one district only.
public struct SessionToken: Sendable, Hashable, CustomStringConvertible {
  /// The whole text, as it travels. Secret.
  public let text: String
  public let district: UnitCode

  static let prefix = "gls"

  /// A fresh token with 256 random bits.
  public init(district: UnitCode) {
    self.district = district
    text = "\(Self.prefix)_\(district.text)_\(Base64.url.encode(RandomBytes.make(32)))"
  }

  /// Nil unless `text` has the form of a token.
  public init?(text: String) {
    guard let parts = TokenParts(text, prefix: Self.prefix, secretCharacters: 43) else { return nil }
    self.text = text
    district = UnitCode(parts.identifier)
  }

  /// What is stored: nobody who reads the database can sign in with it.
  var hash: [UInt8] { SHA256.digest(of: text) }

  public var description: String { "session token of \(district)" }
}

/// The key of a machine: `glk_<district>-<id>_<secret>`.
public struct APIKey: Sendable, Hashable, CustomStringConvertible {
  /// The whole text, as it travels. Secret; shown once, when the key is made.
  public let text: String
  public let district: UnitCode
  /// `<district>-<id>`: names the key without giving it away.
  public let identifier: String
  private let secret: String

  static let prefix = "glk"

  /// A fresh key with 256 random bits.
  public init(district: UnitCode) {
    self.district = district
    identifier = "\(district.text)-\(Hexadecimal.encode(RandomBytes.make(6)))"
    secret = Base64.url.encode(RandomBytes.make(32))
    text = "\(Self.prefix)_\(identifier)_\(secret)"
  }

  /// Nil unless `text` has the form of a key.
  public init?(text: String) {
    guard let parts = TokenParts(text, prefix: Self.prefix, secretCharacters: 43),
      let dash = parts.identifier.lastIndex(of: "-"), dash != parts.identifier.startIndex
    else { return nil }
    self.text = text
    identifier = parts.identifier
    secret = parts.secret
    district = UnitCode(String(parts.identifier[..<dash]))
  }

  /// What is stored. The secret has 256 random bits, so a plain hash is enough where a password needs a slow one.
  var secretHash: [UInt8] { SHA256.digest(of: secret) }

  public var description: String { "API key \(identifier)" }
}

/// `<prefix>_<identifier>_<secret>`; the secret may contain underscores, the identifier not.
private struct TokenParts {
  /// More than any identifier that is given out.
  static let maxIdentifierBytes = 64

  let identifier: String
  let secret: String

  init?(_ text: String, prefix: String, secretCharacters: Int) {
    guard text.utf8.count <= Self.maxIdentifierBytes + secretCharacters + 8, text.hasPrefix(prefix + "_") else {
      return nil
    }
    let rest = text.dropFirst(prefix.count + 1)
    guard let end = rest.firstIndex(of: "_"), end != rest.startIndex else { return nil }
    let secret = rest[rest.index(after: end)...]
    guard secret.utf8.count == secretCharacters, rest[..<end].utf8.count <= Self.maxIdentifierBytes else { return nil }
    guard rest.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else { return nil }
    identifier = String(rest[..<end])
    self.secret = String(secret)
  }
}
