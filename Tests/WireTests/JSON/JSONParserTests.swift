import Testing
import Wire

@Suite struct JSONParserTests {
  static let readable: [(String, JSONValue)] = [
    ("null", .null), (" true ", true), ("\tfalse\r\n", false), ("0", 0), ("-0", .number(-0.0)),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .number(9_223_372_036_854_775_808)),
    ("1.0", .number(1)), ("1e3", .number(1000)), ("1E+2", .number(100)), ("25e-1", .number(2.5)),
    ("0.1", .number(0.1)), ("22.55312", .number(22.55312)), ("-113.88421", .number(-113.88421)),
    ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)), ("5e-324", .number(.leastNonzeroMagnitude)),
    ("1e-400", .number(0)), ("9007199254740993.0", .number(9_007_199_254_740_992)),
    ("123456789012345678901234567890", .number(1.2345678901234568e29)),
    (#""""#, ""), (#""井盖""#, "井盖"), (#""\u4e95\u76D6""#, "井盖"), (#""\ud83d\ude00""#, "😀"), (#""😀""#, "😀"),
    (#""\"\\\/\b\f\n\r\t""#, "\"\\/\u{8}\u{c}\n\r\t"), ("\"\u{7f}\u{2028}\"", "\u{7f}\u{2028}"),
    ("[]", []), ("{}", [:]), ("[1,[2,{}],{\"a\":[]}]", [1, [2, [:]], ["a": []]]),
    (#"{"b":1 , "a":{"c":null}}"#, ["b": 1, "a": ["c": nil]]), (#"{"":0}"#, ["": 0]),
  ]

  @Test(arguments: readable)
  func reads(text: String, expected: JSONValue) throws {
    #expect(try JSONParser.parse(text) == expected)
  }

  static let refused: [(String, JSONFault.Code, Int)] = [
    ("", .unexpectedEnd, 0), ("  ", .unexpectedEnd, 2), ("[", .unexpectedEnd, 1), ("{\"a\"", .unexpectedEnd, 4),
    ("\"a", .unexpectedEnd, 2), ("\"\\", .unexpectedEnd, 2), ("\"\\u12", .unexpectedEnd, 5), ("tru", .unexpectedEnd, 3),
    ("-", .unexpectedEnd, 1), ("[1,]", .unexpectedByte, 3), ("[,1]", .unexpectedByte, 1), ("[1 2]", .unexpectedByte, 3),
    ("{\"a\":1,}", .unexpectedByte, 7), ("{a:1}", .unexpectedByte, 1), ("{\"a\" 1}", .unexpectedByte, 5),
    ("{'a':1}", .unexpectedByte, 1), ("[1}", .unexpectedByte, 2), ("nul1", .unexpectedByte, 3),
    ("NaN", .unexpectedByte, 0),
    ("Infinity", .unexpectedByte, 0), ("+1", .unexpectedByte, 0), (".5", .unexpectedByte, 0),
    ("/*x*/1", .unexpectedByte, 0),
    ("\u{feff}1", .unexpectedByte, 0), ("\u{a0}1", .unexpectedByte, 0), ("\u{c}1", .unexpectedByte, 0),
    ("1 1", .trailingBytes, 2), ("{}x", .trailingBytes, 2), ("]", .unexpectedByte, 0), ("1]", .trailingBytes, 1),
    ("01", .invalidNumber, 2), ("-01", .invalidNumber, 3), ("1.", .invalidNumber, 2), ("1.e1", .invalidNumber, 2),
    ("1e", .invalidNumber, 2), ("1e+", .invalidNumber, 3), ("-a", .invalidNumber, 1), ("0x1", .trailingBytes, 1),
    ("1e400", .numberOutOfRange, 0), ("-1e999999999999999999", .numberOutOfRange, 0),
    ("\"\\x\"", .invalidEscape, 1), ("\"\\u12g4\"", .invalidEscape, 1), ("\"\\U0041\"", .invalidEscape, 1),
    ("\"\\ud800\"", .loneSurrogate, 1), ("\"\\udc00\"", .loneSurrogate, 1), ("\"\\ud800\\u0041\"", .loneSurrogate, 1),
    ("\"\\ud800\\ud800\"", .loneSurrogate, 1), ("\"\\ud800x\"", .loneSurrogate, 1),
    ("\"a\\u0000\"", .nulCharacter, 2), ("\"a\u{0}\"", .nulCharacter, 2), ("\"a\nb\"", .controlCharacter, 2),
    ("\"\u{1f}\"", .controlCharacter, 1),
    (#"{"a":1,"a":2}"#, .duplicateKey, 7), (#"{"a":1,"\u0061":2}"#, .duplicateKey, 7),
    ("{\"\u{e9}\":1,\"e\u{301}\":2}", .duplicateKey, 8),
  ]

  @Test(arguments: refused)
  func refuses(text: String, code: JSONFault.Code, offset: Int) {
    let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(text) }
    #expect(fault?.code == code)
    #expect(fault?.offset == offset)
  }

  static let notUTF8: [[UInt8]] = [
    [0x80], [0xC0, 0xAF], [0xC1, 0x81], [0xC3], [0xC3, 0x28], [0xE0, 0x80, 0xAF], [0xE4, 0xBA], [0xE4, 0xBA, 0x28],
    [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x80, 0x80, 0xAF], [0xF0, 0x9F, 0x98], [0xF4, 0x90, 0x80, 0x80],
    [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0x61, 0xE9],
  ]

  @Test(arguments: notUTF8)
  func refusesInvalidUTF8(inside: [UInt8]) {
    for wrapped in [[0x22] + inside + [0x22], [0x22] + inside, [0x22, 0x5C, 0x6E] + inside + [0x22]] as [[UInt8]] {
      let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(wrapped) }
      #expect(fault?.code == .invalidUTF8, "\(wrapped)")
    }
  }

  @Test func namesLineAndColumn() {
    let fault = #expect(throws: JSONFault.self) { try JSONParser.parse("{\n  \"a\": 1,\n  \"b\": x\n}") }
    #expect(fault == JSONFault(code: .unexpectedByte, offset: 19, line: 3, column: 8))
    #expect(fault.map { "\($0)" } == "invalid JSON: unexpected_byte at line 3, column 8 (byte 19)")
  }

  @Test func keepsTheOrderOfMembersAndFindsThemAmongMany() throws {
    let keys = (0..<200).map { "key\(($0 * 7919) % 1009)" }
    let text = "{" + keys.map { "\"\($0)\":\"\($0)\"" }.joined(separator: ",") + "}"
    let value = try JSONParser.parse(text)
    #expect(value.objectValue?.keys == keys)
    for key in keys { #expect(value[key]?.stringValue == key) }
    #expect(value["absent"] == nil)
    let again = text.dropLast() + ",\"\(keys[150])\":0}"
    #expect(throws: JSONFault.self) { try JSONParser.parse(String(again)) }
  }

  @Test func readsWholeNumbersFromEitherForm() throws {
    #expect(try JSONParser.parse("1e3").integerValue == 1000)
    #expect(try JSONParser.parse("-0").integerValue == 0)
    #expect(try JSONParser.parse("1.5").integerValue == nil)
    #expect(try JSONParser.parse("1e19").integerValue == nil)
    #expect(try JSONParser.parse("7").doubleValue == 7)
  }
}

@Suite struct JSONLimitsTests {
  @Test func bytes() throws {
    _ = try JSONParser.parse("[1,2]", limits: JSONLimits(maxBytes: 5))
    #expect(throws: JSONFault.self) { try JSONParser.parse("[1,2 ]", limits: JSONLimits(maxBytes: 5)) }
  }

  @Test func depth() throws {
    let limits = JSONLimits(maxDepth: 3)
    _ = try JSONParser.parse("[[{}]]", limits: limits)
    let fault = #expect(throws: JSONFault.self) { try JSONParser.parse("[[{\"a\":[]}]]", limits: limits) }
    #expect(fault?.code == .tooDeep)
  }

  @Test func depthThatWouldOverflowTheStackIsRefused() {
    let text = String(repeating: "[", count: 500_000)
    let fault = #expect(throws: JSONFault.self) { try JSONParser.parse(text, limits: JSONLimits(maxDepth: .max)) }
    #expect(fault?.code == .tooDeep)
    #expect(fault?.offset == JSONLimits.deepest)
  }

  @Test func members() throws {
    let limits = JSONLimits(maxMembers: 3)
    _ = try JSONParser.parse("[1,[2]]", limits: limits)
    let fault = #expect(throws: JSONFault.self) { try JSONParser.parse("[1,{\"a\":2,\"b\":3}]", limits: limits) }
    #expect(fault?.code == .tooManyMembers)
  }
}
