import Domain
import GridNetwork
import WebAuth

/// The units of the administrator's ground, one level at a time, or those of a name: who is there, what is open there,
/// and where it is changed. Grids stay folded in until the address asks for them.
enum UnitsPage: Page {
  static let route = PageRoute("administration/units", template: "units", roles: [.admin])

  /// Units on one page at most.
  static let pageUnits = 100

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (view, texts) = (request.view, request.texts)
    let tree = view.policy.units
    let list = try UnitList(request)
    let rows = UnitRows(
      request, figures: try await .read([list.unit] + list.shown.map(\.code), under: list.top, request))
    var data: PageData = [
      "tabs": AdministrationOverview.tabs(texts, current: .units), "unit": list.unit.text,
      "hasLayers": view.network.layers.contains { if case .units = $0.ground { true } else { false } },
      "hasBelow": list.shown.contains { $0.tier != tree.finestTier }, "gridWord": request.names.tier(tree.finestTier),
      "rows": list.shown.map { rows.row($0, isFound: list.sought != nil) }, "hasRows": !list.shown.isEmpty,
      "listTitle": title(of: list, request),
    ]
    if let sought = list.sought {
      data["sought"] = sought
      data["empty"] = texts("administration.units.none_found", ["text": sought])
    } else {
      let path = tree.placePath(to: list.unit).drop { $0.code != view.caller.unit }
      data["crumbs"] = path.map { step -> PageData in
        [
          "name": request.names.unit(step.code), "path": UnitRows.path(step.code),
          "isCurrent": step.code == list.unit,
        ]
      }
      data["hasCrumbs"] = path.count > 1
      data["card"] = rows.card(list.unit)
      if list.folded.isEmpty { data["empty"] = empty(list.unit, request) }
    }
    data.merge(folding(list, request)) { $1 }
    data.merge(turning(list, request)) { $1 }
    return PageContent(
      list.unit == view.caller.unit || list.sought != nil
        ? texts("administration.units.title")
        : texts("administration.units.title_of", ["unit": request.names.unit(list.unit)]), data)
  }

  /// What folds grids in and out.
  private static func folding(_ list: UnitList, _ request: PageRequest) -> PageData {
    let address = PageAddress(request.request)
    var data: PageData = [:]
    if list.showsGrids { data["fold"] = address.with(["grids": nil, "page": nil]) }
    if !list.folded.isEmpty {
      let grids = request.names.tier(request.view.policy.units.finestTier)
      let values = ["count": "\(list.folded.count)", "grids": grids]
      data["folded"] =
        [
          "text": request.texts("administration.units.folded", values),
          "path": address.with(["grids": UnitList.Grids.shown.rawValue, "page": nil]),
        ] as PageData
    }
    return data
  }

  /// What leads to the pages before and after.
  private static func turning(_ list: UnitList, _ request: PageRequest) -> PageData {
    let address = PageAddress(request.request)
    let (page, count) = (list.page, list.listed.count)
    var data: PageData = [:]
    if page > 1 { data["before"] = address.with(["page": page == 2 ? nil : "\(page - 1)"]) }
    if count > page * pageUnits { data["after"] = address.with(["page": "\(page + 1)"]) }
    if count > pageUnits {
      let last = (page - 1) * pageUnits + list.shown.count
      data["span"] = request.texts(
        "administration.units.span",
        ["from": "\(min((page - 1) * pageUnits + 1, last))", "to": "\(last)", "count": "\(count)"])
    }
    return data
  }

  private static func title(of list: UnitList, _ request: PageRequest) -> String {
    let texts = request.texts
    return list.sought == nil
      ? texts("administration.units.below", ["unit": request.names.unit(list.unit)])
      : texts.counted("administration.units.found", list.listed.count)
  }

  /// Why nothing lies below.
  private static func empty(_ unit: UnitCode, _ request: PageRequest) -> String {
    let tree = request.view.policy.units
    let key = !tree.isInForce(unit) ? "retired" : tree[unit]?.tier == tree.finestTier ? "grid" : "none_below"
    return request.texts("administration.units.empty.\(key)")
  }
}

/// The units that the address asks for.
private struct UnitList {
  enum Grids: String, CaseIterable { case folded, shown }

  /// Of the administrator's ground.
  let unit: UnitCode
  /// Below which all units lie that the page shows.
  let top: UnitCode
  let sought: String?
  let page: Int
  /// The grids of the unit are listed, too.
  let showsGrids: Bool
  private(set) var listed: [Unit]
  private(set) var folded: [Unit] = []

  init(_ request: PageRequest) throws {
    let view = request.view
    let tree = view.policy.units
    let own = view.caller.unit
    var fields = try request.query()
    let asked = view.unit(&fields) ?? own
    unit = view.covers(asked) ? asked : own
    let sought = fields.text("q")
    let grids = fields.choice("grids", of: Grids.self) ?? .folded
    page = fields.number("page", in: 1...100_000) ?? 1
    try fields.finish()

    self.sought = sought
    top = sought == nil ? unit : own
    showsGrids = grids == .shown && sought == nil
    if let sought {
      let all = (tree.city.map { [$0] } ?? []) + tree.units
      listed = all.filter { view.covers($0.code) && $0.isNamed(sought) }
      return
    }
    listed = tree.children(of: unit)
    if !showsGrids {
      folded = listed.filter { $0.tier == tree.finestTier }
      listed.removeAll { $0.tier == tree.finestTier }
    }
  }

  /// Those of this page.
  var shown: ArraySlice<Unit> {
    listed.dropFirst((page - 1) * UnitsPage.pageUnits).prefix(UnitsPage.pageUnits)
  }
}
