import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// What a map is drawn from: the cases as points and the ground of the units, both as compact as they can be told.
struct MapRoutes: Sendable {
  /// Cases that may be asked for by their ids at once.
  static let maxNamedCases = 100
  /// Units of one drawing at most.
  static let maxShapes = 10_000

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("cases/points") { request, context in try await points(request, context) }
    group.get("shapes") { request, context in try await shapes(request, console.view(context)) }
  }

  /// The cases of a filter of `GET /v1/cases`, of which the open ones where it names no state; or those that `case`
  /// names, whatever has become of them.
  private func points(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    var filter = view.filter(&fields)
    let named = fields.list("case")
    if !named.isEmpty {
      let ids = named.compactMap { CaseID($0) }
      if ids.count < named.count { fields.fault("case", "malformed_case", "A case is named <district>-<number>.") }
      if ids.count > Self.maxNamedCases {
        fields.fault("case", "out_of_range", "At most \(Self.maxNamedCases) cases are named at once.")
      }
      filter.cases = ids
    } else if filter.states.isEmpty {
      filter.states = CaseState.allCases.filter(\.isOpen)
    }
    try fields.finish()
    let now = console.now
    let found = try await CasePointStore(pool: console.pool).points(view.sight, filter, now: now)
    let document = CasePointDocument(found.points, more: found.more, view: view, now: now)
    return .json(headers: [.cacheControl: "no-store"], bytes: document.bytes)
  }

  /// The ground of the units right under a unit, of a tier below it, or of the unit itself where nothing lies below.
  func shapes(_ request: Request, _ view: CallerView) async throws -> Response {
    let tree = view.policy.units
    var fields = try QueryFields(request)
    let asked = view.unit(&fields) ?? view.caller.unit
    let unit = view.covers(asked) ? asked : view.caller.unit
    let tier = fields.tier(of: tree)
    let version = fields.number("version", in: 0...Int(Int32.max))
    try fields.finish()
    let units = Self.units(under: unit, tier: tier, in: tree)
    guard units.count <= Self.maxShapes else {
      throw Problem.invalid([
        Problem.FieldFault(
          field: "tier", code: "out_of_range", detail: "More than \(Self.maxShapes) units are not drawn at once.")
      ])
    }
    let tag = "\"\(view.policy.name)-\(view.policy.version)-\(unit.text)-\(tier ?? "")\""
    // An address that names the version in force never means anything else.
    let isFixed = version == Int(view.policy.version)
    let headers: HTTPFields = [
      .eTag: tag, .cacheControl: isFixed ? "private, max-age=31536000, immutable" : "private, no-cache",
    ]
    if request.has(entityTag: tag) { return Response(status: .notModified, headers: headers) }
    let district = view.territory.districts.first ?? view.caller.district
    let outlines = try await console.shapes.outlines(of: units, in: district, policy: view.policy)
    return .json(headers: headers) { writer in
      writer.beginObject()
      writer.member("unit", unit.text)
      writer.member("version", view.policy.version)
      writer.member("steps_per_degree", OutlineWriter.stepsPerDegree)
      writer.objects("items", units) { writer, unit in
        writer.member("code", unit.code.text)
        writer.names(unit.nameZh, unit.nameEn)
        writer.member("tier", unit.tier)
        writer.member("path", tree.pathText(to: unit.code))
        writer.member("has_children", !tree.children(of: unit.code).isEmpty)
        writer.key("outline")
        if let outline = outlines[unit.code] { writer.raw(outline) } else { writer.null() }
      }
      writer.endObject()
    }
  }

  static func units(under unit: UnitCode, tier: String?, in tree: UnitTree) -> [Unit] {
    if let tier {
      return ((tree.city.map { [$0] } ?? []) + tree.units).filter { $0.tier == tier && tree.contains(unit, $0.code) }
    }
    let children = tree.children(of: unit)
    return children.isEmpty ? tree.place(unit).map { [$0] } ?? [] : children
  }
}
