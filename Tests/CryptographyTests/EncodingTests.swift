import Cryptography
import Testing

struct EncodingTests {
  // RFC 4648, section 10.
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
    ("foobar", "Zm9vYmFy"),
  ])
  func standardBase64(plain: String, encoded: String) throws {
    #expect(Base64.standard.encode(Array(plain.utf8)) == encoded)
    #expect(try Base64.standard.decode(encoded) == Array(plain.utf8))
  }

  @Test func urlBase64HasItsOwnAlphabetAndNoPadding() throws {
    let bytes: [UInt8] = [0xfb, 0xff, 0xfe, 0x01]
    #expect(Base64.standard.encode(bytes) == "+//+AQ==")
    #expect(Base64.url.encode(bytes) == "-__-AQ")
    #expect(try Base64.url.decode("-__-AQ") == bytes)
  }

  @Test(arguments: ["Zg", "Zg=", "Z", "Zm9v ", "Zm-v", "Zh==", "Zm9vZg==x", "=", "\n"])
  func malformedStandardBase64IsRefused(text: String) {
    #expect(throws: CryptographyError.self) { try Base64.standard.decode(text) }
  }

  @Test(arguments: ["Zg==", "Zh", "+//+", "A"])
  func malformedURLBase64IsRefused(text: String) {
    #expect(throws: CryptographyError.self) { try Base64.url.decode(text) }
  }

  @Test func everyLengthMakesTheRoundTrip() throws {
    for count in 0...67 {
      let bytes = RandomBytes.make(count)
      #expect(try Base64.standard.decode(Base64.standard.encode(bytes)) == bytes)
      #expect(try Base64.url.decode(Base64.url.encode(bytes)) == bytes)
      #expect(try Hexadecimal.decode(Hexadecimal.encode(bytes)) == bytes)
    }
  }

  @Test func hexadecimal() throws {
    #expect(Hexadecimal.encode([0, 0x0f, 0xa0, 0xff]) == "000fa0ff")
    #expect(try Hexadecimal.decode("000FA0ff") == [0, 0x0f, 0xa0, 0xff])
    #expect(throws: CryptographyError.self) { try Hexadecimal.decode("abc") }
    #expect(throws: CryptographyError.self) { try Hexadecimal.decode("zz") }
  }

  @Test func randomBytesDiffer() {
    #expect(RandomBytes.make(0).isEmpty)
    #expect(RandomBytes.make(32).count == 32)
    #expect(RandomBytes.make(32) != RandomBytes.make(32))
    var buffer = [UInt8](repeating: 0, count: 64)
    buffer.withUnsafeMutableBytes { RandomBytes.fill($0) }
    #expect(buffer != [UInt8](repeating: 0, count: 64))
  }

  @Test func constantTimeEquality() {
    #expect(constantTimeEquals([], []))
    #expect(constantTimeEquals([1, 2, 3], [1, 2, 3]))
    #expect(!constantTimeEquals([1, 2, 3], [1, 2, 4]))
    #expect(!constantTimeEquals([1, 2, 3], [1, 2]))
  }
}
