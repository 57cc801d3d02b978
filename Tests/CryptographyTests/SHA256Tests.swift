import Cryptography
import Testing

struct SHA256Tests {
  // FIPS 180-4 examples.
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func knownDigests(text: String, expected: String) {
    #expect(Hexadecimal.encode(SHA256.digest(of: text)) == expected)
  }

  @Test func piecesGiveTheDigestOfTheWhole() {
    let bytes = (0..<1000).map { UInt8(truncatingIfNeeded: $0) }
    for cut in [0, 1, 63, 64, 65, 500, 1000] {
      var running = SHA256()
      running.update(Array(bytes[..<cut]))
      running.update(Array(bytes[cut...]))
      #expect(running.digest() == SHA256.digest(of: bytes))
    }
  }

  @Test func aDigestCanBeTakenAndTheHashFedFurther() {
    var running = SHA256()
    running.update(Array("ab".utf8))
    let early = running.digest()
    running.update(Array("c".utf8))
    #expect(early == SHA256.digest(of: "ab"))
    #expect(running.digest() == SHA256.digest(of: "abc"))
  }
}

struct HMACSHA256Tests {
  // RFC 4231, test cases 1, 2 and 6 (a key longer than a block).
  @Test func knownCodes() {
    let first = HMACSHA256.code(of: Array("Hi There".utf8), key: [UInt8](repeating: 0x0b, count: 20))
    #expect(Hexadecimal.encode(first) == "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7")
    let second = HMACSHA256.code(of: Array("what do ya want for nothing?".utf8), key: Array("Jefe".utf8))
    #expect(Hexadecimal.encode(second) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    let sixth = HMACSHA256.code(
      of: Array("Test Using Larger Than Block-Size Key - Hash Key First".utf8),
      key: [UInt8](repeating: 0xaa, count: 131))
    #expect(Hexadecimal.encode(sixth) == "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54")
  }

  @Test func aChangedByteIsRefused() {
    let key = RandomBytes.make(32)
    var message = RandomBytes.make(100)
    let code = HMACSHA256.code(of: message, key: key)
    #expect(HMACSHA256.isValid(code: code, of: message, key: key))
    message[50] ^= 1
    #expect(!HMACSHA256.isValid(code: code, of: message, key: key))
    #expect(!HMACSHA256.isValid(code: Array(code.dropLast()), of: message, key: key))
  }
}
