import Cryptography
public import Domain

/// The chain: each event's hash covers every column of its row and the hash before it.
///
/// `SHA-256(f("gridloop-journal-1") f(district) f(seq) f(epoch) f(at) f(prev_hash) f(case number) f(kind) f(actor)
/// f(body))`, where `f` is the length in four bytes, big-endian, and then the bytes; numbers are eight bytes
/// (epoch four), big-endian; `at` counts microseconds since 1970. The function `journal_append` computes the same.
public enum JournalHash {
  public static let version = "gridloop-journal-1"
  /// What the first event of a journal continues.
  public static let origin = [UInt8](repeating: 0, count: 32)

  public static func of(
    district: UnitCode, seq: Int64, epoch: Int32, at: Instant, previousHash: [UInt8], caseNumber: Int64,
    kind: String, actor: String, body: [UInt8]
  ) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(160 + body.count)
    append(Array(version.utf8), to: &bytes)
    append(Array(district.text.utf8), to: &bytes)
    append(bigEndian(seq), to: &bytes)
    append(bigEndian(epoch), to: &bytes)
    append(bigEndian(at.microseconds), to: &bytes)
    append(previousHash, to: &bytes)
    append(bigEndian(caseNumber), to: &bytes)
    append(Array(kind.utf8), to: &bytes)
    append(Array(actor.utf8), to: &bytes)
    append(body, to: &bytes)
    return SHA256.digest(of: bytes)
  }

  private static func append(_ field: [UInt8], to bytes: inout [UInt8]) {
    bytes.append(contentsOf: bigEndian(Int32(field.count)))
    bytes.append(contentsOf: field)
  }

  private static func bigEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    withUnsafeBytes(of: number.bigEndian) { Array($0) }
  }
}
