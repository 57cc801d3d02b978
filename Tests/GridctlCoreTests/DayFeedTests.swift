import Domain
import GridNetwork
import Testing
import Wire

@testable import GridctlCore

@Suite struct DayFeedTests {
  private static let network = Result {
    try NetworkReader.read(DirectorySource(path: "deploy/networks/baoan"), geometry: .shapes)
  }

  private func feed(cases: Int, seed: UInt64, repeats: Double = 0) throws -> DayFeed {
    let stack = Stack(home: ".", values: [:])
    return try DayFeed(
      network: try Self.network.get(), day: try CivilDate("2026-03-02"), cases: cases, seed: seed, repeats: repeats,
      profile: try DayProfile.read(network: "baoan", stack), phrases: try DayProfile.phrases(language: "zh", stack))
  }

  @Test func theSameSeedMakesTheSameDay() throws {
    let first = try feed(cases: 500, seed: 7)
    let second = try feed(cases: 500, seed: 7)
    let other = try feed(cases: 500, seed: 8)
    for index in 0..<500 {
      #expect(first.report(index).body(place: 0) == second.report(index).body(place: 0))
    }
    #expect(first.report(3).body(place: 0) != other.report(3).body(place: 0))
    // Asked for again, and out of order.
    #expect(first.report(3).body(place: 0) == second.report(3).body(place: 0))
  }

  @Test func everyPlaceLiesInsideOneGrid() throws {
    let network = try Self.network.get()
    let feed = try feed(cases: 2_000, seed: 1)
    for index in 0..<feed.count {
      guard case .point(let latitude, let longitude, _) = feed.report(index).places[0] else {
        Issue.record("report \(index) has no point")
        continue
      }
      #expect(network.grids.unit(atLatitude: latitude, longitude: longitude) != nil)
    }
  }

  @Test func noReportsOfADayAreOneIncident() throws {
    let feed = try feed(cases: 5_000, seed: 3)
    var subjects: Set<String> = []
    var identities: Set<String> = []
    for index in 0..<feed.count {
      let report = feed.report(index)
      // The network's rules never join reports that name different subjects.
      subjects.insert(report.subject?["code"]?.stringValue ?? "")
      identities.insert(report.externalID)
    }
    #expect(subjects.count == feed.count)
    #expect(identities.count == feed.count)
  }

  @Test func repeatsLieBesideAnEarlierReportOfTheSameKind() throws {
    let feed = try feed(cases: 1_000, seed: 5, repeats: 0.3)
    var fresh: [(category: String, point: GeoPoint)] = []
    var repeats = 0
    for index in 0..<feed.count {
      let report = feed.report(index)
      guard case .point(let latitude, let longitude, _) = report.places[0],
        let point = GeoPoint(latitude: latitude, longitude: longitude)
      else { continue }
      if report.subject == nil {
        repeats += 1
        let near = fresh.contains { $0.category == report.category && $0.point.distanceMetres(to: point) < 15 }
        #expect(near, "report \(index) repeats nothing")
      }
      if report.subject != nil { fresh.append((report.category, point)) }
    }
    #expect((200...400).contains(repeats))
  }

  @Test func theMixFollowsTheProfile() throws {
    let feed = try feed(cases: 4_000, seed: 9)
    var bySource: [String: Int] = [:]
    var urgent = 0
    var categories: Set<String> = []
    let network = try Self.network.get()
    for index in 0..<feed.count {
      let report = feed.report(index)
      bySource[report.source, default: 0] += 1
      if report.isUrgent { urgent += 1 }
      categories.insert(report.category)
      #expect(network.policy.catalogue[CategoryCode(report.category)]?.fileable == true)
      #expect(report.occurredAt?.hasPrefix("2026-03-02T") == true)
      #expect(!report.description.contains("{"))
    }
    #expect((2_500...3_100).contains(bySource["officer"] ?? 0))
    #expect(bySource.count == ReportSource.allCases.count)
    #expect((60...200).contains(urgent))
    #expect(categories.count > 50)
  }

  @Test func weightsDecideHowOftenSomethingIsChosen() throws {
    let choice = try #require(WeightedChoice([("a", 3.0), ("never", 0.0), ("b", 1.0)]))
    var random = SeededSequence(seed: 1)
    var counts: [String: Int] = [:]
    for _ in 0..<4_000 { counts[choice.choose(&random), default: 0] += 1 }
    #expect((2_800...3_200).contains(counts["a"] ?? 0))
    #expect(counts["never"] == nil)
    #expect(WeightedChoice([("a", 0.0)]) == nil)
  }
}
