import Casework
import Cryptography
import Domain
import GridNetwork
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
    group.get("accountability/summary") { request, context in try await summary(request, context) }
    group.get("accountability/self-checks") { request, context in try await selfChecks(request, context) }
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
    let document = AccountabilityDocument(view, now: console.now)
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
    let now = console.now
    let state: AccountabilityState
    do {
      state = try AccountabilityMachine(actor: view.actor, units: view.policy.units, now: now)
        .decide(row.record, action, note: note)
    } catch {
      throw Problem(error, zone: view.zone)
    }
    let limit = action == .acknowledge ? view.network.discipline.statementWithin : nil
    let statementDueAt = limit.map { view.policy.calendar.advance(from: now, by: $0).at }
    guard
      try await store.advance(
        row.record, to: state, action, note: note, by: view.actor, at: now, statementDueAt: statementDueAt)
    else {
      throw Problem.staleRecord(current: Int64(try await find(context, view).record.version))
    }
    return try await show(context)
  }

  /// Counts by unit, department, clock or month, of the same records that a list with these fields holds.
  private func summary(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    var fields = try QueryFields(request)
    let grouping = fields.choice("by", of: AccountabilityGrouping.self) ?? .unit
    let tier = fields.text("tier")
    if let tier, !view.policy.units.tiers.contains(where: { $0.name == tier }) {
      fields.fault("tier", "unknown_tier", "The network has no such tier.")
    }
    let filter = filter(&fields, view)
    try fields.finish()
    let scope = filter.unit ?? view.caller.unit
    let cells = try await store.cells(view, filter)
    return .json { AccountabilitySummary(view, by: grouping, scope: scope, tier: tier).write(cells, to: &$0) }
  }

  private static let checks = Statement(
    "self_checks_read",
    """
    SELECT to_char(day, 'YYYY-MM-DD'), as_of, seq, hash, policy_version, cases, clocks, rungs, gaps, findings::text,
      district
    FROM self_checks WHERE district = ANY($1) ORDER BY day DESC, district LIMIT $2
    """)

  /// The daily proofs that every clock which ran over has its rungs, the newest first.
  private func selfChecks(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    guard [.inspector, .auditor, .admin].contains(view.caller.role) else {
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    var fields = try QueryFields(request)
    let limit = fields.limit(max: AccountabilityStore.maxPageRecords)
    try fields.finish()
    let rows = try await console.pool.query(
      Self.checks, [.texts(view.territory.districts.map(\.text)), .int64(Int64(limit))])
    return try .json { writer in
      writer.beginObject()
      try writer.objects("items", rows) { writer, row in
        writer.member("district", try row.text(10))
        writer.member("day", try row.text(0))
        writer.member("as_of", try row.timestamp(1).instant, in: view.zone)
        writer.member("seq", try row.int64(2))
        writer.member("hash", Hexadecimal.encode(try row.bytes(3)))
        writer.member("policy_version", try row.int32(4))
        writer.member("cases", try row.int64(5))
        writer.member("clocks", try row.int64(6))
        writer.member("rungs", try row.int64(7))
        writer.member("gaps", try row.int64(8))
        writer.key("findings")
        writer.raw(Array(try row.text(9).utf8))
      }
      writer.endObject()
    }
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
    filter.clocks = fields.choices("clock")
    filter.findings = fields.choices("finding")
    filter.statementLate = fields.flag("statement_late")
    filter.unit = view.unit(&fields)
    filter.territory = filter.unit.map { view.policy.units.territory(of: $0) }
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

  init(_ refusal: AccountabilityRefusal, zone: ZoneRules) {
    switch refusal {
    case .illegalTransition(let state, let allowed):
      self = .conflict(
        code: "illegal_transition", "A record that is \(state.rawValue) does not allow this.",
        extensions: ["allowed_actions": .array(allowed.map { .string($0.rawValue) })])
    case .notYourRole(let action): self = .forbidden(code: "forbidden_action", "Your role may not \(action.rawValue).")
    case .notConcerned:
      self = .forbidden(code: "not_concerned", "A statement is given by the unit or department concerned.")
    case .separationOfDuty:
      self = .conflict(
        code: "separation_of_duty", "Whoever handled the case or spoke for those concerned does not decide.")
    case .secondReceiver:
      self = .forbidden(code: "second_receiver", "Discipline inspection decides this record.")
    case .statementPending(let until):
      self = .conflict(
        code: "statement_pending", "The unit may give its statement until then, and must be heard first.",
        extensions: ["until": .string(until.rfc3339(in: zone))])
    case .noteRequired:
      self = .invalid([FieldFault(field: "note", code: "required", detail: "The reason must be given.")])
    }
  }
}
