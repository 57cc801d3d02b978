import Testing
import Wire

@Suite struct JSONWriterTests {
  @Test func putsCommasAndColons() {
    var writer = JSONWriter()
    writer.beginObject()
    writer.member("text", "井盖\n\"\\\u{1}\u{1f}")
    writer.member("whole", Int64.min)
    writer.member("missing", nil as String?)
    writer.key("list")
    writer.beginArray()
    writer.double(0.1)
    writer.bool(true)
    writer.raw(Array("{\"x\":1}".utf8))
    writer.beginObject()
    writer.endObject()
    writer.endArray()
    writer.endObject()
    #expect(
      String(decoding: writer.bytes, as: UTF8.self)
        == #"{"text":"井盖\n\"\\\u0001\u001f","whole":-9223372036854775808,"missing":null,"list":[0.1,true,{"x":1},{}]}"#)
  }

  @Test func writesLinesOfValues() {
    var writer = JSONWriter()
    writer.integer(UInt64.max)
    writer.newLine()
    writer.string("")
    writer.newLine()
    #expect(String(decoding: writer.bytes, as: UTF8.self) == "18446744073709551615\n\"\"\n")
  }

  @Test func indents() {
    let value: JSONValue = ["a": [1, ["b": nil]], "c": [], "d": [:]]
    #expect(
      String(decoding: value.bytes(pretty: true), as: UTF8.self) == """
        {
          "a": [
            1,
            {
              "b": null
            }
          ],
          "c": [],
          "d": {}
        }
        """)
  }

  @Test func writesNoNumberThatJSONDoesNotKnow() {
    #expect(JSONValue.array([.number(.infinity), .number(.nan), .number(1e300)]).description == "[null,null,1e+300]")
  }

  @Test func startsAfreshAndKeepsNothing() {
    var writer = JSONWriter()
    writer.beginArray()
    writer.removeAll()
    writer.integer(1)
    #expect(writer.bytes == Array("1".utf8))
  }
}
