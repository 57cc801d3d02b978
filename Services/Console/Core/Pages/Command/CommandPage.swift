import Casework
import Domain
import Journal
import Operations
import WebAuth

/// The command centre: what is open on the ground of a unit, what happens there, and how its parts and departments do.
enum CommandPage: Page {
  static let route = PageRoute(
    "command", template: "command", roles: [.supervisor, .dispatcher, .inspector, .admin, .auditor],
    menu: PageMenu(order: 5, icon: "command", text: "command.menu"))

  /// Latest events on the page.
  static let shownEvents = 14
  /// Cases listed where nothing lies below the unit.
  static let shownCases = 12

  static func content(_ request: PageRequest) async throws -> PageContent {
    var fields = try request.query()
    let scene = CommandScene(request, &fields)
    try fields.finish()
    let (console, view, now) = (request.console, request.view, request.now)
    var filter = CaseFilter()
    filter.territory = view.policy.units.territory(of: scene.unit)
    async let events = RecentEvents(console: console, view: view).newest(shownEvents, under: scene.unit)
    async let duty = CommandDuty.read(scene, request)
    let figures = try await CommandNumbers.read(scene, filter, request)
    let open = try await CasePointStore(pool: console.pool).tallies(view.sight, filter, now: now)

    var data = scene.data(request)
    let ranks = CommandRanks(scene, open: open, figures: figures, request: request)
    data["figures"] = CommandFigures(scene, figures: figures, open: ranks.total, request: request).data
    data["units"] = ranks.units
    data["hasUnits"] = !scene.children.isEmpty
    data["departments"] = ranks.departments
    data["hasRates"] = figures.hasGroups
    if scene.children.isEmpty {
      filter.states = CaseState.allCases.filter(\.isOpen)
      let page = try await console.cases.page(view.sight, filter, order: .dueFirst, limit: shownCases, now: now)
      data["cases"] = page.cases.map { CaseRows(request).data($0) }
    }
    let timeline = CaseTimeline(request)
    data["events"] = try await events.map { entry in
      var data = timeline.data((entry.event, [], entry.decoded))
      data["case"] = entry.event.caseID.description
      data["place"] = request.names.place(entry.decoded.subject.unit)
      data["category"] = request.names.category(entry.decoded.subject.category)
      return data
    }
    data["duty"] = try await duty
    return PageContent(request.texts("command.title", ["unit": request.names.unit(scene.unit)]), data)
  }
}

/// What the address of the command centre asks for: which unit, and how it is shown.
struct CommandScene: Sendable {
  enum Layer: String, CaseIterable, Sendable { case cases, hot, duty }
  enum Colour: String, CaseIterable, Sendable { case clock, state }
  enum Rank: String, CaseIterable, Sendable { case late, open, rate }
  enum Period: String, CaseIterable, Sendable {
    case day, week, month

    var days: Int32 {
      switch self {
      case .day: 1
      case .week: 7
      case .month: 30
      }
    }
  }

  /// Units of the finest tier that the layer of hot spots shades one by one; where there are more, it shades the units
  /// right below.
  static let maxFineUnits = 6_000

  let unit: UnitCode
  /// Right below the unit; none of a grid.
  let children: [Unit]
  let layer: Layer
  let colour: Colour
  let rank: Rank
  let period: Period
  /// For a screen that many look at from afar: dark, without the navigation.
  let isWall: Bool
  let firstDay: CivilDate

  init(_ request: PageRequest, _ fields: inout QueryFields) {
    let view = request.view
    let asked = view.unit(&fields) ?? view.caller.unit
    unit = view.covers(asked) ? asked : view.caller.unit
    children = view.policy.units.children(of: unit)
    layer = fields.choice("layer") ?? .cases
    colour = fields.choice("colour") ?? .clock
    rank = fields.choice("rank") ?? .late
    period = fields.choice("period") ?? .day
    isWall = fields.flag("wall") ?? false
    firstDay = view.zone.date(of: request.now).adding(days: 1 - Int(period.days))
  }

  /// The crumbs, the choices and what the map is told.
  func data(_ request: PageRequest) -> PageData {
    let (view, names, texts) = (request.view, request.names, request.texts)
    let tree = view.policy.units
    let address = PageAddress(request.request)
    let path = tree.placePath(to: unit).drop { $0.code != view.caller.unit }
    var data: PageData = [
      "unit": unit.text, "unitName": names.unit(unit), "version": "\(view.policy.version)",
      "layer": layer.rawValue, "colour": colour.rawValue, "isWall": isWall,
      "crumbs": path.map { step in
        [
          "name": names.unit(step.code), "path": address.with(["unit": step.code.text]),
          "isCurrent": step.code == unit,
        ] as PageData
      },
      "wallPath": address.with(["wall": isWall ? nil : "true"]),
      "layers": choices("layer", layer, address, texts), "periods": choices("period", period, address, texts),
      "ranks": choices("rank", rank, address, texts),
      "tier": names.tier(tree.place(unit)?.tier ?? ""),
    ]
    if layer == .cases { data["colours"] = choices("colour", colour, address, texts) }
    data["byState"] = layer == .cases && colour == .state
    data["byClock"] = layer == .cases && colour == .clock
    data["isHot"] = layer == .hot
    data["tiles"] = request.console.site.tiles?.address
    data["below"] = children.first.map { names.tier($0.tier) }
    let finest = tree.units.lazy.filter { $0.tier == tree.finestTier && tree.contains(unit, $0.code) }
    if (1...Self.maxFineUnits).contains(finest.count) { data["fineTier"] = tree.finestTier }
    if let parent = path.dropLast().last { data["up"] = address.with(["unit": parent.code.text]) }
    return data
  }

  private func choices<Choice: RawRepresentable & CaseIterable & Equatable>(
    _ name: String, _ chosen: Choice, _ address: PageAddress, _ texts: PageTexts
  ) -> [PageData] where Choice.RawValue == String {
    Choice.allCases.map { choice in
      [
        "value": choice.rawValue, "name": texts("command.\(name).\(choice.rawValue)"),
        "path": address.with([name: choice.rawValue]), "isCurrent": choice == chosen,
      ]
    }
  }
}
