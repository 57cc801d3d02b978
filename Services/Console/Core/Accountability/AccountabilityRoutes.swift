import Casework
import Domain
import HTTPTypes
import Hummingbird
import Journal
import Operations
import PostgresClient
import WebAuth
import Wire

/// The desk of discipline inspection: records, their evidence, statements and findings.
struct AccountabilityRoutes: Sendable {
  let console: Console

  private var store: AccountabilityStore { AccountabilityStore(pool: console.pool) }

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("accountability") { request, context in try await list(request, context) }
    group.get("accountability/export.csv") { request, context in try await export(request, context) }
    group.get("accountability/:id") { _, context in try await show(context) }
    group.post("accountability/:id/actions") { request, context in try await act(request, context) }
  }

  private func list(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    var fields = try QueryFields(request)
    let filter = filter(&fields, view)
    let cursor = fields.cursor(AccountabilityCursor.init)
    let limit = fields.limit(max: AccountabilityStore.maxPageRecords)
    try fields.finish()
    let page = try await store.page(view, filter, after: cursor, limit: limit)
    let document = AccountabilityDocument(view)
    return .json { writer in
      writer.page(page.rows, next: page.next?.text) { writer, row in
        writer.beginObject()
        document.writeMembers(of: row, to: &writer)
        writer.endObject()
      }
    }
  }

  /// The records of a list as a table, at most so many as one export may have.
  private func export(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    var fields = try QueryFields(request)
    let filter = filter(&fields, view)
    try fields.finish()
    var table = AccountabilityTable(view)
    var cursor: AccountabilityCursor?
    repeat {
      let page = try await store.page(view, filter, after: cursor, limit: AccountabilityStore.maxPageRecords)
      for row in page.rows { table.add(row) }
      cursor = page.next
    } while cursor != nil && table.rowCount < AccountabilityTable.maxRows
    return .of(
      contentType: "text/csv; charset=utf-8",
      headers: [.contentDisposition: "attachment; filename=\"accountability.csv\""], bytes: table.bytes)
  }

  private func show(_ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    let row = try await find(context, view)
    let evidence = try await Evidence.gather(row, console: console, view: view)
    return try .json(headers: [.eTag: entityTag(Int64(row.record.version))]) { try evidence.write(to: &$0) }
  }

  private func act(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    let name = fields.requiredText("action")
    let note = fields.text("note") ?? ""
    if !name.isEmpty, AccountabilityAction(rawValue: name) == nil {
      let known = AccountabilityAction.allCases.map(\.rawValue).joined(separator: ", ")
      fields.fault("action", "unknown_action", "Known are \(known).")
    }
    try fields.finish()
    let expected = try request.expectedVersion()
    let row = try await find(context, view)
    guard let action = AccountabilityAction(rawValue: name) else { throw Problem.invalid(fields.faults) }
    if let expected, expected != Int64(row.record.version) {
      throw Problem.staleRecord(current: Int64(row.record.version))
    }
    let state: AccountabilityState
    do {
      state = try AccountabilityMachine.decide(
        row.record, action, note: note, by: view.actor, units: view.policy.units)
    } catch {
      throw Problem(error)
    }
    guard try await store.advance(row.record, to: state, action, note: note, by: view.actor, at: console.now) else {
      throw Problem.staleRecord(current: Int64(try await find(context, view).record.version))
    }
    return try await show(context)
  }

  /// The view of someone whose role has to do with discipline inspection.
  private func view(_ context: AuthenticatedContext) throws -> CallerView {
    let view = try console.view(context)
    switch view.caller.role {
    case .inspector, .auditor, .admin, .supervisor, .dispatcher, .handler: return view
    case .officer, .hotline, .source:
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
  }

  private func find(_ context: AuthenticatedContext, _ view: CallerView) async throws -> AccountabilityRow {
    guard let id = context.parameters.get("id").flatMap({ PercentEncoding.decode($0) }),
      let row = try await store.find(id, view)
    else { throw Problem.notFound("There is no such record, or it is not for you to see.") }
    return row
  }

  private func filter(_ fields: inout QueryFields, _ view: CallerView) -> AccountabilityFilter {
    var filter = AccountabilityFilter()
    filter.states = fields.choices("state")
    if let unit = view.unit(&fields) { filter.unitPath = view.policy.unitPath(unit) }
    if case .department(let department)? = view.lead(&fields) { filter.department = department }
    filter.openedFrom = fields.moment("from")?.start(in: view.zone)
    filter.openedBefore = fields.moment("to")?.endExclusive(in: view.zone)
    return filter
  }
}

extension Moment {
  /// The first moment meant by the beginning of a period.
  func start(in zone: ZoneRules) -> Instant {
    switch self {
    case .day(let day): zone.instant(of: day)
    case .instant(let instant): instant
    }
  }

  /// The first moment after a period: of a day, the next midnight.
  func endExclusive(in zone: ZoneRules) -> Instant {
    switch self {
    case .day(let day): zone.instant(of: day.adding(days: 1))
    case .instant(let instant): instant
    }
  }
}

extension Problem {
  static func staleRecord(current: Int64) -> Problem {
    Problem(
      .preconditionFailed, code: "stale_version", detail: "The record has changed since it was read.",
      extensions: ["version": .integer(current)])
  }

  init(_ refusal: AccountabilityRefusal) {
    switch refusal {
    case .illegalTransition(let state, let allowed):
      self = .conflict(
        code: "illegal_transition", "A record that is \(state.rawValue) does not allow this.",
        extensions: ["allowed_actions": .array(allowed.map { .string($0.rawValue) })])
    case .notYourRole(let action): self = .forbidden(code: "forbidden_action", "Your role may not \(action.rawValue).")
    case .notConcerned:
      self = .forbidden(code: "not_concerned", "A statement is given by the unit or department concerned.")
    case .noteRequired:
      self = .invalid([FieldFault(field: "note", code: "required", detail: "The reason must be given.")])
    }
  }
}
