import Cryptography
import Foundation
import PostgresClient

/// Lets the services' roles sign in, with passwords kept in files.
struct RolePasswords {
  /// Rounds of PBKDF2 in a verifier, PostgreSQL's own default.
  static let rounds = 4_096
  static let maxPasswordBytes = 512

  let directory: String

  func apply(_ pool: PostgresPool) async throws {
    try FileManager.default.createDirectory(
      atPath: directory, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    for service in MigrateCommand.services {
      let verifier = Self.verifier(password: try password(of: service), salt: RandomBytes.make(16))
      // The verifier has no quotes, and the password itself never reaches the server or its log.
      try await pool.execute(script: "ALTER ROLE gridloop_\(service) LOGIN PASSWORD '\(verifier)'")
    }
  }

  private func password(of service: String) throws -> String {
    let ofRole = directory + "/gridloop_" + service
    let path = FileManager.default.fileExists(atPath: ofRole) ? ofRole : directory + "/" + service
    if let data = FileManager.default.contents(atPath: path) {
      let text = String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
      guard !text.isEmpty, text.utf8.count <= Self.maxPasswordBytes, text.utf8.allSatisfy({ $0 > 32 && $0 < 127 })
      else { throw Refusal("bad_password", "\(path) must hold one password of printable ASCII without spaces") }
      return text
    }
    let password = Base64.url.encode(RandomBytes.make(24))
    try PrivateFile.write(Array(password.utf8), to: path)
    return password
  }

  /// What PostgreSQL stores of a password (RFC 5803): SCRAM-SHA-256 with salted and iterated keys.
  static func verifier(password: String, salt: [UInt8]) -> String {
    let key = Array(password.utf8)
    var block = HMACSHA256.code(of: salt + [0, 0, 0, 1], key: key)
    var salted = block
    for _ in 1..<rounds {
      block = HMACSHA256.code(of: block, key: key)
      for index in salted.indices { salted[index] ^= block[index] }
    }
    let stored = SHA256.digest(of: HMACSHA256.code(of: Array("Client Key".utf8), key: salted))
    let server = HMACSHA256.code(of: Array("Server Key".utf8), key: salted)
    let encode = Base64.standard.encode
    return "SCRAM-SHA-256$\(rounds):\(encode(salt))$\(encode(stored)):\(encode(server))"
  }
}
