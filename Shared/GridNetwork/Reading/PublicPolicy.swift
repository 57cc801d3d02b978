public import Domain

/// `public:` of network.yaml: what people may do without signing in. A network without it has no public page.
public struct PublicPolicy: Sendable, Hashable {
  /// What a resident who follows a closed case is shown of its result.
  public enum Shown: String, Sendable, CaseIterable {
    /// The words with which the department handed it in.
    case result
    /// The photographs that it handed in with them.
    case photos
  }

  /// So many reports from one address within a time.
  public struct Rate: Sendable, Hashable {
    public let count: Int
    /// On the wall's clock.
    public let seconds: Int64

    public init(count: Int, seconds: Int64) {
      self.count = count
      self.seconds = seconds
    }
  }

  public static let photosUnlessGiven = 3
  public static let maxPhotos = 6
  public static let maxReportsPerAddress = 1_000

  /// Whether reports are taken.
  public let takesReports: Bool
  /// Whether whoever reported may follow, by number and code.
  public let letsFollow: Bool
  /// What may be reported, only kinds that cases are filed under; nil: everything.
  public let categories: Set<CategoryCode>?
  /// Photographs of one report at most; 0: none are taken.
  public let photos: Int
  public let reportsPerAddress: Rate
  public let shows: Set<Shown>

  public init(
    takesReports: Bool, letsFollow: Bool, categories: Set<CategoryCode>? = nil, photos: Int = photosUnlessGiven,
    reportsPerAddress: Rate, shows: Set<Shown> = []
  ) {
    self.takesReports = takesReports
    self.letsFollow = letsFollow
    self.categories = categories
    self.photos = photos
    self.reportsPerAddress = reportsPerAddress
    self.shows = shows
  }

  /// Whether a report of that kind is taken.
  public func takes(_ category: Category) -> Bool {
    category.fileable && categories.map { $0.contains(category.code) } ?? true
  }
}

extension NetworkReading {
  /// Rests on the catalogue.
  func readPublic(_ map: YamlMap) -> PublicPolicy? {
    defer { map.finish() }
    let takesReports = map.bool("report") ?? false
    let letsFollow = map.bool("follow") ?? false
    if !takesReports, !letsFollow {
      map.fault(
        "a public page on which nothing can be done", remedy: "write `report: true`, or take `public` away")
    }
    let categories = readPublicCategories(map)
    let photos = map.integer("photos") ?? PublicPolicy.photosUnlessGiven
    if !(0...PublicPolicy.maxPhotos).contains(photos) {
      map.fault(
        "`photos` is a number from 0 to \(PublicPolicy.maxPhotos)", line: map.line(of: "photos"),
        remedy: "write photos: \(PublicPolicy.photosUnlessGiven)")
    }
    let shows = Set(values(map, "shows", of: PublicPolicy.Shown.self))
    guard let rate = readRate(map) else { return nil }
    return PublicPolicy(
      takesReports: takesReports, letsFollow: letsFollow, categories: categories, photos: photos,
      reportsPerAddress: rate, shows: shows)
  }

  /// A group stands for all below it.
  private func readPublicCategories(_ map: YamlMap) -> Set<CategoryCode>? {
    guard map.has("categories") else { return nil }
    let named = Set(map.texts("categories").compactMap { category($0, map) })
    let taken = catalogue.categories.filter { category in
      category.fileable && named.contains { catalogue.contains($0, category.code) }
    }
    if taken.isEmpty {
      map.fault(
        "`categories` names nothing that can be reported", line: map.line(of: "categories"),
        remedy: "name categories or groups of catalogue.csv, or leave it out for all")
    }
    return Set(taken.map(\.code))
  }

  private func readRate(_ map: YamlMap) -> PublicPolicy.Rate? {
    let key = "reports_per_address"
    let remedy = "write `\(key): {count: 6, within: 1 urgent_hours}`"
    guard let rate = map.map(key) else {
      if !map.has(key) { map.fault("`\(key)` is missing", remedy: remedy) }
      return nil
    }
    defer { rate.finish() }
    guard let count = rate.integer("count") else {
      if !rate.has("count") { rate.fault("`count` is missing", remedy: remedy) }
      _ = rate.text("within")
      return nil
    }
    if !(1...PublicPolicy.maxReportsPerAddress).contains(count) {
      rate.fault(
        "`count` is a number from 1 to \(PublicPolicy.maxReportsPerAddress)", line: rate.line(of: "count"),
        remedy: remedy)
    }
    guard let within = limit(rate, "within") else { return nil }
    guard within.unit.measure == .wall, let unit = within.unit.microseconds else {
      rate.fault(
        "`within` is time on the wall", line: rate.line(of: "within"),
        remedy: "write it in urgent_minutes or urgent_hours")
      return nil
    }
    return PublicPolicy.Rate(count: count, seconds: Int64(within.amount) * unit / Instant.microsecondsPerSecond)
  }
}
