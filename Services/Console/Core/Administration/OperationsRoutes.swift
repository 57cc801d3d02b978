import Casework
import Cryptography
import Domain
import Hummingbird
import Operations
import WebAuth
import Wire

/// How the deployment stands: services and their lag, quarantine, deliveries, versions of the network, and who read
/// what.
struct OperationsRoutes: Sendable {
  /// Deliveries by what became of them.
  enum DeliveryState: String, CaseIterable, Sendable {
    case pending, failed, delivered
  }

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("services") { request, context in try await services(request, context) }
    group.get("quarantine") { request, context in try await quarantine(request, context) }
    group.get("deliveries") { request, context in try await deliveries(request, context) }
    group.get("policies") { request, context in try await policies(request, context) }
    group.get("access/sign-ins") { request, context in try await signIns(request, context) }
    group.get("access/acts") { request, context in try await acts(request, context) }
    group.get("access/reveals") { request, context in try await reveals(request, context) }
  }

  private func store(_ view: CallerView) -> OperationsStore {
    OperationsStore(pool: console.pool, districts: view.territory.districts)
  }

  /// A list that takes no fields, for administrators: each row an object of these members.
  private func listing<Row: Sendable>(
    _ request: Request, _ context: AuthenticatedContext, rows: (CallerView) async throws -> [Row],
    members: (inout JSONWriter, Row, CallerView) -> Void
  ) async throws -> Response {
    let view = try console.administratorView(context)
    try QueryFields(request).finish()
    return page(try await rows(view)) { writer, row in members(&writer, row, view) }
  }

  private func page<Row>(_ rows: [Row], members: (inout JSONWriter, Row) -> Void) -> Response {
    .json { writer in
      writer.page(rows, next: nil) { writer, row in
        writer.beginObject()
        members(&writer, row)
        writer.endObject()
      }
    }
  }

  private func services(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    try QueryFields(request).finish()
    let instances = try await store(view).instances()
    let consumers = try await store(view).consumers()
    return .json { writer in
      writer.beginObject()
      writer.objects("services", instances) { writer, instance in
        writer.member("service", instance.service)
        writer.member("instance", instance.name)
        writer.member("version", instance.version)
        writer.member("up_seconds", instance.upMicroseconds / 1_000_000)
        writer.member("silent", instance.isSilent)
        writer.member("heartbeat_age_ms", instance.silentMicroseconds / 1_000)
      }
      writer.objects("consumers", consumers) { writer, place in
        writer.member("consumer", place.consumer)
        writer.member("district", place.district.text)
        writer.member("position", place.seq)
        writer.member("head", place.head)
        writer.member("lag", place.lag)
        writer.member("quarantined", place.quarantined)
      }
      writer.endObject()
    }
  }

  private func quarantine(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    try await listing(request, context) { view in
      try await store(view).quarantine()
    } members: { writer, entry, view in
      writer.member("case_id", entry.caseID.description)
      writer.member("consumer", entry.consumer)
      writer.member("first_seq", entry.firstSeq)
      writer.member("fault", entry.fault)
      writer.member("since", entry.since, in: view.zone)
      writer.member("released", entry.isReleased)
    }
  }

  private func deliveries(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    var fields = try QueryFields(request)
    let asked: [DeliveryState] = fields.choices("state")
    try fields.finish()
    let states = asked.isEmpty ? [.failed, .pending] : asked
    return page(try await store(view).deliveries(states.map(\.rawValue))) { writer, delivery in
      writer.member("id", delivery.id)
      writer.member("case_id", delivery.caseID?.description)
      writer.member("channel", delivery.channel)
      writer.member("notice", delivery.notice)
      writer.member("state", delivery.state)
      writer.member("attempts", delivery.attempts)
      writer.member("created_at", delivery.createdAt, in: view.zone)
      writer.member("next_attempt_at", delivery.nextAttemptAt, in: view.zone)
      writer.member("delivered_at", delivery.deliveredAt, in: view.zone)
      writer.member("last_fault", delivery.fault)
    }
  }

  private func policies(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    try await listing(request, context) { view in
      try await store(view).policies()
    } members: { writer, policy, view in
      writer.member("district", policy.district.text)
      writer.member("version", policy.version)
      writer.member("name", policy.name)
      writer.member("applied_at", policy.appliedAt, in: view.zone)
      writer.member("applied_by", policy.appliedBy)
      writer.member("sha256", Hexadecimal.encode(policy.digest))
    }
  }

  private func signIns(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    try await listing(request, context) { view in
      try await AccessLog(console: console, view: view).signIns()
    } members: { writer, record, view in
      writer.member("username", record.username)
      writer.member("at", record.at, in: view.zone)
      writer.member("expires_at", record.expiresAt, in: view.zone)
      writer.member("ended_at", record.endedAt, in: view.zone)
    }
  }

  private func acts(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    try await listing(request, context) { view in
      try await AccessLog(console: console, view: view).acts()
    } members: { writer, act, view in
      writer.member("at", act.at, in: view.zone)
      writer.member("actor", act.actor)
      writer.member("act", act.act)
      writer.member("subject", act.subject)
      writer.member("district", act.district.text)
    }
  }

  private func reveals(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    try await listing(request, context) { view in
      try await AccessLog(console: console, view: view).reveals()
    } members: { writer, record, view in
      writer.member("case_id", record.caseID.description)
      writer.member("actor", record.actor)
      writer.member("at", record.at, in: view.zone)
      writer.member("reason", record.reason)
    }
  }
}

/// Who signed in and who read what, of the people and cases under an administrator's unit.
struct AccessLog: Sendable {
  let console: Console
  let view: CallerView

  func signIns() async throws -> [SignInRecord] {
    let known = Set(try await UserDirectory(console: console, view: view).users().map(\.username))
    var found: [SignInRecord] = []
    for home in view.homes {
      found += try await AccountStore(pool: console.pool).signIns(of: home, limit: OperationsStore.maxRows)
    }
    return found.filter { known.contains($0.username) }.sorted { $1.at < $0.at }
  }

  /// What administrators and operators did in whole districts; of an administrator of a part of one, nothing.
  func acts() async throws -> [AdministrativeAct] {
    guard view.territory.isWhole else { return [] }
    return try await AdministrativeActs(pool: console.pool)
      .newest(of: Array(Set(view.territory.districts + view.homes)), limit: OperationsStore.maxRows)
  }

  /// Those of cases that the administrator sees.
  func reveals() async throws -> [RevealRecord] {
    let records = try await OperationsStore(pool: console.pool, districts: view.territory.districts)
      .reveals(console.reader)
    guard !view.territory.isWhole else { return records }
    var seen: [RevealRecord] = []
    for record in records where try await console.cases.find(record.caseID, view.sight) != nil { seen.append(record) }
    return seen
  }
}
