import Casework
import CaseworkSupport
import Domain
import GridNetwork
import PostgresClient
import Testing

/// Shifts that come again, spelled out by the calendar of 2026: New Year's free days are 1–3 January, and Sunday 4 January
/// is a make-up working day.
@Suite struct DutyPatternTests {
  private let calendar: WorkingCalendar

  init() throws {
    calendar = WorkingCalendar(
      zone: .fixed(offsetSeconds: 8 * 3_600), week: try .mondayToFriday([WorkingPeriod("09:00", "17:00")]),
      exceptions: [
        try CivilDate("2026-01-01"): .dayOff, try CivilDate("2026-01-02"): .dayOff,
        try CivilDate("2026-01-04"): .workingDay,
      ], publishedYears: [2025, 2026, 2027])
  }

  private func pattern(
    _ days: String, _ from: Int = 8 * 60, _ until: Int = 16 * 60, weeks: Int = 1, since: String = "2025-12-01",
    through: String? = nil
  ) throws -> DutyPattern {
    DutyPattern(
      id: "p", name: "day", post: ReceiverAddress(role: "handler", unit: "d", department: "urban"), username: "li",
      days: try #require(DutyPattern.Days(days)), startsMinute: from, endsMinute: until, everyWeeks: weeks,
      validFrom: try CivilDate(since), validUntil: try through.map { try CivilDate($0) }, createdBy: "user:head")
  }

  /// The days from Monday 29 December to Sunday 11 January on which it begins, as days of the month.
  private func days(_ pattern: DutyPattern) throws -> [Int] {
    let first = try CivilDate("2025-12-29")
    return (0..<14).map { first.adding(days: $0) }.filter { pattern.isOn($0, calendar) }.map(\.day)
  }

  @Test func daysFollowTheWeekOrTheCalendar() throws {
    #expect(try days(pattern("mon-fri")) == [29, 30, 31, 1, 2, 5, 6, 7, 8, 9])
    #expect(try days(pattern("mon-fri not holidays")) == [29, 30, 31, 5, 6, 7, 8, 9])
    #expect(try days(pattern("work_days")) == [29, 30, 31, 4, 5, 6, 7, 8, 9])
    #expect(try days(pattern("days_off")) == [1, 2, 3, 10, 11])
    #expect(try days(pattern("sat, sun")) == [3, 4, 10, 11])
    #expect(try days(pattern("daily", since: "2026-01-05", through: "2026-01-06")) == [5, 6])
    #expect(try days(pattern("mon", weeks: 2, since: "2025-12-31")) == [], "from Wednesday on, and then not that week")
    #expect(try days(pattern("mon thu", weeks: 2, since: "2025-12-29")) == [29, 1])
    #expect(try days(pattern("mon thu", weeks: 2, since: "2025-12-22")) == [5, 8])
  }

  @Test func wordsOfDaysAreReadAndWritten() throws {
    for text in ["work_days", "days_off", "daily", "daily not holidays", "mon wed fri", "sat sun"] {
      #expect(DutyPattern.Days(text)?.text == text)
    }
    #expect(DutyPattern.Days("Mon-Wed")?.text == "mon tue wed")
    for text in ["", "moonday", "fri-mon", "mon-", "not holidays", "work_days mon", "mon-tue-wed"] {
      #expect(DutyPattern.Days(text) == nil, "\(text)")
    }
  }

  @Test func aNightReachesIntoTheNextDayAndADayMayLastTo24() throws {
    let night = try pattern("fri", 22 * 60, 6 * 60)
    let saturday = calendar.zone.instant(of: try CivilDate("2026-01-10"))
    let shifts = night.shifts(from: saturday, before: saturday + 3_600, calendar: calendar)
    #expect(shifts.map(\.starts) == [saturday - 2 * 3_600] && shifts.map(\.ends) == [saturday + 6 * 3_600])
    let late = try pattern("fri", 16 * 60, 1_440).shifts(from: saturday - 3_600, before: saturday, calendar: calendar)
    #expect(late.map(\.ends) == [saturday])
    let round = try pattern("daily", 0, 1_440)
    let all = round.shifts(from: saturday, before: saturday + 2 * 86_400, calendar: calendar)
    #expect(zip(all, all.dropFirst()).allSatisfy { $0.ends == $1.starts })
  }

  @Test func gapsAreNamedToTheMinuteAndSubstitutesFillThem() throws {
    let post = ReceiverAddress(role: "handler", unit: "d", department: "urban")
    let friday = calendar.zone.instant(of: try CivilDate("2026-01-09"))
    let span = (friday, friday + 2 * 86_400)
    func book(
      _ patterns: [DutyPattern], absences: [DutyBook.Absence] = [], substitute: DutyBook.Shift? = nil
    ) throws -> DutyBook {
      DutyBook(
        district: "d", holders: ["li", "wu"].map { DutyBook.Holder(username: $0, post: post) },
        shifts: patterns.flatMap {
          $0.shifts(from: friday - 40 * 86_400, before: span.1 + 86_400, calendar: calendar)
        } + [substitute].compactMap { $0 },
        absences: absences,
        units: try UnitTree(
          tiers: [Tier(name: "district", labelZh: "区", labelEn: "District")],
          units: [Unit(code: "d", parent: nil, tier: "district", nameZh: "区", nameEn: "D")]))
    }
    func gaps(_ book: DutyBook) -> [[Int64]] {
      book.gaps(from: span.0, before: span.1).map { gap in
        [gap.from, gap.until].map { $0.microseconds(since: friday) / Instant.microsecondsPerSecond / 3_600 }
      }
    }
    let weekdays = try pattern("mon-fri", 0, 1_440)
    let weekends = try pattern("sat sun", 8 * 60, 26 * 60 - 1_440)
    #expect(gaps(try book([weekdays, weekends])) == [[24, 32]], "nobody from midnight to eight on Saturday")
    #expect(gaps(try book([weekdays])) == [[24, 48]])
    #expect(gaps(try book([])) == [], "a post without a roster has no gaps")
    let away = DutyBook.Absence(username: "li", starts: friday + 10 * 3_600, ends: friday + 12 * 3_600)
    #expect(gaps(try book([weekdays, weekends], absences: [away])) == [[10, 12], [24, 32]])
    let stands = DutyBook.Shift(
      post: post, username: "wu", starts: friday, ends: friday + 11 * 3_600, substituteFor: "li")
    #expect(gaps(try book([weekdays, weekends], absences: [away], substitute: stands)) == [[11, 12], [24, 32]])
  }

  @Test func aPatternReachesNoticesAndIsTakenOff() async throws {
    try await CaseworkFixture.with("patterns") { fixture in
      let store = DutyStore(pool: fixture.pool)
      try await fixture.pool.execute(
        script: """
          INSERT INTO users (district, username, role, unit, department, password_hash)
          VALUES ('d', 'li', 'handler', 'd', 'urban', ''), ('d', 'wu', 'handler', 'd', 'urban', '')
          """)
      let policy = try fixture.policy
      let post = ReceiverAddress(role: "handler", unit: "d", department: "urban")
      let today = policy.calendar.zone.date(of: fixture.now)
      let draft = DutyPatternDraft(
        name: "day", username: "li", days: "daily", from: "08:00", until: "20:00", validFrom: today.description)
      let day = try draft.pattern(holder: post, substituted: nil, policy: policy, today: today, by: "user:head")
      try await store.add([day], replaces: false, to: "d", by: "user:head", at: fixture.now)
      #expect(try await store.patterns("d") == [day])
      let directory = DutyDirectory(
        pool: fixture.pool, policies: fixture.policies, clock: fixture.clock, logger: silent)
      func onDuty() async throws -> [String] {
        try await directory.refresh()
        return try #require(directory.book("d", at: fixture.now)).receivers(post, at: fixture.now).people
      }
      #expect(try await onDuty() == ["li"], "Monday, nine o'clock")
      // Ten days on the book is read again though nothing on the roster has changed.
      fixture.advance(seconds: 10 * 86_400)
      #expect(try await onDuty() == ["li"])
      fixture.advance(seconds: 12 * 3_600)
      let nobody = try await onDuty()
      #expect(nobody.isEmpty, "after eight nobody is there, and nobody is above")
      let other = DutyPatternDraft(name: "all", username: "wu", days: "daily", from: "00:00", until: "24:00")
      let all = try other.pattern(holder: post, substituted: nil, policy: policy, today: today, by: "user:head")
      try await store.add([all], replaces: true, to: "d", by: "user:head", at: fixture.now)
      #expect(try await store.patterns("d") == [all])
      #expect(try await onDuty() == ["wu"])
      #expect(try await store.remove(all.id, of: "d", by: "user:head", at: fixture.now))
      #expect(try await onDuty() == ["li", "wu"], "without a roster all who hold the post")
    }
  }

  @Test func whatCannotBeIsRefusedByItsField() throws {
    let policy = try NetworkPolicySample.policy()
    let post = ReceiverAddress(role: "handler", unit: "d", department: "urban")
    let good = DutyPatternDraft(name: "day", username: "li", days: "daily", from: "08:00", until: "20:00")
    func fault(_ change: (inout DutyPatternDraft) -> Void) -> String? {
      var draft = good
      change(&draft)
      do throws(DutyDraft.Fault) {
        _ = try draft.pattern(
          holder: post, substituted: nil, policy: policy, today: CivilDate(dayNumber: 20_500), by: "user:head")
        return nil
      } catch {
        return "\(error.field) \(error.code)"
      }
    }
    #expect(fault { _ in } == nil)
    #expect(fault { $0.days = "someday" } == "days malformed_days")
    #expect(fault { $0.from = "8" } == "from malformed_time")
    #expect(fault { $0.from = "24:00" } == "from malformed_time")
    #expect(fault { $0.until = "25:00" } == "until malformed_time")
    #expect(fault { $0.everyWeeks = 0 } == "weeks out_of_range")
    #expect(fault { $0.validFrom = "soon" } == "valid_from malformed_date")
    #expect(fault { $0.validUntil = "2020-01-01" } == "valid_until out_of_range")
    #expect(fault { $0.role = .officer } == "role other_role")
    #expect(fault { $0.substituteFor = "li" } == "substitute_for same_user")
  }
}

private enum NetworkPolicySample {
  static func policy() throws -> NetworkPolicy {
    try NetworkReader.read(MemorySource(files: SampleNetworkFiles.all), version: 1, geometry: .skip).policy
  }
}
