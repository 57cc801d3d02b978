import Cryptography
import Domain
import Journal
import Testing

@Suite struct CheckpointTests {
  private let checkpoint = Checkpoint(
    district: "440306", position: JournalPosition(seq: 4_611, epoch: 2, hash: Array(0..<32)),
    at: Instant(microseconds: 1_772_413_200_000_001))
  private let key = SigningKey()

  @Test func aSignedCheckpointReadsBack() throws {
    #expect(try Checkpoint.verified(checkpoint.signed(with: key), with: key.verifyKey) == checkpoint)
  }

  @Test func eachValueIsUnderTheSignature() throws {
    let text = String(decoding: checkpoint.signed(with: key), as: UTF8.self)
    let changes = [
      ("\"440306\"", "\"440305\""), ("4611", "4612"), ("\"epoch\":2", "\"epoch\":3"), ("000102", "000103"),
      ("1772413200000001", "1772413200000002"),
    ]
    for (old, new) in changes {
      let changed = text.replacing(old, with: new, maxReplacements: 1)
      #expect(changed != text)
      #expect(throws: CheckpointFault.badSignature) {
        try Checkpoint.verified(Array(changed.utf8), with: key.verifyKey)
      }
    }
  }

  @Test func anotherKeyIsRefused() throws {
    let other = SigningKey()
    #expect(throws: CheckpointFault.otherKey) {
      try Checkpoint.verified(checkpoint.signed(with: other), with: key.verifyKey)
    }
  }

  @Test func anotherKeyUnderTheRightNameIsRefused() throws {
    let other = SigningKey()
    let text = String(decoding: checkpoint.signed(with: other), as: UTF8.self).replacing(
      Hexadecimal.encode(other.verifyKey.bytes), with: Hexadecimal.encode(key.verifyKey.bytes))
    #expect(throws: CheckpointFault.badSignature) {
      try Checkpoint.verified(Array(text.utf8), with: key.verifyKey)
    }
  }

  @Test func whatIsNoCheckpointIsRefused() {
    for text in ["", "{}", "[1]", "{\"checkpoint\":\"gridloop-checkpoint-1\"}", "checkpoint"] {
      #expect(throws: CheckpointFault.malformed) { try Checkpoint.verified(Array(text.utf8), with: key.verifyKey) }
    }
  }
}
