import Casework
import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// Changes of grids: proposed with their shapes, approved level by level, in force on their day.
struct GridChangeRoutes: Sendable {
  static let maxPageChanges = 200
  /// What a proposal may be: fifty grids with a few thousand corners each.
  static let limits = JSONLimits(maxBytes: 4 << 20, maxDepth: 12, maxMembers: 400_000)

  let console: Console

  private var desk: GridChangeDesk { GridChangeDesk(pool: console.pool) }

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("grid-changes") { request, context in try await list(request, context) }
    group.post("grid-changes") { request, context in try await propose(request, context) }
    group.get("grid-changes/:id") { _, context in try await show(context) }
    group.post("grid-changes/:id/actions") { request, context in try await act(request, context) }
  }

  /// Those that touch the caller's unit, the newest first; `state` may name several, `waiting=me` keeps those that wait
  /// for the caller.
  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    let states = fields.choices("state", of: GridChangeState.self)
    let waiting = fields.text("waiting")
    if let waiting, waiting != "me" { fields.fault("waiting", "unknown_value", "Known is me.") }
    let cursor = fields.cursor(GridChangeCursor.init)
    let limit = fields.limit(max: Self.maxPageChanges)
    try fields.finish()
    let page = try await GridChangeBook(console: console, view: view)
      .page(states, waitingOnly: waiting != nil, after: cursor, limit: limit)
    let document = GridChangeDocument(view)
    return .json { writer in
      writer.page(page.changes, next: page.next) { writer, change in
        writer.beginObject()
        document.writeMembers(of: change, to: &writer)
        writer.endObject()
      }
    }
  }

  private func show(_ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    return try await answer(
      try await GridChangeBook(console: console, view: view).change(context.parameters.get("id")), view)
  }

  /// A feature collection of the new grids with the members `kind`, `grids`, `effective_on` and `reason`: 201 with the
  /// change; 422 with every fault of it; 409 where an open change speaks of the same grids or codes.
  private func propose(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let body = try await request.collectJSON(limits: Self.limits)
    var fields = try BodyFields(body)
    let kind = fields.choice("kind", of: GridChangeKind.self)
    if kind == nil, !fields.faults.contains(where: { $0.field == "kind" }) { _ = fields.requiredText("kind") }
    let grids = fields.texts("grids", separatedBy: [",", " "]).map { UnitCode($0) }
    if grids.isEmpty { fields.fault("grids", "required", "Name the grids that give way.") }
    let reason = fields.requiredText("reason")
    let day = fields.requiredText("effective_on")
    let effective = try? CivilDate(day)
    if effective == nil, !day.isEmpty { fields.fault("effective_on", "malformed_date", "Write a day: 2026-04-01.") }
    if body["features"]?.arrayValue == nil {
      fields.fault("features", "required", "Give the new grids as the features of a GeoJSON collection.")
    }
    try fields.finish()
    guard let kind, let effective else { throw Problem.invalid(fields.faults) }
    do {
      let id = try await desk.propose(
        GridChangeRequest(kind: kind, grids: grids, features: body.bytes(), effective: effective, reason: reason),
        by: view.actor, policy: view.policy, at: console.now)
      guard let change = try await GridChangeBook(console: console, view: view).find(id) else {
        throw Problem.notFound("The change is gone.")
      }
      return try await answer(change, view, status: .created)
    } catch let denial as GridChangeDenial {
      throw Problem(denial)
    }
  }

  /// `{action: approve|reject|withdraw, reason}` with `If-Match`: 200 with the change.
  private func act(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    let action = fields.requiredChoice("action", of: GridDecision.self, unknown: "unknown_action")
    let note = fields.text("reason") ?? ""
    try fields.finish()
    let expected = try request.expectedVersion()
    let change = try await GridChangeBook(console: console, view: view).change(context.parameters.get("id"))
    guard let action else { throw Problem.invalid(fields.faults) }
    do {
      try await desk.decide(
        change, version: expected, action, note: note, by: view.actor, calendar: view.policy.calendar, at: console.now)
    } catch let denial as GridChangeDenial {
      throw Problem(denial)
    }
    return try await show(context)
  }

  private func answer(
    _ change: GridChange, _ view: CallerView, status: HTTPResponse.Status = .ok
  ) async throws -> Response {
    let now = console.now
    let impact = try await GridChangeImpact.read(
      change.plan, district: change.district, at: now, today: view.zone.date(of: now), console.pool)
    return .json(status, headers: [.eTag: entityTag(Int64(change.version))]) { writer in
      writer.beginObject()
      GridChangeDocument(view).write(change, impact, to: &writer)
      writer.endObject()
    }
  }
}

extension CallerView {
  /// Whether the change touches ground under the caller's unit, or the unit above it; so does everyone who is asked.
  func sees(_ change: GridChange) -> Bool {
    change.places.contains { place in
      covers(place) || policy.units.contains(policy.units[place]?.parent ?? place, caller.unit)
    }
  }
}

/// Where a list of changes goes on: when the last one was proposed, and its number.
struct GridChangeCursor: Hashable {
  let at: Instant
  let number: Int64

  init(_ change: GridChange) {
    at = change.proposedAt
    number = change.number
  }

  /// `<microseconds>.<number>`
  var text: String { "\(at.microseconds).\(number)" }

  init?(_ text: String) {
    let parts = text.split(separator: ".").compactMap { Int64($0) }
    guard parts.count == 2 else { return nil }
    at = Instant(microseconds: parts[0])
    number = parts[1]
  }
}
