import DomainSamples
import Testing
import Wire

@Suite("The canonical encoding") struct CanonicalTests {
  private func bytes(_ write: (inout CanonicalWriter) -> Void) -> [UInt8] {
    var writer = CanonicalWriter()
    write(&writer)
    return writer.bytes
  }

  private func number(_ bytes: [UInt8]) throws -> UInt64? {
    var reader = CanonicalReader(bytes)
    return try reader.next()?.unsigned
  }

  private func fault(_ bytes: [UInt8]) -> CanonicalFault? {
    var reader = CanonicalReader(bytes)
    do {
      while try reader.next() != nil {}
      return nil
    } catch {
      return error
    }
  }

  @Test("writes a field as one byte of number and form, then its value") func fields() {
    #expect(bytes { $0.unsigned(1, 0) } == [0x04, 0x00])
    #expect(bytes { $0.unsigned(1, 127) } == [0x04, 0x7F])
    #expect(bytes { $0.unsigned(1, 128) } == [0x04, 0x80, 0x01])
    #expect(bytes { $0.unsigned(63, 300) } == [0xFC, 0xAC, 0x02])
    #expect(bytes { $0.signed(1, -1) } == [0x04, 0x01])
    #expect(bytes { $0.signed(1, 1) } == [0x04, 0x02])
    #expect(bytes { $0.signed(1, .min) } == [0x04] + [UInt8](repeating: 0xFF, count: 9) + [0x01])
    #expect(bytes { $0.flag(1, true) } == [0x04, 0x01])
    #expect(bytes { $0.flag(1, false) } == [])
    #expect(bytes { $0.double(2, 1) } == [0x09, 0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    #expect(bytes { $0.text(3, "格") } == [0x0E, 0x03, 0xE6, 0xA0, 0xBC])
    #expect(bytes { $0.textIfAny(3, "") } == [])
    #expect(bytes { $0.textIfAny(3, nil) } == [])
    #expect(bytes { $0.blob(4, []) } == [0x12, 0x00])
    #expect(bytes { $0.message(5) { $0.unsigned(1, 5) } } == [0x16, 0x02, 0x04, 0x05])
  }

  @Test("keeps numbers whole at every width") func numbers() throws {
    for shift in 0..<64 {
      for value in [UInt64(1) << UInt64(shift), (UInt64(1) << UInt64(shift)) - 1, .max >> UInt64(shift)] {
        #expect(try number(bytes { $0.unsigned(1, value) }) == value)
        let signed = Int64(bitPattern: value)
        for value in [signed, ~signed] {
          var reader = CanonicalReader(bytes { $0.signed(1, value) })
          #expect(try reader.next()?.signed == value)
        }
      }
    }
  }

  @Test("writes a message within a message with its length, short or long") func messages() throws {
    for length in [0, 1, 126, 127, 128, 129, 16_383, 16_384, 70_000] {
      let blob = [UInt8](repeating: 7, count: length)
      let encoded = bytes { writer in
        writer.unsigned(1, 1)
        writer.message(2) { outer in outer.message(9) { $0.blob(1, blob) } }
        writer.unsigned(2, 3)
      }
      var reader = CanonicalReader(encoded)
      #expect(try reader.next()?.unsigned == 1)
      var outer = try #require(try reader.next()).message
      var inner = try #require(try outer.next()).message
      #expect(try inner.next()?.blob == blob)
      #expect(try inner.next() == nil)
      #expect(try outer.next() == nil)
      #expect(try reader.next()?.unsigned == 3, "after a message its own fields go on")
      #expect(try reader.next() == nil)
    }
  }

  @Test("accepts one encoding of a number only") func oneEncoding() throws {
    #expect(try number([0x04, 0x05]) == 5)
    #expect(fault([0x04, 0x85, 0x00]) == .malformedNumber)
    #expect(fault([0x04, 0x80, 0x00]) == .malformedNumber)
    #expect(fault([0x04] + [UInt8](repeating: 0xFF, count: 9) + [0x01]) == nil)
    #expect(fault([0x04] + [UInt8](repeating: 0xFF, count: 9) + [0x02]) == .malformedNumber)
    #expect(fault([0x04] + [UInt8](repeating: 0xFF, count: 10) + [0x01]) == .malformedNumber)
  }

  @Test("refuses fields out of order, without a number, or of an unknown form") func order() {
    #expect(fault([0x08, 0x01, 0x04, 0x01]) == .fieldsOutOfOrder)
    #expect(fault([0x08, 0x01, 0x08, 0x01]) == nil, "a list repeats its field")
    #expect(fault([0x00, 0x01]) == .fieldsOutOfOrder)
    #expect(fault([0x07, 0x00]) == .unknownForm(3))
  }

  @Test("refuses what ends too soon") func truncated() {
    #expect(fault([0x04]) == .truncated)
    #expect(fault([0x04, 0x80]) == .truncated)
    #expect(fault([0x05, 0, 0, 0, 0, 0, 0, 0]) == .truncated)
    #expect(fault([0x06, 0x02, 0x01]) == .truncated)
    #expect(fault([0x06, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01]) == .truncated)
  }

  @Test("refuses a text that is not UTF-8") func texts() throws {
    var reader = CanonicalReader([0x06, 0x02, 0xC3, 0x28])
    let field = try #require(try reader.next())
    #expect(throws: CanonicalFault.invalidText) { try field.text() }
  }

  @Test("passes over fields it does not know") func unknownFields() throws {
    let encoded = bytes { writer in
      writer.unsigned(1, 1)
      writer.double(20, 2.5)
      writer.text(30, "later")
      writer.unsigned(40, 4)
    }
    var reader = CanonicalReader(encoded)
    var numbers: [UInt8] = []
    while let field = try reader.next() { numbers.append(field.number) }
    #expect(numbers == [1, 20, 30, 40])
  }

  @Test("describes its faults without the bytes") func descriptions() {
    let faults: [CanonicalFault] = [
      .truncated, .malformedNumber, .unknownForm(3), .fieldsOutOfOrder, .invalidText, .missing(field: 1, of: "event"),
      .unknownValue("9", of: "CaseState"),
    ]
    #expect(Set(faults.map(\.description)).count == faults.count)
    #expect(CanonicalFault.missing(field: 1, of: "event").description == "event lacks its field 1")
  }

  @Test("whatever the bytes, reading ends without a trap") func fuzz() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    for _ in 0..<20_000 {
      let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
        UInt8.random(in: .min ... .max, using: &generator)
      }
      var reader = CanonicalReader(bytes)
      var lastNumber: UInt8 = 0
      while let field = try? reader.next() {
        #expect(field.number >= lastNumber, "seed \(seed)")
        lastNumber = field.number
        _ = (try? field.text(), field.blob, field.message, field.signed, field.double, field.flag)
      }
    }
  }
}
