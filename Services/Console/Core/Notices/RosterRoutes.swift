import Casework
import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// Rosters: who is on duty where and when, who is away, who stands in, and who hears of a notice now.
struct RosterRoutes: Sendable {
  /// Days that a list covers when the query names no end.
  static let defaultListDays: Int64 = 14

  let console: Console

  var store: DutyStore { DutyStore(pool: console.pool) }

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("roster") { request, context in try await list(request, context) }
    group.get("roster/now") { request, context in try await now(request, context) }
    group.post("roster") { request, context in try await create(request, context) }
    group.get("roster/patterns") { request, context in try await patterns(request, context) }
    group.post("roster/patterns") { request, context in try await addPatterns(request, context) }
    group.get("roster/gaps") { request, context in try await gaps(request, context) }
    group.delete("roster/:id") { _, context in try await remove(context) }
  }

  /// Shifts and absences of a unit and all below it.
  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try person(context)
    var fields = try QueryFields(request)
    let unit = view.unit(&fields) ?? view.caller.unit
    let from = fields.moment("from")?.start(in: view.zone) ?? console.now
    let before = fields.moment("to")?.endExclusive(in: view.zone) ?? from + Self.defaultListDays * 86_400
    try fields.finish()
    let tree = view.policy.units
    let units = tree.territory(of: unit).isWhole ? nil : tree.units.map(\.code).filter { tree.contains(unit, $0) }
    var found: [DutyEntry] = []
    for home in tree.homes(of: unit) {
      found += try await store.entries(home, units: units, from: from, before: before)
    }
    found.sort { ($0.starts, $0.id) < ($1.starts, $1.id) }
    return .json { writer in
      writer.page(found, next: nil) { writer, entry in write(entry, view, to: &writer) }
    }
  }

  /// Each post of a unit: who holds it, who is on duty, and to whom a notice climbs where nobody is. With `role`, that
  /// one post, whether someone holds it or not.
  private func now(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try person(context)
    var fields = try QueryFields(request)
    let unit = view.unit(&fields) ?? view.caller.unit
    let role = fields.choice("role", of: Role.self)
    let department = view.lead(&fields)
    try fields.finish()
    let now = console.now
    let home = view.policy.units.district(of: unit) ?? view.caller.district
    let book = try await store.book(home, around: now, policy: view.policy)
    var posts = book.allPosts.filter { $0.unit == unit }
    var code: DepartmentCode?
    if case .department(let named)? = department {
      code = named
      posts = posts.filter { $0.department == named }
    }
    if let role { posts = [ReceiverAddress(role: role.rawValue, unit: unit, department: code)] }
    return .json { writer in
      writer.page(posts, next: nil) { writer, post in
        let receivers = book.receivers(post, at: now)
        writer.beginObject()
        writer.member("role", post.role)
        writer.member("unit", post.unit.text)
        writer.member("department", post.department?.text)
        writer.member("holders", texts: book.holders(of: post))
        writer.member("keeps_roster", book.keepsRoster(post, at: now))
        writer.member("on_duty", texts: receivers.fallbackFrom == nil ? receivers.people : [])
        writer.key("falls_back_to")
        if receivers.fallbackFrom == nil {
          writer.null()
        } else {
          writer.beginObject()
          writer.member("post", receivers.post.text)
          writer.member("people", texts: receivers.people)
          writer.endObject()
        }
        writer.endObject()
      }
    }
  }

  /// `{username, from, until, kind?: shift|absence, role?, unit?, department?, substitute_for?}`: 201 with the entry.
  /// Notices follow it about two seconds later.
  private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try person(context)
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    let kind = fields.choice("kind", of: DutyDraft.Kind.self) ?? .shift
    let username = fields.requiredText("username")
    let role = fields.choice("role", of: Role.self)
    let unit = fields.text("unit").map { UnitCode($0) }
    let department = fields.text("department").map { DepartmentCode($0) }
    let substituteFor = fields.text("substitute_for")
    if fields.requiredText("from").isEmpty || fields.requiredText("until").isEmpty { try fields.finish() }
    let (starts, ends) = (fields.moment("from"), fields.moment("until"))
    try fields.finish()
    guard let starts, let ends else { throw Problem.invalid(fields.faults) }
    let draft = DutyDraft(
      kind: kind, username: username, role: role, unit: unit, department: department, starts: starts, ends: ends,
      substituteFor: substituteFor)
    let (home, holder) = try await self.holder(username, view)
    var substituted: ReceiverAddress?
    if let substituteFor { substituted = try await store.post(of: substituteFor, in: home, orDisabled: true) }
    let entry: DutyEntry
    do throws(DutyDraft.Fault) {
      entry = try draft.entry(
        holder: holder, substituted: substituted, policy: view.policy, by: view.actor.text)
    } catch {
      throw Problem.invalid([Problem.FieldFault(field: error.field, code: error.code, detail: error.detail)])
    }
    try requireCharge(of: entry.post ?? holder, view)
    try await store.add([entry], to: home, at: console.now)
    return .json(.created) { write(entry, view, to: &$0) }
  }

  private func remove(_ context: AuthenticatedContext) async throws -> Response {
    let view = try person(context)
    guard let id = context.parameters.get("id") else { throw Problem.notFound("There is no such entry.") }
    if try await removePattern(id, view) { return Response(status: .noContent) }
    guard let (district, entry) = try await entry(id, view) else {
      throw Problem.notFound("There is no such entry.")
    }
    let post =
      if let post = entry.post { post } else {
        try await store.post(of: entry.username, in: district, orDisabled: true)
      }
    try requireCharge(of: post, view)
    guard try await store.remove(id, of: district, by: view.actor.text, at: console.now) else {
      throw Problem.notFound("There is no such entry.")
    }
    return Response(status: .noContent)
  }

  /// Under which code someone's account and shifts are kept, among those of the caller's people, and their post.
  func holder(
    _ username: String, _ view: CallerView
  ) async throws -> (home: UnitCode, post: ReceiverAddress?) {
    for home in view.policy.units.homes(of: view.caller.unit) {
      if let post = try await store.post(of: username, in: home) { return (home, post) }
    }
    return (view.caller.district, nil)
  }

  private func entry(_ id: String, _ view: CallerView) async throws -> (home: UnitCode, entry: DutyEntry)? {
    for home in view.policy.units.homes(of: view.caller.unit) {
      if let entry = try await store.entry(id, of: home) { return (home, entry) }
    }
    return nil
  }

  /// The head of a unit keeps the rosters of the unit and of all below it, a department's head those of the department;
  /// administrators keep all of the district or city.
  func requireCharge(of post: ReceiverAddress?, _ view: CallerView) throws(Problem) {
    guard let post, [.supervisor, .admin].contains(view.caller.role) else {
      throw .forbidden(code: "role", "Rosters are kept by supervisors and administrators.")
    }
    guard view.covers(post.unit), view.caller.department == nil || view.caller.department == post.department else {
      throw .forbidden(code: "outside_unit", "The post is not under your unit.")
    }
  }

  /// A person: machines keep no rosters.
  func person(_ context: AuthenticatedContext) throws -> CallerView {
    let view = try console.view(context)
    guard view.caller.role != .source else {
      throw Problem.forbidden(code: "role", "Rosters are for people.")
    }
    return view
  }

  private func write(_ entry: DutyEntry, _ view: CallerView, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", entry.id)
    writer.member("kind", entry.post == nil ? DutyDraft.Kind.absence.rawValue : DutyDraft.Kind.shift.rawValue)
    writer.member("username", entry.username)
    writer.member("role", entry.post?.role)
    writer.member("unit", entry.post?.unit.text)
    writer.member("department", entry.post?.department?.text)
    writer.member("from", entry.starts, in: view.zone)
    writer.member("until", entry.ends, in: view.zone)
    writer.member("substitute_for", entry.substituteFor)
    writer.member("created_by", entry.createdBy)
    writer.endObject()
  }
}
