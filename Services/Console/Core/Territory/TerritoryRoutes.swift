import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// Units, their shapes, the catalogue and the departments of the caller's network.
struct TerritoryRoutes: Sendable {
  /// Units on one page at most.
  static let maxPageUnits = 2_000

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("units") { request, context in try list(request, context) }
    group.get("units.geojson") { request, context in try await shapes(request, context) }
    group.get("units/:code") { _, context in try show(context) }
    group.get("categories") { request, context in try categories(request, context) }
    group.get("departments") { _, context in try departments(context) }
  }

  private func list(_ request: Request, _ context: AuthenticatedContext) throws -> Response {
    let view = try console.view(context)
    let tree = view.policy.units
    var fields = try QueryFields(request)
    let tier = fields.tier(of: tree)
    let parent = fields.text("parent").map { UnitCode($0) }
    if let parent, tree.place(parent) == nil { fields.fault("parent", "unknown_unit", "The network has no such unit.") }
    let text = fields.text("q")
    let start = fields.cursor { Int($0).flatMap { $0 >= 0 ? $0 : nil } } ?? 0
    let limit = fields.limit(max: Self.maxPageUnits)
    try fields.finish()

    var found: [Unit] = []
    var next: Int?
    let units = (tree.city.map { [$0] } ?? []) + tree.units
    for index in units.indices.dropFirst(start) {
      let unit = units[index]
      guard tier == nil || unit.tier == tier, parent == nil || tree.parent(of: unit) == parent,
        text.map({ unit.isNamed($0) }) ?? true
      else { continue }
      if found.count == limit {
        next = index
        break
      }
      found.append(unit)
    }
    return .json { writer in
      writer.page(found, next: next.map(String.init)) { writer, unit in
        writer.beginObject()
        writeMembers(of: unit, in: tree, to: &writer)
        writer.endObject()
      }
    }
  }

  private func show(_ context: AuthenticatedContext) throws -> Response {
    let view = try console.view(context)
    let tree = view.policy.units
    guard let code = context.parameters.get("code").map({ UnitCode($0) }), let unit = tree.place(code) else {
      throw Problem.notFound("The network has no such unit.")
    }
    let departments = view.policy.departments.values.filter { $0.unit == code }.sorted { $0.code < $1.code }
    return .json { writer in
      writer.beginObject()
      writeMembers(of: unit, in: tree, to: &writer)
      writer.objects("path", tree.placePath(to: code)) { writeMembers(of: $1, in: tree, to: &$0) }
      writer.objects("children", tree.children(of: code)) { writeMembers(of: $1, in: tree, to: &$0) }
      writer.objects("departments", departments) { writeMembers(of: $1, to: &$0) }
      writer.endObject()
    }
  }

  private func shapes(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let tree = view.policy.units
    var fields = try QueryFields(request)
    let tier = fields.tier(of: tree) ?? tree.tiers.dropFirst().first?.name ?? tree.finestTier
    try fields.finish()
    let tag = "\"\(view.policy.name)-\(view.policy.version)-\(tier)\""
    let headers: HTTPFields = [.eTag: tag, .cacheControl: "private, no-cache"]
    if request.has(entityTag: tag) { return Response(status: .notModified, headers: headers) }
    // Each district of a city has the whole network's files.
    let district = view.territory.districts.first ?? view.caller.district
    let bytes = try await console.shapes.collection(district, tier: tier, policy: view.policy)
    return .of(contentType: "application/geo+json", headers: headers, bytes: bytes)
  }

  private func categories(_ request: Request, _ context: AuthenticatedContext) throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    let fileable = fields.flag("fileable")
    try fields.finish()
    let categories = view.policy.catalogue.categories.filter { fileable == nil || $0.fileable == fileable }
    return .json { writer in
      writer.page(categories, next: nil) { writer, category in
        writer.beginObject()
        writer.member("code", category.code.text)
        writer.member("parent", category.parent?.text)
        writer.names(category.nameZh, category.nameEn)
        writer.member("kind", category.kind.rawValue)
        writer.member("scheme", category.scheme)
        writer.member("version", category.version)
        writer.member("closing_standard", category.closingStandard)
        writer.member("fileable", category.fileable)
        writer.endObject()
      }
    }
  }

  private func departments(_ context: AuthenticatedContext) throws -> Response {
    let view = try console.view(context)
    let departments = view.policy.departments.values.sorted { $0.code < $1.code }
    return .json { writer in
      writer.page(departments, next: nil) { writer, department in
        writer.beginObject()
        writeMembers(of: department, to: &writer)
        writer.endObject()
      }
    }
  }

  private func writeMembers(of unit: Unit, in tree: UnitTree, to writer: inout JSONWriter) {
    writer.member("code", unit.code.text)
    writer.member("parent", tree.parent(of: unit)?.text)
    writer.member("tier", unit.tier)
    writer.names(unit.nameZh, unit.nameEn)
    writer.member("exclusive", unit.exclusive)
  }

  private func writeMembers(of department: Department, to writer: inout JSONWriter) {
    writer.member("code", department.code.text)
    writer.member("unit", department.unit.text)
    writer.names(department.nameZh, department.nameEn)
  }
}

extension Unit {
  /// Whether code or name begin with, or a name contains, what was typed.
  func isNamed(_ text: String) -> Bool {
    code.text.hasPrefix(text) || nameZh.contains(text) || nameEn.lowercased().contains(text.lowercased())
  }
}

extension QueryFields {
  /// The tier that the query names; nil when it names none.
  mutating func tier(of tree: UnitTree) -> String? {
    guard let tier = text("tier") else { return nil }
    if tree.tiers.contains(where: { $0.name == tier }) || tree.city?.tier == tier { return tier }
    fault("tier", "unknown_tier", "Known are \(tree.tiers.map(\.name).joined(separator: ", ")).")
    return nil
  }
}
