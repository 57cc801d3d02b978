import Domain
import GridNetwork
import TestSupport
import Testing

@testable import IntakeCore

@Suite struct RepeatDecisionTests {
  private static let network = Result {
    try NetworkReader.read(MemorySource(files: SmallNetwork.files), version: 1, geometry: .skip)
  }
  private static let now = Instant(secondsSince1970: 1_772_413_200)

  private func rule(_ radius: Double, _ window: String) throws -> RepeatRule {
    RepeatRule(condition: CaseCondition(), radiusMetres: radius, window: try Limit(window))
  }

  private func point(north: Double, east: Double = 0) throws -> GeoPoint {
    try #require(
      GeoPoint(latitude: 22.555 + north / 111_195, longitude: 113.905 + east / 111_195 / 0.9235))
  }

  private func nearest(_ cases: [OpenCase], _ rule: RepeatRule, about subject: String? = nil) throws -> Int64? {
    let calendar = try Self.network.get().policy.calendar
    return RepeatDecision.nearest(
      to: try point(north: 0), categories: ["E0102"], subject: SubjectMark(subject), among: cases, rule: rule,
      calendar: calendar, now: Self.now)?.number
  }

  private func open(
    _ number: Int64, north: Double, category: CategoryCode = "E0102", hoursAgo: Int64 = 1, about subject: String? = nil
  ) throws -> OpenCase {
    OpenCase(
      number: number, category: category, point: try point(north: north),
      reportedAt: Self.now.adding(seconds: -3_600 * hoursAgo), subject: SubjectMark(subject))
  }

  @Test func takesTheNearestWithinRadiusAndWindow() throws {
    let rule = try rule(50, "48 urgent_hours")
    #expect(try nearest([open(1, north: 30), open(2, north: 20), open(3, north: 49)], rule) == 2)
    #expect(try nearest([open(1, north: 49.9)], rule) == 1)
    #expect(try nearest([open(1, north: 50.1)], rule) == nil)
    #expect(try nearest([open(1, north: 0, hoursAgo: 48), open(2, north: 9)], rule) == 1)
    #expect(try nearest([open(1, north: 0, hoursAgo: 49), open(2, north: 9)], rule) == 2)
    #expect(try nearest([open(1, north: 0, category: "E0103")], rule) == nil)
    #expect(try nearest([open(7, north: 10), open(4, north: -10)].reversed(), rule) != nil)
    #expect(try nearest([open(7, north: 10), open(4, north: 10)], rule) == 4)
    #expect(try nearest([], rule) == nil)
  }

  @Test func aWindowOfWorkingTimeStandsStillAtNight() throws {
    // Monday 09:00: the case of Saturday 17:45, a make-up working day, is 0.75 working hours old, 39 on the wall.
    let friday = try open(1, north: 0, hoursAgo: 0)
    let old = OpenCase(
      number: 1, category: friday.category, point: friday.point,
      reportedAt: Self.now.adding(seconds: -(39 * 3_600 + 900)))
    #expect(try nearest([old], rule(50, "1 work_hour")) == 1)
    #expect(try nearest([old], rule(50, "10 work_minutes")) == nil)
  }

  @Test func subjectsThatDifferAreNotOneThing() {
    #expect(RepeatDecision.differ("a", "b"))
    #expect(!RepeatDecision.differ("a", "a") && !RepeatDecision.differ(nil, "b") && !RepeatDecision.differ("a", nil))
  }

  @Test func casesKnownToBeAboutAnotherSubjectArePassedOver() throws {
    let rule = try rule(50, "48 urgent_hours")
    let cases = [try open(1, north: 10, about: "a"), try open(2, north: 20, about: "b"), try open(3, north: 30)]
    #expect(try nearest(cases, rule, about: "a") == 1)
    #expect(try nearest(cases, rule, about: "b") == 2)
    #expect(try nearest(cases, rule, about: "c") == 3)
    #expect(try nearest(cases, rule) == 1)
  }

  @Test func whatWasSettledOrHasNoPointRepeatsNothing() throws {
    let policy = try Self.network.get().policy
    func rule(_ point: GeoPoint?, _ onSpot: Report.OnSpot?) -> RepeatRule? {
      RepeatDecision.rule(
        for: Report(
          source: .officer, category: "E0102", unit: "440306017001001", point: point, onSpot: onSpot,
          contentDigest: [UInt8](repeating: 0, count: 32)),
        description: "", policy: policy, now: Self.now)
    }
    #expect(try rule(point(north: 0), nil) != nil)
    #expect(rule(nil, nil) == nil)
    #expect(try rule(point(north: 0), .init(action: "a", note: "")) == nil)
  }

  /// The index finds whatever a look at every case would find.
  @Test func theIndexLosesNobody() throws {
    var random = SeededRandom(seed: 311)
    var index = OpenCaseIndex()
    var all: [OpenCase] = []
    for number in 1...2_000 {
      let value = OpenCase(
        number: Int64(number), category: Bool.random(using: &random) ? "E0102" : "E0103",
        point: try point(north: .random(in: -900...900, using: &random), east: .random(in: -900...900, using: &random)),
        reportedAt: Self.now)
      all.append(value)
      #expect(index.insert(value) && index.insert(value))
    }
    for number in stride(from: Int64(1), through: 2_000, by: 7) { index.remove(number) }
    let held = all.filter { ($0.number - 1) % 7 != 0 }
    #expect(index.count == held.count)
    let centre = try point(north: 0)
    for radius in [5.0, 50, 250, 700] {
      let found = index.candidates(near: centre, categories: ["E0102"], radiusMetres: radius)
        .filter { $0.point.distanceMetres(to: centre) <= radius }.map(\.number).sorted()
      let sought = held.filter { $0.category == "E0102" && $0.point.distanceMetres(to: centre) <= radius }.map(\.number)
      #expect(found == sought)
    }
    index.removeAll(reportedBefore: Self.now.adding(seconds: 1))
    #expect(index.count == 0)
  }
}
