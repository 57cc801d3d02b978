import Domain
import Foundation
import Yams

/// How a plausible day looks: who reports, when, and in what words (deploy/replay/day.yaml, or a network's own
/// day-NAME.yaml, and phrases-*.yaml).
struct DayProfile: Sendable {
  /// The words of one language.
  struct Phrases: Sendable, Equatable {
    /// How a report begins, with {category} and {unit}.
    var openings: [String]
    /// Where exactly.
    var places: [String]
    /// What else is to be said; empty text for nothing.
    var remarks: [String]
    /// Names of callers.
    var callers: [String]
    /// What an officer did on the spot.
    var onSpot: [String]

    static let plain = Phrases(
      openings: ["{category}, {unit}"], places: [""], remarks: [""], callers: [""], onSpot: ["settled"])
  }

  var sources: [(source: ReportSource, weight: Double)]
  /// Weight of each local hour.
  var hours: [Double]
  var kinds: [String: Double]
  var urgentPercent: Double
  /// Of officers' reports, those settled on the spot.
  var onSpotPercent: Double

  static let plain = DayProfile(
    sources: [
      (.officer, 70), (.hotline, 10), (.citizen, 8), (.camera, 6), (.department, 3), (.patrol, 3),
    ], hours: [Double](repeating: 1, count: 24), kinds: [:], urgentPercent: 3, onSpotPercent: 0)

  /// The profile of the files that come with the system; a plain one where they are missing.
  static func read(network: String, _ stack: Stack) throws -> DayProfile {
    let file = ReplayFiles.path("day-\(network).yaml", stack) ?? ReplayFiles.path("day.yaml", stack)
    guard let path = file, let map = try mapping(path) else { return plain }
    var profile = plain
    if let sources = map["sources"]?.mapping {
      profile.sources = ReportSource.allCases.map { ($0, sources[.init($0.rawValue)].flatMap(number) ?? 0) }
    }
    if let hours = map["hours"]?.sequence?.compactMap(number) {
      guard hours.count == 24 else { throw Refusal("bad_profile", "\(path): hours are 24 weights") }
      profile.hours = hours
    }
    for (key, weight) in map["kinds"]?.mapping ?? [:] { profile.kinds[key.scalarText ?? ""] = number(weight) }
    profile.urgentPercent = map["urgent_percent"].flatMap(number) ?? plain.urgentPercent
    profile.onSpotPercent = map["on_spot_percent"].flatMap(number) ?? plain.onSpotPercent
    return profile
  }

  static func phrases(language: String, _ stack: Stack) throws -> Phrases {
    guard let path = ReplayFiles.path("phrases-\(language).yaml", stack), let map = try mapping(path) else {
      return .plain
    }
    let list = { (key: String) throws -> [String] in
      let words = (map[.init(key)]?.sequence ?? []).compactMap(\.scalarText)
      guard !words.isEmpty else { throw Refusal("bad_phrases", "\(path): \(key) is missing") }
      return words
    }
    return Phrases(
      openings: try list("openings"), places: try list("places"), remarks: try list("remarks"),
      callers: try list("callers"), onSpot: try list("on_spot"))
  }

  private static func mapping(_ path: String) throws -> Node.Mapping? {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw Refusal("unreadable", "\(path) cannot be read")
    }
    do {
      return try Yams.compose(yaml: text)?.mapping
    } catch {
      throw Refusal("bad_profile", "\(path): \(error)")
    }
  }

  private static func number(_ node: Node) -> Double? { node.scalarText.flatMap(Double.init) }
}
