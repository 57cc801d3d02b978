import Domain
import GridNetwork
import WebAuth

/// The units of the administrator's ground, one level at a time, or those of a name: who is there, what is open there,
/// and where it is changed. Grids stay folded in until the address asks for them.
enum UnitsPage: Page {
  static let route = PageRoute("administration/units", template: "units", roles: [.admin])

  /// Units on one page at most.
  static let pageUnits = 100

  private enum Grids: String, CaseIterable { case folded, shown }

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (view, texts) = (request.view, request.texts)
    let tree = view.policy.units
    let own = view.caller.unit
    var fields = try request.query()
    let asked = view.unit(&fields) ?? own
    let unit = view.covers(asked) ? asked : own
    let sought = fields.text("q")
    let grids = fields.choice("grids", of: Grids.self) ?? .folded
    let page = fields.number("page", in: 1...100_000) ?? 1
    try fields.finish()

    var listed: [Unit]
    var folded: [Unit] = []
    if let sought {
      let all = (tree.city.map { [$0] } ?? []) + tree.units
      listed = all.filter { view.covers($0.code) && $0.isNamed(sought) }
    } else {
      listed = tree.children(of: unit)
      if grids == .folded {
        folded = listed.filter { $0.tier == tree.finestTier }
        listed.removeAll { $0.tier == tree.finestTier }
      }
    }
    let shown = Array(listed.dropFirst((page - 1) * pageUnits).prefix(pageUnits))
    let top = sought == nil ? unit : own
    let figures = try await UnitFigures.read([unit] + shown.map(\.code), under: top, request)
    let rows = UnitRows(request, figures: figures)
    let address = PageAddress(request.request)
    var data: PageData = [
      "tabs": AdministrationOverview.tabs(texts, current: .units), "unit": unit.text,
      "hasLayers": view.network.layers.contains { if case .units = $0.ground { true } else { false } },
      "hasBelow": shown.contains { $0.tier != tree.finestTier }, "gridWord": request.names.tier(tree.finestTier),
      "rows": shown.map { rows.row($0, isFound: sought != nil) }, "hasRows": !shown.isEmpty,
      "listTitle": title(sought: sought, unit: unit, count: listed.count, request),
    ]
    if let sought {
      data["sought"] = sought
      data["empty"] = texts("administration.units.none_found", ["text": sought])
    } else {
      let path = tree.placePath(to: unit).drop { $0.code != own }
      data["crumbs"] = path.map { step in
        [
          "name": request.names.unit(step.code), "path": UnitRows.path(step.code), "isCurrent": step.code == unit,
        ] as PageData
      }
      data["hasCrumbs"] = path.count > 1
      data["card"] = rows.card(unit)
      if folded.isEmpty { data["empty"] = empty(unit, request) }
    }
    let isGridList = grids == .shown && sought == nil
    if isGridList { data["fold"] = address.with(["grids": nil, "page": nil]) }
    if !folded.isEmpty {
      data["folded"] =
        [
          "text": texts(
            "administration.units.folded",
            ["count": "\(folded.count)", "grids": request.names.tier(tree.finestTier)]),
          "path": address.with(["grids": Grids.shown.rawValue, "page": nil]),
        ] as PageData
    }
    if page > 1 { data["before"] = address.with(["page": page == 2 ? nil : "\(page - 1)"]) }
    if listed.count > page * pageUnits { data["after"] = address.with(["page": "\(page + 1)"]) }
    if listed.count > pageUnits {
      let last = (page - 1) * pageUnits + shown.count
      data["span"] = texts(
        "administration.units.span",
        ["from": "\(min((page - 1) * pageUnits + 1, last))", "to": "\(last)", "count": "\(listed.count)"])
    }
    return PageContent(
      unit == own || sought != nil
        ? texts("administration.units.title")
        : texts("administration.units.title_of", ["unit": request.names.unit(unit)]), data)
  }

  private static func title(sought: String?, unit: UnitCode, count: Int, _ request: PageRequest) -> String {
    let texts = request.texts
    return sought == nil
      ? texts("administration.units.below", ["unit": request.names.unit(unit)])
      : texts.counted("administration.units.found", count)
  }

  /// Why nothing lies below.
  private static func empty(_ unit: UnitCode, _ request: PageRequest) -> String {
    let tree = request.view.policy.units
    let key = !tree.isInForce(unit) ? "retired" : tree[unit]?.tier == tree.finestTier ? "grid" : "none_below"
    return request.texts("administration.units.empty.\(key)")
  }
}
