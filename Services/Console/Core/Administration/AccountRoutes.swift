import Casework
import Domain
import HTTPTypes
import Hummingbird
import Logging
import Operations
import WebAuth
import Wire

/// Accounts of people and keys of machines, by administrators.
struct AccountRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("users") { request, context in try await users(request, context) }
    group.post("users") { request, context in try await createUser(request, context) }
    group.post("users/:name/actions") { request, context in try await act(request, context) }
    group.get("keys") { request, context in try await keys(request, context) }
    group.post("keys") { request, context in try await createKey(request, context) }
    group.post("keys/:id/actions") { request, context in try await limitKey(request, context) }
    group.delete("keys/:id") { _, context in try await revokeKey(context) }
  }

  private func users(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    try QueryFields(request).finish()
    let users = try await UserDirectory(console: console, view: view).users()
    return .json { writer in
      writer.page(users, next: nil) { writer, user in
        writer.beginObject()
        write(user, view, to: &writer)
        writer.endObject()
      }
    }
  }

  /// 201 with the user and, where none was given, the password: this once.
  private func createUser(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    let body = try await request.collectJSON(limits: BodyFields.limits)
    let made = try await UserDirectory(console: console, view: view).create(body)
    return answer(made, view, .created)
  }

  private func act(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    let body = try await request.collectJSON(limits: BodyFields.limits)
    let done = try await UserDirectory(console: console, view: view).act(body, on: context.parameters.get("name"))
    return answer(done, view, .ok)
  }

  private func answer(
    _ done: (user: UserAccount, password: String?), _ view: CallerView, _ status: HTTPResponse.Status
  ) -> Response {
    .json(status, headers: [.cacheControl: "no-store"]) { writer in
      writer.beginObject()
      write(done.user, view, to: &writer)
      if let password = done.password { writer.member("password", password) }
      writer.endObject()
    }
  }

  private func write(_ user: UserAccount, _ view: CallerView, to writer: inout JSONWriter) {
    writer.member("username", user.username)
    writer.member("role", user.role.rawValue)
    writer.member("unit", user.unit.text)
    writer.member("department", user.department?.text)
    writer.member("district", user.district.text)
    writer.member("created_at", user.createdAt, in: view.zone)
    writer.member("disabled_at", user.disabledAt, in: view.zone)
  }

  private func keys(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    try QueryFields(request).finish()
    let keys = try await KeyRing(console: console, view: view).keys()
    return .json { writer in
      writer.page(keys, next: nil) { writer, key in
        writer.beginObject()
        write(key, view, to: &writer)
        writer.endObject()
      }
    }
  }

  private func write(_ key: APIKeyAccount, _ view: CallerView, to writer: inout JSONWriter) {
    writer.member("id", key.identifier)
    writer.member("name", key.name)
    writer.member("role", key.role.rawValue)
    writer.member("unit", key.unit.text)
    writer.member("source", key.source)
    writer.member("reports_per_minute", key.reportsPerMinute)
    writer.member("created_at", key.createdAt, in: view.zone)
    writer.member("revoked_at", key.revokedAt, in: view.zone)
  }

  /// 201 with the key: this once.
  private func createKey(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    let key = try await KeyRing(console: console, view: view)
      .create(try await request.collectJSON(limits: BodyFields.limits))
    return .json(.created, headers: [.cacheControl: "no-store"]) { writer in
      writer.beginObject()
      writer.member("id", key.identifier)
      writer.member("key", key.text)
      writer.endObject()
    }
  }

  /// `{action: limit, reports_per_minute?}`: 200 with the key; without a number it is no longer limited.
  private func limitKey(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    let body = try await request.collectJSON(limits: BodyFields.limits)
    let key = try await KeyRing(console: console, view: view).act(body, on: context.parameters.get("id"))
    return .json { writer in
      writer.beginObject()
      write(key, view, to: &writer)
      writer.endObject()
    }
  }

  private func revokeKey(_ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    try await KeyRing(console: console, view: view).revoke(context.parameters.get("id"))
    return Response(status: .noContent)
  }
}

/// What is done with keys of machines, besides making and revoking them.
enum KeyAction: String, CaseIterable, Sendable {
  /// Another limit, or none.
  case limit
}

/// The keys of machines under an administrator's unit.
struct KeyRing: Sendable {
  let console: Console
  let view: CallerView

  private var store: AccountStore { AccountStore(pool: console.pool) }

  func keys() async throws -> [APIKeyAccount] {
    var found: [APIKeyAccount] = []
    for home in view.homes { found += try await store.keys(of: home) }
    return found.filter { view.covers($0.unit) }
  }

  /// `{name, unit, source?, role?, reports_per_minute?}`; the role is that of a source unless another is named.
  func create(_ body: JSONValue) async throws -> APIKey {
    var fields = try BodyFields(body)
    let name = fields.requiredText("name")
    let role = fields.choice("role", of: Role.self) ?? .source
    let source = fields.choice("source", of: ReportSource.self)
    let limit = limit(&fields)
    let post = view.post(&fields, role: nil)
    try fields.finish()
    guard let post else { throw Problem.invalid(fields.faults) }
    let act = console.act("key_made", on: name, in: post.home, by: view)
    let key = try await store.createKey(
      district: post.home, name: name, role: role, unit: post.unit, source: source?.rawValue,
      reportsPerMinute: limit, at: console.authenticator.now, noting: act.note)
    console.log(act)
    return key
  }

  /// - Returns: the key as it is afterwards.
  /// - Throws: 404 for a key that is unknown or worthless.
  func act(_ body: JSONValue, on identifier: String?) async throws -> APIKeyAccount {
    var fields = try BodyFields(body)
    _ = fields.requiredChoice("action", of: KeyAction.self)
    let limit = limit(&fields)
    try fields.finish()
    let known = try await find(identifier)
    let act = console.act("key_limited", on: known.name, in: known.district, by: view)
    guard
      try await store.limitKey(
        district: known.district, identifier: known.identifier, reportsPerMinute: limit, noting: act.note)
    else { throw Self.unknown }
    console.log(act)
    console.authenticator.forget(.key, named: known.name)
    return try await find(identifier)
  }

  private func limit(_ fields: inout BodyFields) -> Int32? {
    let limit = fields.ordinal("reports_per_minute")
    if let limit, !ReportAllowance.perMinute.contains(limit) {
      fields.fault(
        "reports_per_minute", "out_of_range", "A limit is at most \(ReportAllowance.perMinute.upperBound).")
    }
    return limit
  }

  private func find(_ identifier: String?) async throws -> APIKeyAccount {
    guard let known = try await keys().first(where: { $0.identifier == identifier && $0.revokedAt == nil }) else {
      throw Self.unknown
    }
    return known
  }

  private static var unknown: Problem { .notFound("There is no such key under your unit that is not revoked.") }

  /// - Throws: 404 for a key that is unknown or worthless already.
  func revoke(_ identifier: String?) async throws {
    let known = try await find(identifier)
    let act = console.act("key_revoked", on: known.name, in: known.district, by: view)
    guard
      try await store.revokeKey(
        district: known.district, identifier: known.identifier, at: console.authenticator.now, noting: act.note)
    else { throw Self.unknown }
    console.log(act)
    console.authenticator.forget(.key, named: known.name)
  }
}
