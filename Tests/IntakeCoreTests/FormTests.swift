import NIOCore
import Operations
import Testing

@testable import IntakeCore

@Suite struct FormTests {
  @Test func readsMultipartForms() throws {
    let body = """
      preamble\r
      --xx\r
      Content-Disposition: form-data; name="description"\r
      \r
      two\r
      lines\r
      --xx\r
      content-disposition: form-data; name=media; filename="a \\"b\\".jpg"\r
      Content-Type: image/jpeg\r
      \r
      \u{1}\u{2}--x\r
      --xx--\r
      """
    let parts = try Multipart(Array(body.utf8), contentType: "multipart/form-data; boundary=\"xx\"").parts
    #expect(parts.count == 2)
    #expect(parts[0] == .init(name: "description", fileName: nil, content: Array("two\r\nlines".utf8)))
    #expect(parts[1] == .init(name: "media", fileName: "a \"b\".jpg", content: Array("\u{1}\u{2}--x".utf8)))
  }

  @Test(arguments: ["", "--xx", "--xx\r\n", "--xx\r\nno head\r\n--xx--", "--xx\r\n\r\nx\r\n--xx--", "nothing"])
  func refusesBrokenForms(body: String) {
    #expect(throws: Multipart.Fault.self) {
      try Multipart(Array(body.utf8), contentType: "multipart/form-data; boundary=xx")
    }
    #expect(throws: Multipart.Fault.noBoundary) { try Multipart(Array(body.utf8), contentType: "multipart/form-data") }
  }

  @Test func readsUrlEncodedForms() throws {
    let fields = try FormFields(urlEncoded: "a=1&b=x+y%2Bz&c=&d&attribute%5BURGENT%5D=%E6%98%AF&a=2&e=1,2, 3".utf8)
    #expect(fields["a"] == "2" && fields["b"] == "x y+z" && fields["c"] == nil && fields["d"] == nil)
    #expect(fields["attribute[URGENT]"] == "是" && fields.list("e") == ["1", "2", "3"])
    for broken in ["a=%", "a=%4", "a=%zz", "a=%ff", "a=%00"] {
      #expect(throws: FormFields.Fault.notText) { try FormFields(urlEncoded: broken.utf8) }
    }
    let many = Array(repeating: "a=1", count: 201).joined(separator: "&")
    #expect(throws: FormFields.Fault.tooManyFields) { try FormFields(urlEncoded: many.utf8) }
  }

  @Test func splitsLinesHoweverTheyAreCut() {
    let text = "one\n\ntwo\r\n\(String(repeating: "x", count: 20))\nlast"
    for size in 1...text.utf8.count {
      var splitter = LineSplitter(maxLineBytes: 10)
      var lines: [LineSplitter.Line] = []
      let bytes = Array(text.utf8)
      for start in stride(from: 0, to: bytes.count, by: size) {
        lines += splitter.lines(ByteBuffer(bytes: bytes[start..<min(start + size, bytes.count)]))
      }
      if let last = splitter.last() { lines.append(last) }
      #expect(
        lines == [
          .whole(number: 1, ByteBuffer(string: "one")), .whole(number: 3, ByteBuffer(string: "two\r")),
          .tooLong(number: 4), .whole(number: 5, ByteBuffer(string: "last")),
        ])
    }
  }
}
