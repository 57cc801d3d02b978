import Cryptography

/// What whoever reported without signing in keeps beside the case's number: 12 characters with 60 random bits, in the
/// alphabet of Crockford's base 32, which has no letter that is read as a digit. Numbers are given out one after the
/// other; without the code they tell nothing.
struct FollowCode: Sendable, Hashable, CustomStringConvertible {
  static let characters = 12
  /// What is typed may be longer by spaces and dashes.
  static let maxTypedBytes = 40

  private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
  private static let groupCharacters = 4

  /// Without dashes. Secret.
  let text: String

  /// The code of the report that a form hands in: the same however often it is sent.
  init(of form: PublicFormToken, secret: [UInt8]) {
    let bits = HMACSHA256.code(of: Array("gridloop follow code".utf8) + form.nonce, key: secret)
    text = String(decoding: bits.prefix(Self.characters).map { Self.alphabet[Int($0 & 31)] }, as: UTF8.self)
  }

  /// What someone typed: in any case, with dashes and spaces or without, O for 0 and I or L for 1. Nil when it cannot be
  /// a code.
  init?(typed: String) {
    guard typed.utf8.count <= Self.maxTypedBytes else { return nil }
    var found: [UInt8] = []
    for character in typed.uppercased().utf8 where character != UInt8(ascii: " ") && character != UInt8(ascii: "-") {
      let read: UInt8 =
        switch character {
        case UInt8(ascii: "O"): UInt8(ascii: "0")
        case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
        default: character
        }
      guard Self.alphabet.contains(read) else { return nil }
      found.append(read)
    }
    guard found.count == Self.characters else { return nil }
    text = String(decoding: found, as: UTF8.self)
  }

  /// As people read it: `7K3M-9QXT-2HWC`.
  var shown: String {
    var groups: [Substring] = []
    var rest = text[...]
    while !rest.isEmpty {
      groups.append(rest.prefix(Self.groupCharacters))
      rest = rest.dropFirst(Self.groupCharacters)
    }
    return groups.joined(separator: "-")
  }

  /// The id under which the report is handed in and found again: a hash, so that nobody who reads the database can
  /// follow with it, and so that the index tells nothing of a code by the time that it takes.
  var externalID: String {
    "web-" + Hexadecimal.encode(Array(SHA256.digest(of: "gridloop follow " + text).prefix(16)))
  }

  var description: String { "follow code" }
}

/// What a form carries so that it is filed once and is one of ours: when it was made, 128 random bits, and a signature
/// with the district's secret. Nothing of it is stored.
struct PublicFormToken: Sendable, Hashable {
  /// So long a form may be filled in.
  static let maxAgeSeconds: Int64 = 24 * 3_600
  static let nonceBytes = 16
  /// Longer than any token.
  private static let maxBytes = 200
  private static let purpose = Array("gridloop public form".utf8)

  let issuedSeconds: Int64
  let nonce: [UInt8]

  init(issuedSeconds: Int64, nonce: [UInt8] = RandomBytes.make(Self.nonceBytes)) {
    self.issuedSeconds = issuedSeconds
    self.nonce = nonce
  }

  enum Fault: Error, Equatable {
    case forged
    case expired
  }

  /// - Throws: `Fault` unless it was made with this secret and is not too old.
  init(text: String, secret: [UInt8], nowSeconds: Int64) throws(Fault) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= Self.maxBytes, parts.count == 3, let issued = Int64(parts[0]),
      let nonce = try? Base64.url.decode(String(parts[1])), nonce.count == Self.nonceBytes,
      let signature = try? Base64.url.decode(String(parts[2])),
      HMACSHA256.isValid(code: signature, of: Self.signed(issued, nonce), key: secret)
    else { throw .forged }
    guard nowSeconds - issued < Self.maxAgeSeconds, issued - nowSeconds < Self.maxAgeSeconds else { throw .expired }
    issuedSeconds = issued
    self.nonce = nonce
  }

  func text(secret: [UInt8]) -> String {
    let signature = HMACSHA256.code(of: Self.signed(issuedSeconds, nonce), key: secret)
    return "\(issuedSeconds).\(Base64.url.encode(nonce)).\(Base64.url.encode(signature))"
  }

  private static func signed(_ issuedSeconds: Int64, _ nonce: [UInt8]) -> [UInt8] {
    purpose + Array("\(issuedSeconds).".utf8) + nonce
  }
}
