import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Testing

@Suite struct DutyBookTests {
  private let units: UnitTree
  private let now = CaseworkFixture.start

  init() throws {
    units = try NetworkReader.read(MemorySource(files: SampleNetworkFiles.all), version: 1, geometry: .skip)
      .policy.units
  }

  private func post(_ text: String) throws -> ReceiverAddress { try #require(ReceiverAddress(text)) }

  private func book(
    _ holders: [(String, String)], shifts: [(String, String, ClosedRange<Int64>, String?)] = [],
    away: [(String, ClosedRange<Int64>)] = []
  ) throws -> DutyBook {
    DutyBook(
      district: "d", holders: try holders.map { DutyBook.Holder(username: $0.0, post: try post($0.1)) },
      shifts: try shifts.map {
        DutyBook.Shift(
          post: try post($0.1), username: $0.0, starts: now + $0.2.lowerBound * 3_600,
          ends: now + $0.2.upperBound * 3_600, substituteFor: $0.3)
      },
      absences: away.map {
        DutyBook.Absence(username: $0.0, starts: now + $0.1.lowerBound * 3_600, ends: now + $0.1.upperBound * 3_600)
      }, units: units)
  }

  /// Whom a notice to the address reaches so many hours from now: the post, the people, and what it stands in for.
  private func reach(_ book: DutyBook, _ address: String, hours: Int64 = 0) throws -> String {
    let found = book.receivers(try post(address), at: now + hours * 3_600)
    let duty = found.isByDuty ? "*" : ""
    return "\(found.post.text)\(duty) [\(found.people.joined(separator: " "))]"
      + (found.fallbackFrom.map { " for \($0.text)" } ?? "")
  }

  @Test func inACityANoticeClimbsToItsPeople() throws {
    let units = try NetworkReader.read(MemorySource(files: SampleNetworkFiles.city), version: 1, geometry: .skip)
      .policy.units
    func book(_ holders: [(String, String)]) throws -> DutyBook {
      DutyBook(
        district: "e", holders: try holders.map { DutyBook.Holder(username: $0.0, post: try post($0.1)) }, shifts: [],
        absences: [], units: units)
    }
    let all = [("mayor", "supervisor@city"), ("desk", "dispatcher@city"), ("it", "admin@e"), ("wu", "supervisor@d")]
    #expect(try reach(book(all), "supervisor@city") == "supervisor@city [mayor]")
    #expect(try reach(book(all), "supervisor@s3") == "supervisor@city [mayor] for supervisor@s3")
    #expect(try reach(book(all), "dispatcher@e") == "dispatcher@city [desk] for dispatcher@e")
    #expect(try reach(book(Array(all[2...])), "supervisor@e") == "admin@e [it] for supervisor@e")
    #expect(try reach(book([]), "supervisor@city") == "admin@e [] for supervisor@city")
    #expect(try book(all).homes == ["e", "city"])
  }

  @Test func withoutARosterAllHoldersHear() throws {
    let book = try book([("b", "officer@g1"), ("a", "officer@g1"), ("c", "officer@g2")])
    #expect(try reach(book, "officer@g1") == "officer@g1 [a b]")
  }

  @Test func aRosterSaysWhoHearsByTheHour() throws {
    let book = try book(
      [("a", "officer@g1"), ("b", "officer@g1"), ("head", "supervisor@s1")],
      shifts: [("a", "officer@g1", 0...8, nil), ("b", "officer@g1", 8...16, nil)])
    #expect(try reach(book, "officer@g1") == "officer@g1* [a]")
    #expect(try reach(book, "officer@g1", hours: 8) == "officer@g1* [b]", "a shift ends where the next begins")
    #expect(try reach(book, "officer@g1", hours: 16) == "supervisor@s1 [head] for officer@g1")
  }

  @Test func aRosterSilencesNobodyBeforeItBeginsNorLongAfterItEnded() throws {
    let book = try book([("a", "officer@g1"), ("b", "officer@g1")], shifts: [("a", "officer@g1", 24...32, nil)])
    #expect(try reach(book, "officer@g1") == "officer@g1 [a b]")
    #expect(try reach(book, "officer@g1", hours: 24) == "officer@g1* [a]")
    #expect(try reach(book, "officer@g1", hours: 32 + 24 * 30) == "officer@g1 [a b]")
    #expect(try reach(book, "officer@g1", hours: 31 + 24 * 30) == "admin@d [] for officer@g1")
  }

  @Test func whoeverIsAwayDoesNotHearAndTheirSubstituteDoes() throws {
    let holders = [("a", "officer@g1"), ("b", "officer@g1"), ("c", "officer@g2"), ("head", "supervisor@s1")]
    let shifts: [(String, String, ClosedRange<Int64>, String?)] = [
      ("a", "officer@g1", 0...8, nil), ("c", "officer@g1", 0...100, "a"),
    ]
    #expect(try reach(try book(holders, shifts: shifts), "officer@g1") == "officer@g1* [a]", "a is there")
    let away = try book(holders, shifts: shifts, away: [("a", 2...4)])
    #expect(try reach(away, "officer@g1", hours: 2) == "officer@g1* [c]")
    #expect(try reach(away, "officer@g1", hours: 4) == "officer@g1* [a]")
    #expect(try reach(away, "officer@g1", hours: 9) == "supervisor@s1 [head] for officer@g1", "a would be off duty")
    let both = try book(holders, shifts: shifts, away: [("a", 2...4), ("c", 2...3)])
    #expect(try reach(both, "officer@g1", hours: 2) == "supervisor@s1 [head] for officer@g1")
  }

  @Test func aSubstituteStandsInForSomeoneWithoutARosterToo() throws {
    let stand = [("c", "officer@g1", Int64(0)...Int64(100), Optional("a"))]
    let alone = try book([("a", "officer@g1"), ("c", "officer@g2")], shifts: stand, away: [("a", 0...5)])
    #expect(try reach(alone, "officer@g1") == "officer@g1* [c]")
    #expect(try reach(alone, "officer@g1", hours: 6) == "officer@g1 [a]")
    let disabled = try book([("c", "officer@g2")], shifts: stand)
    #expect(try reach(disabled, "officer@g1") == "officer@g1* [c]", "a may no longer sign in")
  }

  @Test func whereNobodyIsItClimbsToTheNextUnitUp() throws {
    var holders = [("root", "admin@d")]
    #expect(try reach(try book(holders), "officer@g1") == "admin@d [root] for officer@g1")
    holders.append(("chief", "supervisor@d"))
    #expect(try reach(try book(holders), "officer@g1") == "supervisor@d [chief] for officer@g1")
    holders.append(("old", "officer@d"))
    #expect(try reach(try book(holders), "officer@g1") == "officer@d [old] for officer@g1", "the same role first")
    holders.append(("head", "supervisor@s1"))
    #expect(try reach(try book(holders), "officer@g1") == "supervisor@s1 [head] for officer@g1")
    holders.append(("mate", "officer@c1"))
    #expect(try reach(try book(holders), "officer@g1") == "officer@c1 [mate] for officer@g1")
    holders.append(("own", "officer@g1"))
    #expect(try reach(try book(holders), "officer@g1") == "officer@g1 [own]")
  }

  @Test func aDepartmentWithoutHandlersIsHeardOfByItsHead() throws {
    var holders = [("root", "admin@d"), ("wu", "handler@d/water"), ("chief", "supervisor@d")]
    #expect(try reach(try book(holders), "handler@d/urban") == "supervisor@d [chief] for handler@d/urban")
    holders.append(("boss", "supervisor@d/urban"))
    #expect(try reach(try book(holders), "handler@d/urban") == "supervisor@d/urban [boss] for handler@d/urban")
  }

  @Test func nobodyAtAllIsSaidAndStillAddressed() throws {
    let found = try book([]).receivers(try post("handler@d/urban"), at: now)
    #expect(found.isNobody && found.post.text == "admin@d" && found.fallbackFrom?.text == "handler@d/urban")
    #expect(try book([]).receivers(try post("officer@gone"), at: now).post.text == "admin@d")
  }

  @Test func dutiesAreThePostsWhereSomeoneStandsNow() throws {
    let book = try book(
      [("a", "officer@g1"), ("c", "officer@g2")],
      shifts: [("a", "officer@g1", 0...8, nil), ("c", "officer@g1", 0...100, "a")], away: [("a", 2...4)])
    #expect(book.duties(of: "c", at: now).isEmpty)
    #expect(book.duties(of: "c", at: now + 2 * 3_600).map(\.text) == ["officer@g1"])
    #expect(book.duties(of: "a", at: now).map(\.text) == ["officer@g1"])
  }
}
