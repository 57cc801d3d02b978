import CZeroMQ
import Glibc

/// The public half of a process's CURVE keys: what it is known by on the bus.
public struct CurvePublicKey: Hashable, Sendable, CustomStringConvertible {
  public static let keyBytes = 32
  /// Characters of a key in Z85.
  public static let textCharacters = 40

  /// The key's 32 bytes.
  public let bytes: [UInt8]

  /// - Throws: `BusError` with `.invalidKey` unless `bytes` are 32 bytes.
  public init(bytes: [UInt8]) throws(BusError) {
    guard bytes.count == Self.keyBytes else {
      throw BusError(.invalidKey, "a CURVE key has \(Self.keyBytes) bytes, not \(bytes.count)")
    }
    self.bytes = bytes
  }

  /// - Throws: `BusError` with `.invalidKey` unless `text` is a key in Z85 (ZeroMQ RFC 32).
  public init(text: String) throws(BusError) {
    bytes = try Z85.decodeKey(text)
  }

  /// Stands for a key where there is no encryption.
  static let none = CurvePublicKey(checked: [UInt8](repeating: 0, count: keyBytes))

  private init(checked: [UInt8]) {
    bytes = checked
  }

  /// The key in Z85, 40 characters.
  public var text: String { Z85.encodeKey(bytes) }

  public var description: String { text }
}

/// A process's CURVE keys (ZeroMQ RFC 26, Curve25519). `description` shows the public one only.
public struct CurveKeyPair: Sendable, CustomStringConvertible {
  public let publicKey: CurvePublicKey
  /// The secret key's 32 bytes.
  let secretKey: [UInt8]

  /// Fresh keys.
  /// - Throws: `BusError` with `.encryptionUnavailable` if libzmq lacks CURVE.
  public static func generate() throws(BusError) -> CurveKeyPair {
    var publicText = [CChar](repeating: 0, count: CurvePublicKey.textCharacters + 1)
    var secretText = publicText
    guard zmq_curve_keypair(&publicText, &secretText) == 0 else {
      throw BusError(.encryptionUnavailable, "libzmq was built without CURVE", errorNumber: zmq_errno())
    }
    return try CurveKeyPair(secretText: Z85.text(secretText))
  }

  /// The keys of a stored secret key in Z85, as `secretText` gave it.
  /// - Throws: `BusError` with `.invalidKey` or `.encryptionUnavailable`.
  public init(secretText: String) throws(BusError) {
    secretKey = try Z85.decodeKey(secretText)
    var publicText = [CChar](repeating: 0, count: CurvePublicKey.textCharacters + 1)
    guard zmq_curve_public(&publicText, secretText) == 0 else {
      throw BusError(.encryptionUnavailable, "libzmq was built without CURVE", errorNumber: zmq_errno())
    }
    publicKey = try CurvePublicKey(text: Z85.text(publicText))
  }

  /// The secret key in Z85. Secret.
  public var secretText: String { Z85.encodeKey(secretKey) }

  public var description: String { "CURVE keys of \(publicKey)" }

  /// Reads the keys that `save(to:)` wrote. Blocks on the file system.
  /// - Throws: `BusError` with `.keyFile` if the file cannot be read or others than its owner may, `.invalidKey`.
  public static func load(from path: String) throws(BusError) -> CurveKeyPair {
    let file = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
    guard file >= 0 else { throw BusError(.keyFile, "the key file cannot be opened", errorNumber: errno) }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0 else {
      throw BusError(.keyFile, "the key file cannot be examined", errorNumber: errno)
    }
    guard status.st_mode & 0o077 == 0 else {
      throw BusError(.keyFile, "the key file is open to others than its owner; its mode must be 0600")
    }
    var bytes = [UInt8](repeating: 0, count: CurvePublicKey.textCharacters + 2)
    let count = read(file, &bytes, bytes.count)
    guard count >= 0 else { throw BusError(.keyFile, "the key file cannot be read", errorNumber: errno) }
    var text = String(decoding: bytes.prefix(count), as: UTF8.self)
    if text.hasSuffix("\n") { text.removeLast() }
    return try CurveKeyPair(secretText: text)
  }

  /// Writes the secret key to a new file of mode 0600. Blocks until it is on disk.
  /// - Throws: `BusError` with `.keyFile`, also if the file exists.
  public func save(to path: String) throws(BusError) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw BusError(.keyFile, "the key file cannot be created", errorNumber: errno) }
    defer { close(file) }
    let bytes = Array((secretText + "\n").utf8)
    guard fchmod(file, 0o600) == 0, write(file, bytes, bytes.count) == bytes.count, fsync(file) == 0 else {
      let number = errno
      unlink(path)
      throw BusError(.keyFile, "the key file cannot be written", errorNumber: number)
    }
  }

  /// The keys in the file, which is written with fresh ones if it does not exist. Of several processes that come at
  /// the same time one writes and all get its keys, provided the file system creates exclusively.
  public static func loadOrCreate(at path: String) throws(BusError) -> CurveKeyPair {
    do {
      return try load(from: path)
    } catch let error where error.errorNumber == ENOENT {
      let keys = try generate()
      do {
        let temporary = "\(path).\(getpid())"
        try keys.save(to: temporary)
        defer { unlink(temporary) }
        guard link(temporary, path) == 0 || errno == EEXIST else {
          throw BusError(.keyFile, "the key file cannot be created", errorNumber: errno)
        }
      }
      return try load(from: path)
    }
  }
}

/// Keys as text, by the library's own functions.
enum Z85 {
  static func encodeKey(_ bytes: [UInt8]) -> String {
    var text = [CChar](repeating: 0, count: CurvePublicKey.textCharacters + 1)
    zmq_z85_encode(&text, bytes, bytes.count)
    return self.text(text)
  }

  static func decodeKey(_ text: String) throws(BusError) -> [UInt8] {
    let isPrintable = text.utf8.allSatisfy { (33...126).contains($0) }
    guard text.utf8.count == CurvePublicKey.textCharacters, isPrintable else {
      throw BusError(.invalidKey, "a CURVE key has \(CurvePublicKey.textCharacters) characters of Z85")
    }
    var bytes = [UInt8](repeating: 0, count: CurvePublicKey.keyBytes)
    guard zmq_z85_decode(&bytes, text) != nil else {
      throw BusError(.invalidKey, "a key contains a character that is not in Z85")
    }
    return bytes
  }

  static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
