import Domain
import DomainSamples
import Testing
import Wire

@Suite("Messages on the bus") struct BusMessageTests {
  private static let run = JournalRun(
    district: "440306", epoch: 2, firstSeq: 4_611, at: GoldenEvents.moment,
    previousHash: [UInt8](repeating: 1, count: 32), lastHash: [UInt8](repeating: 2, count: 32),
    entries: [
      JournalRun.Entry(caseNumber: 1_024, kind: "filed", actor: "user:li", body: [4, 8, 15]),
      JournalRun.Entry(caseNumber: 7, kind: "from a later version", actor: "service:dispatcher", body: []),
    ])
  private static let beacon = JournalBeacon(
    district: "440306", epoch: 2, lastSeq: 4_612, lastHash: [UInt8](repeating: 2, count: 32))
  private static let wakeUp = WakeUp(district: "440306", caseNumbers: [1_024, 7, 9_223_372_036_854_775_807])

  @Test("A run reads back, with the number of its last event") func runs() throws {
    #expect(try JournalRun(decoding: Self.run.encoded()) == Self.run)
    #expect(Self.run.lastSeq == 4_612)
  }

  @Test("A run of many long events reads back") func longRuns() throws {
    let entries = (1...600).map { number in
      JournalRun.Entry(
        caseNumber: Int64(number), kind: "commented", actor: "user:wu",
        body: [UInt8](repeating: UInt8(number & 0xFF), count: number))
    }
    let run = JournalRun(
      district: "d", epoch: 1, firstSeq: 1, at: GoldenEvents.moment, previousHash: [], lastHash: [], entries: entries)
    #expect(try JournalRun(decoding: run.encoded()) == run)
  }

  @Test("A beacon and a wake-up read back") func others() throws {
    #expect(try JournalBeacon(decoding: Self.beacon.encoded()) == Self.beacon)
    #expect(try WakeUp(decoding: Self.wakeUp.encoded()) == Self.wakeUp)
    let empty = WakeUp(district: "d", caseNumbers: [])
    #expect(try WakeUp(decoding: empty.encoded()) == empty)
  }

  @Test("Their bytes are those that other versions read") func goldenVectors() {
    #expect(
      Self.beacon.encoded().hex
        == "0606343430333036" + "0804" + "0c8848" + "1220" + String(repeating: "02", count: 32))
    #expect(
      WakeUp(district: "440306", caseNumbers: [1_024, 7]).encoded().hex == "0606343430333036" + "088010" + "080e")
    let run = Self.run.encoded().hex
    #expect(run.hasPrefix("0606343430333036" + "0804" + "0c8648" + "10"))
    #expect(run.hasSuffix("0e" + "0a14" + hex("from a later version") + "0e12" + hex("service:dispatcher") + "1200"))
  }

  private func hex(_ text: String) -> String { Array(text.utf8).hex }

  @Test("What is missing, empty or out of range is refused") func refused() {
    #expect(throws: CanonicalFault.missing(field: 1, of: "run")) { try JournalRun(decoding: []) }
    #expect(throws: CanonicalFault.missing(field: 1, of: "beacon")) { try JournalBeacon(decoding: []) }
    #expect(throws: CanonicalFault.missing(field: 1, of: "wake-up")) { try WakeUp(decoding: []) }
    for firstSeq in [Int64.max, 0, -1] {
      let run = JournalRun(
        district: "d", epoch: 1, firstSeq: firstSeq, at: GoldenEvents.moment, previousHash: [], lastHash: [],
        entries: Self.run.entries)
      #expect(throws: CanonicalFault.unknownValue(String(firstSeq), of: "sequence number")) {
        try JournalRun(decoding: run.encoded())
      }
    }
  }

  @Test("Cut at any point they are refused, or read as just what is left") func cuts() {
    let (run, beacon, wakeUp) = (Self.run.encoded(), Self.beacon.encoded(), Self.wakeUp.encoded())
    for end in run.indices {
      let bytes = Array(run[..<end])
      if let read = try? JournalRun(decoding: bytes) { #expect(read.encoded() == bytes) }
    }
    for end in beacon.indices {
      #expect(throws: CanonicalFault.self) { try JournalBeacon(decoding: Array(beacon[..<end])) }
    }
    for end in wakeUp.indices {
      let bytes = Array(wakeUp[..<end])
      if let read = try? WakeUp(decoding: bytes) { #expect(read.encoded() == bytes) }
    }
  }

  @Test("Changed bytes never trap") func fuzz() {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    let originals = [Self.run.encoded(), Self.beacon.encoded(), Self.wakeUp.encoded()]
    for _ in 0..<20_000 {
      var bytes = originals[Int.random(in: originals.indices, using: &generator)]
      bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      if let run = try? JournalRun(decoding: bytes) { #expect(run.lastSeq >= run.firstSeq, "seed \(seed)") }
      _ = (try? JournalBeacon(decoding: bytes), try? WakeUp(decoding: bytes))
    }
  }

  @Test("No topic is the beginning of another") func topics() {
    let districts: [UnitCode] = ["4403", "440306", "44030", "b", "e"]
    let topics = districts.flatMap { [Topics.events($0), Topics.beacons($0)] }
    for (index, topic) in topics.enumerated() {
      for (other, longer) in topics.enumerated() where other != index { #expect(!longer.starts(with: topic)) }
    }
    #expect(String(decoding: Topics.events("440306"), as: UTF8.self) == "e/440306/")
    #expect(String(decoding: Topics.beacons("440306"), as: UTF8.self) == "b/440306/")
  }
}
