import Domain
import Foundation
import Testing

@Suite("RFC 3339")
struct InstantTextTests {
  @Test(
    "Texts and the moments they name",
    arguments: [
      ("1970-01-01T00:00:00Z", 0 as Int64), ("1970-01-01t08:00:00+08:00", 0), ("1969-12-31T23:59:59.999999z", -1),
      ("2026-02-13T10:00:00+08:00", 1_770_948_000_000_000), ("2026-02-13T10:00:00.5+08:00", 1_770_948_000_500_000),
      ("2026-02-13T10:00:00.1234567891234+08:00", 1_770_948_000_123_456),
      ("2026-02-12T20:30:00-05:30", 1_770_948_000_000_000), ("1996-12-19T16:39:57-00:00", 851_013_597_000_000),
      ("1990-12-31T23:59:60Z", 662_688_000_000_000), ("1990-12-31T15:59:60-08:00", 662_688_000_000_000),
      ("0000-01-01T00:00:00Z", -62_167_219_200_000_000), ("9999-12-31T23:59:59.999999Z", 253_402_300_799_999_999),
    ])
  func read(text: String, microseconds: Int64) throws {
    #expect(try Instant(rfc3339: text).microseconds == microseconds)
    #expect(try Instant(rfc3339: Array(text.utf8)).microseconds == microseconds)
  }

  @Test(
    "What is refused",
    arguments: [
      "", "2026-02-13", "2026-02-13T10:00:00", "2026-02-13T10:00:00.+08:00", "2026-02-13 10:00:00Z",
      "2026-02-13T10:00:00+0800", "2026-02-13T10:00:00+08", "2026-02-13T10:00:00+24:00", "2026-02-13T10:00:00+08:60",
      "2026-02-30T10:00:00Z", "2026-02-13T24:00:00Z", "2026-02-13T10:60:00Z", "2026-02-13T10:00:61Z",
      "2026-02-13T10:00:60Z", "2026-02-13T10:00Z", "2026-02-13T10:00:00Zjunk", "2026-02-13T10:00:00Z ",
      "-026-02-13T10:00:00Z", "0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "2026-02-13T10:00:00,5Z",
      "2026-02-13T10:00:00." + String(repeating: "1", count: 64) + "Z",
    ])
  func refused(text: String) {
    #expect { try Instant(rfc3339: text) } throws: { ($0 as? TimeError)?.code == .malformedInstant }
  }

  @Test("Writing: fraction only where there is one, offset or Z")
  func write() {
    let moment = Instant.at("2026-02-13T10:00:00+08:00")
    #expect(moment.rfc3339() == "2026-02-13T02:00:00Z")
    #expect(moment.rfc3339(offsetSeconds: 28_800) == "2026-02-13T10:00:00+08:00")
    #expect(moment.adding(microseconds: 120_000).rfc3339(offsetSeconds: -12_600) == "2026-02-12T22:30:00.120-03:30")
    #expect(moment.adding(microseconds: 7).rfc3339() == "2026-02-13T02:00:00.000007Z")
    #expect(moment.rfc3339(in: .fixed(offsetSeconds: 28_800)) == "2026-02-13T10:00:00+08:00")
    // Shanghai's mean time until 1900, 8:05:43, has no place in the offset: the minute stands for it.
    #expect(moment.rfc3339(offsetSeconds: 29_143) == "2026-02-13T10:05:00+08:05")
  }

  @Test("Moments that no text can name are written as the nearest that one can")
  func clamped() {
    #expect(Instant(microseconds: .max).rfc3339(offsetSeconds: 3_600) == "9999-12-31T23:59:59.999999+01:00")
    #expect(Instant(microseconds: .min).rfc3339(offsetSeconds: -3_600) == "0000-01-01T00:00:00-01:00")
  }

  @Test("What is written reads back", arguments: SeededRandom.seeds)
  func roundTrip(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for _ in 0..<5_000 {
      var micros = Int64.random(in: -62_000_000_000_000_000...253_000_000_000_000_000, using: &random)
      if Bool.random(using: &random) { micros -= micros % 1_000_000 }
      let moment = Instant(microseconds: micros)
      let offset = Int.random(in: -1_439...1_439, using: &random) * 60
      #expect(try Instant(rfc3339: moment.rfc3339(offsetSeconds: offset)) == moment)
    }
  }

  @Test("Writing agrees with Foundation", arguments: SeededRandom.seeds)
  func foundation(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let formatter = ISO8601DateFormatter()
    for _ in 0..<500 {
      let seconds = Int64.random(in: -5_000_000_000...50_000_000_000, using: &random)
      let text = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
      #expect(Instant(secondsSince1970: seconds).rfc3339() == text)
    }
  }

  @Test("Seconds are added, taken away and counted")
  func arithmetic() {
    let moment = Instant(secondsSince1970: 100)
    #expect(moment + 5 == Instant(secondsSince1970: 105))
    #expect(moment - 5 == Instant(secondsSince1970: 95))
    #expect((moment + 2).seconds(since: moment) == 2)
    #expect(moment.microseconds(since: moment + 1) == -1_000_000)
    #expect(moment < moment + 1)
  }
}
