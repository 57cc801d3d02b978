public import Cryptography
public import Domain
import Wire

/// The end of a journal, signed, to be kept outside the database: whoever rewrites the whole chain cannot rewrite this.
public struct Checkpoint: Sendable, Hashable {
  public let district: UnitCode
  public let position: JournalPosition
  public let at: Instant

  public init(district: UnitCode, position: JournalPosition, at: Instant) {
    self.district = district
    self.position = position
    self.at = at
  }

  private var signedBytes: [UInt8] {
    var writer = CanonicalWriter()
    writer.text(1, "gridloop-checkpoint-1")
    writer.text(2, district.text)
    writer.signed(3, position.seq)
    writer.signed(4, Int64(position.epoch))
    writer.blob(5, position.hash)
    writer.signed(6, at.microseconds)
    return writer.bytes
  }

  /// As a JSON document of one line.
  public func signed(with key: SigningKey) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    writer.key("checkpoint")
    writer.string("gridloop-checkpoint-1")
    writer.key("district")
    writer.string(district.text)
    writer.key("seq")
    writer.integer(position.seq)
    writer.key("epoch")
    writer.integer(Int64(position.epoch))
    writer.key("hash")
    writer.string(Hexadecimal.encode(position.hash))
    writer.key("at_microseconds")
    writer.integer(at.microseconds)
    writer.key("public_key")
    writer.string(Hexadecimal.encode(key.verifyKey.bytes))
    writer.key("signature")
    writer.string(Hexadecimal.encode(key.sign(signedBytes)))
    writer.endObject()
    return writer.bytes
  }

  /// Reads and checks a signed checkpoint; throws ``CheckpointFault`` when it is malformed, signed with another key, or
  /// its signature does not hold.
  public static func verified(_ document: [UInt8], with key: VerifyKey) throws(CheckpointFault) -> Checkpoint {
    guard let value = try? JSONParser.parse(document), let district = value["district"]?.stringValue,
      let seq = value["seq"]?.integerValue, let epoch = value["epoch"]?.integerValue,
      let hash = try? Hexadecimal.decode(value["hash"]?.stringValue ?? ""),
      let at = value["at_microseconds"]?.integerValue,
      let signature = try? Hexadecimal.decode(value["signature"]?.stringValue ?? "")
    else { throw .malformed }
    guard value["public_key"]?.stringValue == Hexadecimal.encode(key.bytes) else { throw .otherKey }
    let checkpoint = Checkpoint(
      district: UnitCode(district),
      position: JournalPosition(seq: seq, epoch: Int32(truncatingIfNeeded: epoch), hash: hash),
      at: Instant(microseconds: at))
    guard key.isValid(signature: signature, of: checkpoint.signedBytes) else { throw .badSignature }
    return checkpoint
  }
}

/// Why a checkpoint proves nothing.
public enum CheckpointFault: Error, Sendable, Hashable, CustomStringConvertible {
  case malformed
  case otherKey
  case badSignature

  public var description: String {
    switch self {
    case .malformed: "the checkpoint cannot be read"
    case .otherKey: "the checkpoint was signed with another key"
    case .badSignature: "the checkpoint's signature does not hold: it was changed after it was signed"
    }
  }
}
