import Domain
import Foundation
import Testing

@Suite("Zones")
struct ZoneRulesTests {
  private let newYork = try? SampleCalendars.zone("America/New_York")

  @Test("A reading that is passed over means the moment of the change; one that comes twice, the first")
  func gapAndOverlap() throws {
    let zone = try #require(newYork)
    let spring = CivilDate.on("2022-03-13")
    let change = Instant.at("2022-03-13T07:00:00Z")
    #expect(zone.instant(of: spring, try TimeOfDay("01:59:59")) == change - 1)
    #expect(zone.instant(of: spring, try TimeOfDay("02:00")) == change)
    #expect(zone.instant(of: spring, try TimeOfDay("02:30")) == change)
    #expect(zone.instant(of: spring, try TimeOfDay("03:00")) == change)
    #expect(zone.instant(of: spring, try TimeOfDay("03:30")) == change + 1_800)
    let autumn = CivilDate.on("2022-11-06")
    #expect(zone.instant(of: autumn, try TimeOfDay("01:30")) == Instant.at("2022-11-06T01:30:00-04:00"))
    #expect(zone.instant(of: autumn, try TimeOfDay("02:00")) == Instant.at("2022-11-06T02:00:00-05:00"))
    #expect(zone.instant(of: autumn, try TimeOfDay("24:00")) == zone.instant(of: autumn.adding(days: 1)))
  }

  @Test("Offsets and local readings")
  func local() throws {
    let zone = try #require(newYork)
    #expect(zone.offsetSeconds(at: .at("2022-03-13T06:59:59.999999Z")) == -18_000)
    #expect(zone.offsetSeconds(at: .at("2022-03-13T07:00:00Z")) == -14_400)
    // Long after the file's last written change.
    #expect(zone.offsetSeconds(at: .at("2087-07-01T00:00:00Z")) == -14_400)
    #expect(zone.offsetSeconds(at: .at("2087-12-01T00:00:00Z")) == -18_000)
    let (date, time) = zone.local(.at("2022-05-01T03:59:59.75Z"))
    #expect(date == .on("2022-04-30"))
    #expect(time.description == "23:59:59")
    #expect(ZoneRules.fixed(offsetSeconds: 28_800).date(of: .at("1969-12-31T16:00:00Z")) == .on("1970-01-01"))
  }

  @Test(
    "The zone files of the system agree with Foundation",
    arguments: [
      "Asia/Shanghai", "America/New_York", "Europe/Dublin", "Australia/Lord_Howe", "America/Santiago",
      "Africa/Casablanca",
      "America/St_Johns", "Asia/Kolkata", "Pacific/Apia", "UTC",
    ])
  func files(name: String) throws {
    let zone = try SampleCalendars.zone(name)
    let foundation = try #require(TimeZone(identifier: name))
    var moment = Instant.at("1975-01-01T00:00:00Z")
    while moment < .at("2037-01-01T00:00:00Z") {
      let seconds = moment.microseconds / 1_000_000
      let expected = foundation.secondsFromGMT(for: Date(timeIntervalSince1970: Double(seconds)))
      guard zone.offsetSeconds(at: moment) == expected else {
        Issue.record("\(name) at \(moment): \(zone.offsetSeconds(at: moment)), Foundation says \(expected)")
        return
      }
      moment = moment + 3 * 3_600
    }
  }

  @Test(
    "A local reading and its moment agree, and later readings are never earlier moments", arguments: SeededRandom.seeds)
  func laws(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    for name in ["America/New_York", "America/St_Johns", "Pacific/Apia", "Africa/Casablanca"] {
      let zone = try SampleCalendars.zone(name)
      for _ in 0..<2_000 {
        let moment = Instant(secondsSince1970: Int64.random(in: 0...4_000_000_000, using: &random))
        let (date, time) = zone.local(moment)
        let back = zone.instant(of: date, time)
        #expect(back <= moment)
        #expect(moment.microseconds(since: back) <= 25 * Instant.microsecondsPerHour)
        #expect(zone.local(back) == (date, time))
        let later = try #require(TimeOfDay(secondsSinceMidnight: min(86_400, time.secondsSinceMidnight + 600)))
        #expect(zone.instant(of: date, later) >= back)
      }
    }
  }

  @Test("What is no zone file is refused, wherever it is cut")
  func cut() throws {
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/America/New_York")))
    for length in 0..<whole.count {
      #expect(throws: TimeError.self) { try ZoneRules(zoneFile: Array(whole[..<length])) }
    }
  }

  @Test("Damaged zone files are refused or read, and never trap", arguments: SeededRandom.seeds)
  func damaged(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: "/usr/share/zoneinfo/America/New_York")))
    for _ in 0..<300 {
      var bytes = whole
      for _ in 0..<4 {
        bytes[Int.random(in: bytes.indices, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      _ = try? ZoneRules(zoneFile: bytes)
    }
  }

  @Test("Transitions out of order and offsets too wide are refused")
  func refused() {
    let first = ZoneRules.Transition(at: Instant(secondsSince1970: 0), offsetSeconds: 3_600)
    #expect(throws: TimeError.self) { try ZoneRules(initialOffsetSeconds: 0, transitions: [first, first]) }
    #expect(throws: TimeError.self) { try ZoneRules(initialOffsetSeconds: 100_000, transitions: []) }
  }
}
