import Glibc
import MessageBus
import Testing

struct CurveKeysTests {
  private func withTemporaryPath(_ body: (String) throws -> Void) throws {
    var template = Array("/tmp/gridloop-keys-XXXXXX".utf8CString)
    try #require(mkdtemp(&template) != nil)
    let directory = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
    let path = directory + "/service.key"
    defer {
      unlink(path)
      rmdir(directory)
    }
    try body(path)
  }

  // The test vector of ZeroMQ RFC 26's reference keys, as in libzmq's own tests.
  @Test func thePublicKeyFollowsFromTheSecretOne() throws {
    let keys = try CurveKeyPair(secretText: "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%cs")
    #expect(keys.publicKey.text == "Yne@$w-vo<fVvi]a<NY6T1ed:M$fCG*[IaLV{hID")
  }

  @Test func freshKeysDifferAndSecretsAreNotDescribed() throws {
    let keys = try CurveKeyPair.generate()
    #expect(try CurveKeyPair.generate().publicKey != keys.publicKey)
    #expect(try CurveKeyPair(secretText: keys.secretText).publicKey == keys.publicKey)
    #expect(!"\(keys)".contains(keys.secretText))
    #expect(try CurvePublicKey(bytes: keys.publicKey.bytes).text == keys.publicKey.text)
  }

  @Test(arguments: [
    "", "short", "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%c\u{1}", "D:)Q[IlAW!ahhC2ac:9*A}h:p?([4%wOTJ%JR%c~",
  ])
  func malformedKeysAreRefused(text: String) {
    #expect(throws: BusError.self) { try CurvePublicKey(text: text) }
    #expect(throws: BusError.self) { try CurveKeyPair(secretText: text) }
  }

  @Test func aKeyFileIsForItsOwnerOnly() throws {
    try withTemporaryPath { path in
      let keys = try CurveKeyPair.generate()
      try keys.save(to: path)
      var status = stat()
      #expect(stat(path, &status) == 0)
      #expect(status.st_mode & 0o777 == 0o600)
      #expect(try CurveKeyPair.load(from: path).publicKey == keys.publicKey)
      #expect(throws: BusError.self) { try keys.save(to: path) }
      chmod(path, 0o640)
      #expect(throws: BusError.self) { try CurveKeyPair.load(from: path) }
    }
  }

  @Test func aMissingKeyFileIsMadeOnce() throws {
    try withTemporaryPath { path in
      let keys = try CurveKeyPair.loadOrCreate(at: path)
      #expect(try CurveKeyPair.loadOrCreate(at: path).publicKey == keys.publicKey)
    }
  }
}
