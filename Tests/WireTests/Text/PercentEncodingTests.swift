import Testing
import Wire

@Suite struct PercentEncodingTests {
  @Test func whatIsEncodedIsReadAgain() {
    #expect(PercentEncoding.encode("a b/垃圾+~") == "a%20b%2F%E5%9E%83%E5%9C%BE%2B~")
    let text = String(decoding: (1...127).map(UInt8.init), as: UTF8.self) + "é网格😀"
    #expect(PercentEncoding.decode(PercentEncoding.encode(text)) == text)
    #expect(PercentEncoding.decodeForm(PercentEncoding.encode(text).utf8) == text)
  }

  @Test func aPlusSignIsASpaceInFormsOnly() {
    #expect(PercentEncoding.decode("08:00+08%3a00") == "08:00+08:00")
    #expect(PercentEncoding.decodeForm("x+y%2Bz".utf8) == "x y+z")
  }

  @Test(arguments: ["%", "%4", "%zz", "%ff", "%00", "a%2"])
  func whatIsNoTextIsRefused(_ text: String) {
    #expect(PercentEncoding.decode(text) == nil)
    #expect(PercentEncoding.decodeForm(text.utf8) == nil)
  }
}
