import Domain
import PostgresClient
import WebAuth

/// The kinds of reports as an officer finds them: the most used first, then the catalogue by its classes.
struct OfficerCatalogue: Sendable {
  /// How many stand first.
  static let maxFrequent = 8
  /// Over how many days the officer's own and their unit's are counted, and those of all districts they work in, which
  /// fill the places left: the rollups of a whole district are many rows.
  static let countedDays: Int64 = 30
  static let countedDaysOfAll: Int64 = 7

  private let request: PageRequest
  /// Kinds that may be chosen at all.
  private let isOffered: @Sendable (Category) -> Bool

  init(_ request: PageRequest, offering isOffered: @escaping @Sendable (Category) -> Bool = { $0.fileable }) {
    self.request = request
    self.isOffered = isOffered
  }

  private static let own = Statement(
    "officer_own_kinds",
    """
    SELECT c.category FROM reports AS r JOIN cases AS c ON c.district = r.district AND c.number = r.case_number
    WHERE r.district = ANY($1) AND r.submitter = $2 AND r.received_at >= $3
    GROUP BY c.category ORDER BY count(*) DESC, c.category LIMIT $4
    """)

  /// Of whole units, by the rollups: cases that were merged or void count, too, for they were reported.
  private static let around = Statement(
    "officer_kinds_around",
    """
    SELECT category FROM rollup_daily
    WHERE district = ANY($1) AND unit = ANY($2) AND day >= DATE '1970-01-01' + $3 AND NOT part
    GROUP BY category HAVING sum(reported) > 0 ORDER BY sum(reported) DESC, category LIMIT $4
    """)

  private static let everywhere = Statement(
    "officer_kinds_everywhere",
    """
    SELECT category FROM rollup_daily WHERE district = ANY($1) AND day >= DATE '1970-01-01' + $2 AND NOT part
    GROUP BY category HAVING sum(reported) > 0 ORDER BY sum(reported) DESC, category LIMIT $3
    """)

  /// What the officer reported most often of late, then what is reported most often in their unit, then in the district.
  static func frequent(_ request: PageRequest) async throws -> [CategoryCode] {
    let view = request.view
    let pool = request.console.pool
    let districts = PostgresParameter.texts(view.territory.districts.map(\.text))
    let since = request.now.adding(seconds: -countedDays * 86_400)
    let day = view.zone.date(of: since).dayNumber
    // More than are shown, since a catalogue may have changed meanwhile.
    let limit = PostgresParameter.int64(Int64(2 * maxFrequent))
    async let own = pool.query(
      Self.own, [districts, .text(view.actor.text), .timestamp(microseconds: since.microseconds), limit])
    async let around = pool.query(Self.around, [districts, .texts(units(view)), .int32(Int32(day)), limit])
    var found: [CategoryCode] = []
    func add(_ rows: PostgresRows) throws {
      for row in rows {
        let code = CategoryCode(try row.text(0))
        if view.policy.catalogue[code]?.fileable == true, !found.contains(code) { found.append(code) }
      }
    }
    try add(try await own)
    try add(try await around)
    if found.count < maxFrequent {
      let first = Int32(Int64(day) + countedDays - countedDaysOfAll)
      try add(try await pool.query(Self.everywhere, [districts, .int32(first), limit]))
    }
    return Array(found.prefix(maxFrequent))
  }

  private static func units(_ view: CallerView) -> [String] {
    let tree = view.policy.units
    var codes: [String] = []
    var waiting = [view.caller.unit]
    while let code = waiting.popLast() {
      codes.append(code.text)
      waiting += tree.children(of: code).map(\.code)
    }
    return codes
  }

  func choice(_ code: CategoryCode) -> PageData {
    guard let category = request.view.policy.catalogue[code] else { return ["code": code.text, "name": code.text] }
    return choice(category)
  }

  private func choice(_ category: Category) -> PageData {
    [
      "code": category.code.text, "name": request.names.choose(category.nameZh, category.nameEn),
      // What a search finds it by: both names and the code.
      "search": "\(category.nameZh) \(category.nameEn.lowercased()) \(category.code.text.lowercased())",
    ]
  }

  /// The topmost classes, each with what can be reported below it.
  var classes: [PageData] {
    let catalogue = request.view.policy.catalogue
    var members: [CategoryCode: [PageData]] = [:]
    var order: [Category] = []
    for category in catalogue.categories {
      let top = self.top(of: category)
      if members[top.code] == nil {
        members[top.code] = []
        order.append(top)
      }
      if isOffered(category) { members[top.code]?.append(choice(category)) }
    }
    return order.compactMap { top in
      guard let found = members[top.code], !found.isEmpty else { return nil }
      return [
        "id": top.code.text, "name": request.names.choose(top.nameZh, top.nameEn), "count": "\(found.count)",
        "kinds": found,
      ]
    }
  }

  private func top(of category: Category) -> Category {
    var top = category
    for _ in 0..<Catalogue.maxDepth {
      guard let parent = top.parent.flatMap({ request.view.policy.catalogue[$0] }) else { break }
      top = parent
    }
    return top
  }
}
