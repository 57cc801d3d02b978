import Domain
import GridNetwork
import Platform
import PostgresClient
import Wire

/// A plausible day of a network. Every report depends on the seed and its number alone, so the same seed makes the same
/// day and a replay that was broken off can be run again.
///
/// Each report names a subject of its own, and reports of different subjects are never one incident: none of the day
/// joins another by accident. Repeats, where they are asked for, name none and lie at the place of an earlier report.
struct DayFeed: ReportFeed {
  /// Under 30 m, the smallest radius that the networks' rules have for repeats in the open.
  static let repeatSteps: ClosedRange<Int32> = -60...60
  static let secondsOfDay: Int64 = 86_400

  let count: Int
  let name: String
  let seed: UInt64
  let repeats: Double
  private let sampler: PointSampler
  private let units: UnitTree
  private let categories: WeightedChoice<Domain.Category>
  private let sources: WeightedChoice<ReportSource>
  private let hours: WeightedChoice<Int>
  private let profile: DayProfile
  private let phrases: DayProfile.Phrases
  private let isChinese: Bool
  private let zone: ZoneRules
  private let day: CivilDate

  /// - Parameter day: the local day on which everything happened; it must be over.
  /// - Throws: `Refusal` when the network has no shapes or no categories.
  init(
    network: LoadedNetwork, day: CivilDate, cases: Int, seed: UInt64, repeats: Double, profile: DayProfile,
    phrases: DayProfile.Phrases
  ) throws {
    let policy = network.policy
    let fileable = policy.catalogue.categories.filter(\.fileable)
    let weighted = fileable.enumerated().map { rank, category in
      // Few things happen often and many seldom: weights fall with a rank that is shuffled over the catalogue.
      let place = (rank * 37) % max(fileable.count, 1)
      return (category, (profile.kinds[category.kind.rawValue] ?? 1) / Double(1 + place))
    }
    guard let sampler = PointSampler(network), let categories = WeightedChoice(weighted),
      let sources = WeightedChoice(profile.sources.map { ($0.source, $0.weight) }),
      let hours = WeightedChoice(profile.hours.enumerated().map { ($0.offset, $0.element) })
    else { throw Refusal("no_ground", "the network \(policy.name) has no shapes or no categories to report") }
    count = cases
    name = policy.name
    self.seed = seed
    self.repeats = repeats
    self.sampler = sampler
    units = policy.units
    self.categories = categories
    self.sources = sources
    self.hours = hours
    self.profile = profile
    self.phrases = phrases
    isChinese = network.identity.timeZone.hasPrefix("Asia/")
    zone = policy.calendar.zone
    self.day = day
  }

  /// The day before today by the stack's clock, in a network that the stack serves.
  static func make(
    preset: String, cases: Int, seed: UInt64, repeats: Double, stack: Stack
  ) async throws -> DayFeed {
    let network = try await stack.withDatabase {
      try await NetworkVersions.read(named: preset, geometry: .shapes, $0)
    }
    guard let network, network.policy.name == preset else {
      throw Refusal(
        "unknown_network", "the stack does not serve \(preset)" + (network.map { ", but \($0.policy.name)" } ?? ""))
    }
    let now = Instant(microseconds: try stack.clock().microseconds)
    let today = network.policy.calendar.zone.date(of: now)
    let language = network.identity.timeZone.hasPrefix("Asia/") ? "zh" : "en"
    return try DayFeed(
      network: network, day: today.adding(days: -1), cases: cases, seed: seed, repeats: repeats,
      profile: try DayProfile.read(network: preset, stack), phrases: try DayProfile.phrases(language: language, stack))
  }

  func report(_ index: Int) -> OutgoingReport {
    var random = SeededSequence(seed: seed, index: index)
    return isRepeat(index, &random) ? repeated(index, &random) : fresh(index, &random)
  }

  /// The first number drawn for a report decides it.
  private func isRepeat(_ index: Int, _ random: inout SeededSequence) -> Bool {
    Double.random(in: 0..<1, using: &random) < repeats && index > 0
  }

  private func fresh(_ index: Int, _ random: inout SeededSequence) -> OutgoingReport {
    let source = sources.choose(&random)
    let category = categories.choose(&random)
    let (unit, point) = sampler.draw(&random)
    let isOnSpot = source == .officer && Double.random(in: 0..<100, using: &random) < profile.onSpotPercent
    var report = report(index, source, category, unit, point, &random)
    report.subject = ["kind": "place", "code": .string(identity(index))]
    if isOnSpot, let action = phrases.onSpot.randomElement(using: &random) {
      report.onSpot = ["action": .string(action)]
    }
    return report
  }

  /// The day is part of it: the same seed on another day is another day's work.
  private func identity(_ index: Int) -> String { "\(name)-\(day)-\(seed)-\(index)" }

  /// A second report of what the report of some earlier index told of, by someone else, a few metres beside it.
  private func repeated(_ index: Int, _ random: inout SeededSequence) -> OutgoingReport {
    var earlier = Int.random(in: 0..<index, using: &random)
    var first = SeededSequence(seed: seed, index: earlier)
    while isRepeat(earlier, &first) {
      earlier -= 1
      first = SeededSequence(seed: seed, index: earlier)
    }
    _ = sources.choose(&first)
    let category = categories.choose(&first)
    let (unit, point) = sampler.draw(&first)
    let near = LatticePoint(
      x: point.x + Int32.random(in: Self.repeatSteps, using: &random),
      y: point.y + Int32.random(in: Self.repeatSteps, using: &random))
    return report(index, sources.choose(&random), category, unit, near, &random)
  }

  private func report(
    _ index: Int, _ source: ReportSource, _ category: Domain.Category, _ unit: UnitCode, _ point: LatticePoint,
    _ random: inout SeededSequence
  ) -> OutgoingReport {
    let second = Int64(hours.choose(&random)) * 3_600 + Int64.random(in: 0..<3_600, using: &random)
    let occurred = zone.instant(of: day).adding(seconds: min(second, Self.secondsOfDay - 1))
    var report = OutgoingReport(
      line: index + 1, source: source.rawValue, externalID: "day-" + identity(index),
      category: category.code.text, description: words(category, unit, &random), address: nil,
      occurredAt: occurred.rfc3339(in: zone),
      places: [.point(latitude: point.latitude, longitude: point.longitude, datum: "wgs84")])
    report.isUrgent = Double.random(in: 0..<100, using: &random) < profile.urgentPercent
    if source == .hotline || source == .citizen { report.reporter = caller(&random) }
    return report
  }

  private func words(_ category: Domain.Category, _ unit: UnitCode, _ random: inout SeededSequence) -> String {
    let name = units[unit].map { isChinese ? $0.nameZh : $0.nameEn } ?? unit.text
    let opening = phrases.openings.randomElement(using: &random) ?? "{category}"
    let place = phrases.places.randomElement(using: &random) ?? ""
    let remark = phrases.remarks.randomElement(using: &random) ?? ""
    return opening.replacing("{category}", with: isChinese ? category.nameZh : category.nameEn)
      .replacing("{unit}", with: name).replacing("{place}", with: place) + remark
  }

  /// Numbers of a block that is not given out.
  private func caller(_ random: inout SeededSequence) -> JSONObject {
    let number = String(Int.random(in: 0...9_999, using: &random))
    let phone = "1000000" + String(repeating: "0", count: 4 - number.count) + number
    var caller: JSONObject = [:]
    if let name = phrases.callers.randomElement(using: &random), !name.isEmpty { caller["name"] = .string(name) }
    caller["phone"] = .string(phone)
    caller["anonymous"] = .bool(Int.random(in: 0..<4, using: &random) == 0)
    return caller
  }
}
