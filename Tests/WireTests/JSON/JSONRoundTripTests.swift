import Testing
import Wire

/// SplitMix64: small, seeded and the same everywhere.
private struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}

@Suite struct JSONRoundTripTests {
  @Test func whatIsWrittenReadsBackTheSame() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(state: seed)
    for round in 0..<2_000 {
      let value = arbitraryValue(depth: 4, using: &generator)
      #expect(try JSONParser.parse(value.bytes()) == value, "seed \(seed), round \(round)")
      #expect(try JSONParser.parse(value.bytes(pretty: true)) == value, "seed \(seed), round \(round)")
    }
  }

  @Test func everyDoubleReadsAsTheStandardLibraryReadsIt() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(state: seed)
    for _ in 0..<20_000 {
      let digits = UInt64.random(in: 0...(.max >> UInt64.random(in: 0...60, using: &generator)), using: &generator)
      let text =
        "\(digits).\(UInt32.random(in: 0...99_999, using: &generator))e\(Int.random(in: -40...40, using: &generator))"
      #expect(try JSONParser.parse(text).doubleValue == Double(text), "seed \(seed): \(text)")
    }
  }

  @Test func noCutOrFlippedTextTraps() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(state: seed)
    for _ in 0..<5_000 {
      var bytes = arbitraryValue(depth: 3, using: &generator).bytes()
      bytes[Int.random(in: bytes.indices, using: &generator)] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
      bytes.removeLast(Int.random(in: 0..<bytes.count, using: &generator))
      guard let value = try? JSONParser.parse(bytes) else { continue }
      #expect(try JSONParser.parse(value.bytes()) == value, "seed \(seed)")
    }
  }

  private func arbitraryValue(depth: Int, using generator: inout SeededGenerator) -> JSONValue {
    switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
    case 0: return .null
    case 1: return .bool(.random(using: &generator))
    case 2: return .integer(Int64(truncatingIfNeeded: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
    case 3:
      let double = Double(bitPattern: generator.next())
      return .number(double.isFinite ? double : 0.5)
    case 4: return .number(Double(Int64.random(in: -999_999...999_999, using: &generator)) / 1e5)
    case 5: return .string(arbitraryText(using: &generator))
    case 6: return .array((0..<generator.next() % 5).map { _ in arbitraryValue(depth: depth - 1, using: &generator) })
    default:
      var object = JSONObject()
      for _ in 0..<generator.next() % 24 {
        object[arbitraryText(using: &generator)] = arbitraryValue(depth: depth - 1, using: &generator)
      }
      return .object(object)
    }
  }

  private func arbitraryText(using generator: inout SeededGenerator) -> String {
    var text = ""
    for _ in 0..<generator.next() % 12 {
      let range: ClosedRange<UInt32> = [1...0x7F, 1...0x1F, 0x80...0x7FF, 0x4E00...0x9FFF, 0x1_0000...0x10_FFFF]
        .randomElement(using: &generator)!
      text.unicodeScalars.append(Unicode.Scalar(UInt32.random(in: range, using: &generator)) ?? "?")
    }
    return text
  }
}
