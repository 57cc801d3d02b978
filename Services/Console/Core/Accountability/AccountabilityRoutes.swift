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
  private var actions: AccountabilityActions { AccountabilityActions(console: console) }

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
    let filter = AccountabilityFilter(&fields, view)
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
    let filter = AccountabilityFilter(&fields, view)
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
    let row = try await actions.find(context.parameters.get("id"), view)
    let evidence = try await Evidence.gather(row, console: console, view: view)
    return try .json(headers: [.eTag: entityTag(Int64(row.record.version))]) { try evidence.write(to: &$0) }
  }

  private func act(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    let body = try await request.collectJSON(limits: BodyFields.limits)
    _ = try await actions.carryOut(
      body, on: context.parameters.get("id"), expected: try request.expectedVersion(), view)
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
    let filter = AccountabilityFilter(&fields, view)
    try fields.finish()
    let scope = filter.unit ?? view.caller.unit
    let cells = try await store.cells(view, filter)
    return .json { AccountabilitySummary(view, by: grouping, scope: scope, tier: tier).write(cells, to: &$0) }
  }

  /// The daily proofs that every clock which ran over has its rungs, the newest first.
  private func selfChecks(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try view(context)
    guard AccountabilityFilter.checkReaders.contains(view.caller.role) else {
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    var fields = try QueryFields(request)
    let limit = fields.limit(max: AccountabilityStore.maxPageRecords)
    try fields.finish()
    let checks = try await SelfCheckStore(pool: console.pool).newest(view.territory.districts, limit: limit)
    return .json { writer in
      writer.beginObject()
      writer.objects("items", checks) { writer, check in
        writer.member("district", check.district.text)
        writer.member("day", check.day)
        writer.member("as_of", check.asOf, in: view.zone)
        writer.member("seq", check.seq)
        writer.member("hash", Hexadecimal.encode(check.hash))
        writer.member("policy_version", check.policyVersion)
        writer.member("cases", check.cases)
        writer.member("clocks", check.clocks)
        writer.member("rungs", check.rungs)
        writer.member("gaps", check.gaps)
        writer.key("findings")
        writer.raw(Array(check.findings.utf8))
      }
      writer.endObject()
    }
  }

  /// The view of someone whose role has to do with discipline inspection.
  private func view(_ context: AuthenticatedContext) throws -> CallerView {
    let view = try console.view(context)
    guard AccountabilityFilter.readers.contains(view.caller.role) else {
      throw Problem.forbidden(code: "role", "This needs another role than \(view.caller.role.rawValue).")
    }
    return view
  }
}

extension AccountabilityFilter {
  /// Who has to do with discipline inspection.
  static let readers: Set<Role> = [.inspector, .auditor, .admin, .supervisor, .dispatcher, .handler]
  /// Who reads the daily self-checks.
  static let checkReaders: Set<Role> = [.inspector, .auditor, .admin]

  /// Reads the fields of a list's query. What is not valid is noted in `fields`.
  init(_ fields: inout QueryFields, _ view: CallerView) {
    states = fields.choices("state")
    clocks = fields.choices("clock")
    findings = fields.choices("finding")
    statementLate = fields.flag("statement_late")
    unit = view.unit(&fields)
    territory = unit.map { view.policy.units.territory(of: $0) }
    exactUnit = fields.text("at_unit").map { UnitCode($0) }
    lead = view.lead(&fields)
    openedFrom = fields.moment("from")?.start(in: view.zone)
    openedBefore = fields.moment("to")?.endExclusive(in: view.zone)
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
