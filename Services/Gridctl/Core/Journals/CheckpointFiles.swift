import Cryptography
import Foundation
import Journal

/// Signed checkpoints and the key that signs them, in files beside the database, never in it.
struct CheckpointFiles {
  /// The signing key: 64 hexadecimal digits, mode 0600.
  static let keyName = "checkpoint.key"
  /// Its public half, for whoever verifies elsewhere.
  static let publicKeyName = "checkpoint.pub"

  let stack: Stack
  let directory: String

  /// - Parameter directory: of the checkpoints; the stack's own if nil.
  init(stack: Stack, directory: String?) {
    self.stack = stack
    self.directory = directory ?? stack.path("checkpoints")
  }

  /// The checkpoints, each proven by its signature. Throws `Refusal` or `CheckpointFault`.
  /// - Parameter isRequired: whether a missing directory is a fault or means that there are none.
  func read(isRequired: Bool) throws -> [Checkpoint] {
    guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
      if isRequired { throw Refusal("unreadable", "\(directory) cannot be read") }
      return []
    }
    let documents = names.filter { $0.hasSuffix(".json") }.sorted()
    guard !documents.isEmpty else { return [] }
    let key = try verifyKey()
    return try documents.map { name in
      guard let data = FileManager.default.contents(atPath: directory + "/" + name) else {
        throw Refusal("unreadable", "\(directory)/\(name) cannot be read")
      }
      do {
        return try Checkpoint.verified([UInt8](data), with: key)
      } catch {
        throw Refusal("bad_checkpoint", "\(directory)/\(name): \(error)")
      }
    }
  }

  func write(_ checkpoint: Checkpoint, with key: SigningKey) throws -> String {
    try makeDirectory()
    let path = "\(directory)/\(checkpoint.district)-\(checkpoint.position.seq).json"
    try PrivateFile.write(checkpoint.signed(with: key) + [UInt8(ascii: "\n")], to: path)
    return path
  }

  /// The stack's key; made when there is none.
  func signingKey() throws -> SigningKey {
    let path = stack.path(Self.keyName)
    if FileManager.default.fileExists(atPath: path) {
      guard let text = try? String(contentsOfFile: path, encoding: .utf8),
        let seed = try? Hexadecimal.decode(text.trimmingCharacters(in: .whitespacesAndNewlines)),
        let key = try? SigningKey(seed: seed)
      else { throw Refusal("unreadable", "\(path) holds no key") }
      return key
    }
    let key = SigningKey()
    try PrivateFile.write(Array(Hexadecimal.encode(key.seed).utf8), to: path)
    try makeDirectory()
    try PrivateFile.write(
      Array((Hexadecimal.encode(key.verifyKey.bytes) + "\n").utf8), to: directory + "/" + Self.publicKeyName)
    return key
  }

  /// The public key beside the checkpoints, else the public half of the stack's.
  private func verifyKey() throws -> VerifyKey {
    let path = directory + "/" + Self.publicKeyName
    // The stack's own key goes first: a public key beside the checkpoints could be replaced together with them.
    if FileManager.default.fileExists(atPath: stack.path(Self.keyName)) { return try signingKey().verifyKey }
    guard let text = try? String(contentsOfFile: path, encoding: .utf8),
      let bytes = try? Hexadecimal.decode(text.trimmingCharacters(in: .whitespacesAndNewlines)),
      let key = try? VerifyKey(bytes: bytes)
    else { throw Refusal("no_key", "\(path) is missing: without the public key no checkpoint proves anything") }
    return key
  }

  private func makeDirectory() throws {
    do {
      try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    } catch {
      throw Refusal("unwritable", "\(directory) cannot be made")
    }
  }
}
