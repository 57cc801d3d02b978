import Casework
import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// Areas, categories and spans of time whose reports all join one case: asked for and ended by the centres.
struct SuppressionRoutes: Sendable {
  static let maxPageSuppressions = 200

  /// Who may suppress, each in the area of their own unit.
  static let roles: Set<Role> = [.dispatcher, .supervisor]

  let console: Console

  private var store: SuppressionStore { SuppressionStore(pool: console.pool) }

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("suppressions") { request, context in try await list(request, context) }
    group.get("suppressions/:id") { _, context in try await show(context) }
    group.post("suppressions") { request, context in try await create(request, context) }
    group.delete("suppressions/:id") { _, context in try await end(context) }
  }

  /// Which ones a list has.
  private enum Which: String, CaseIterable {
    /// Running, or still to begin.
    case open
    case all
  }

  /// Those that touch the caller's unit: of it, of a unit below it, or of one above it.
  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    var fields = try QueryFields(request)
    let which = fields.choice("state", of: Which.self) ?? .open
    let cursor = fields.cursor(SuppressionCursor.init)
    let limit = fields.limit(max: Self.maxPageSuppressions)
    try fields.finish()
    let now = console.now
    let part = try await book(view).part(onlyOpenAt: which == .open ? now : nil, after: cursor, limit: limit)
    return .json { writer in
      writer.page(part.suppressions, next: part.next?.text) { writer, suppression in
        writer.beginObject()
        write(suppression, view, now, to: &writer)
        writer.endObject()
      }
    }
  }

  private func show(_ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    return answer(try await suppression(context, view), view)
  }

  /// `{reason, unit, categories, sources?, from?, until}`: 201 with the suppression, which holds for reports that come
  /// about two seconds later.
  private func create(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    try requireRole(view)
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    let sources = fields.texts("sources").compactMap { text -> ReportSource? in
      if let source = ReportSource(rawValue: text) { return source }
      fields.fault(
        "sources", "unknown_value",
        "Known are \(ReportSource.allCases.map(\.rawValue).joined(separator: ", ")).")
      return nil
    }
    let draft = SuppressionDraft(
      reason: fields.text("reason"), unit: fields.text("unit").map { UnitCode($0) },
      categories: fields.texts("categories").map { CategoryCode($0) }, sources: sources, from: fields.moment("from"),
      until: fields.moment("until"))
    // A field that cannot be read is not missing as well.
    let unreadable = Set(fields.faults.map(\.field))
    for fault in draft.faults(policy: view.policy, within: view.caller.unit, now: console.now)
    where !unreadable.contains(fault.field) {
      fields.fault(fault.field, fault.code, fault.detail)
    }
    try fields.finish()
    // The draft's unit lies in a district: a city as a whole is no unit where reports come from.
    guard let district = draft.unit.flatMap({ view.policy.units.district(of: $0) }) else {
      throw Problem.invalid(fields.faults)
    }
    switch try await store.add(draft, district: district, by: view.actor.text, at: console.now) {
    case .stored(let suppression): return answer(suppression, view, status: .created)
    case .tooMany:
      throw Problem.conflict(
        code: "too_many_suppressions",
        "\(SuppressionStore.maxRunning) suppressions have not ended; end those that are no longer needed.")
    }
  }

  /// Ends it at once: 200 with the suppression; 409 when it was over already.
  private func end(_ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    try requireRole(view)
    let suppression = try await suppression(context, view)
    guard book(view).mayEnd(suppression) else {
      throw Problem.forbidden(code: "outside_unit", "It is of \(suppression.unit), which is not under your unit.")
    }
    let ended = try await store.end(
      suppression.id, of: suppression.district, by: view.actor.text, at: console.now)
    guard let ended else {
      throw Problem.conflict(code: "already_over", "The suppression was over before.")
    }
    return answer(ended, view)
  }

  private func requireRole(_ view: CallerView) throws(Problem) {
    guard Self.roles.contains(view.caller.role) else {
      throw .forbidden(code: "role", "Reports are suppressed by dispatchers and supervisors.")
    }
  }

  private func suppression(_ context: AuthenticatedContext, _ view: CallerView) async throws -> Suppression {
    if let id = context.parameters.get("id"), let found = try await book(view).suppression(id) { return found }
    throw Problem.notFound("There is no such suppression.")
  }

  private func book(_ view: CallerView) -> SuppressionBook { SuppressionBook(console: console, view: view) }
}

// MARK: Documents

extension SuppressionRoutes {
  private func answer(
    _ suppression: Suppression, _ view: CallerView, status: HTTPResponse.Status = .ok
  ) -> Response {
    let now = console.now
    return .json(status) { writer in
      writer.beginObject()
      write(suppression, view, now, to: &writer)
      writer.endObject()
    }
  }

  private func write(_ suppression: Suppression, _ view: CallerView, _ now: Instant, to writer: inout JSONWriter) {
    writer.member("id", suppression.id)
    writer.member("state", suppression.state(at: now).rawValue)
    writer.member("reason", suppression.reason)
    writer.member("unit", unit: suppression.unit, policy: view.policy)
    writer.member("categories", texts: suppression.categories.map(\.text))
    writer.member("sources", texts: suppression.sources.map(\.rawValue))
    writer.member("from", suppression.from, in: view.zone)
    writer.member("until", suppression.until, in: view.zone)
    writer.member("created_by", suppression.createdBy)
    writer.member("created_at", suppression.createdAt, in: view.zone)
    writer.member("ended_by", suppression.endedBy)
    writer.member("ended_at", suppression.endedAt, in: view.zone)
    writer.member("case_id", suppression.anchor?.description)
    writer.member("reports", suppression.reports)
  }
}

/// Where a list of suppressions goes on: by when and as what the last one was made.
struct SuppressionCursor: Hashable {
  let at: Instant
  let id: String

  init(_ suppression: Suppression) {
    at = suppression.createdAt
    id = suppression.id
  }

  /// `<microseconds>.<id>`
  var text: String { "\(at.microseconds).\(id)" }

  init?(_ text: String) {
    let parts = text.split(separator: ".", maxSplits: 1)
    guard parts.count == 2, let microseconds = Int64(parts[0]) else { return nil }
    at = Instant(microseconds: microseconds)
    id = String(parts[1])
  }
}
