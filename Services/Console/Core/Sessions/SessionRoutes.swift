import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// Signing in and out by programs; the web pages have forms of their own (`SignInPages`).
struct SessionRoutes: Sendable {
  let console: Console

  /// Routes for those who are not signed in yet.
  func addOpen(to router: Hummingbird.Router<AuthenticatedContext>) {
    router.post("v1/sessions") { request, context in try await signIn(request, context) }
  }

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("sessions/me") { _, context in try me(context) }
    group.delete("sessions") { _, context in try await signOut(context) }
  }

  /// `{username, password}` → 201 `{token, expires_at, user}`.
  private func signIn(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    var fields = try BodyFields(try await request.collectJSON(limits: JSONLimits(maxBytes: 4 << 10)))
    let username = fields.requiredText("username")
    let password = fields.requiredText("password")
    try fields.finish()
    let session = try await console.authenticator.signIn(
      username: username, password: password, address: context.clientAddress)
    let zone = console.policies.network(ofAccountsIn: session.caller.district)?.policy.calendar.zone ?? .utc
    return .json(.created, headers: [.cacheControl: "no-store"]) { writer in
      writer.beginObject()
      writer.member("token", session.token.text)
      writer.member("expires_at", session.expiresAt, in: zone)
      writer.key("user")
      writeUser(session.caller, to: &writer)
      writer.endObject()
    }
  }

  /// Who the caller is, with the time of the server; for browsers also what proves that our own page asks.
  private func me(_ context: AuthenticatedContext) throws -> Response {
    let view = try console.view(context)
    return Response.json(headers: [.cacheControl: "no-store"]) { writer in
      writer.beginObject()
      writeMembers(of: view.caller, to: &writer)
      writer.member("now", console.now, in: view.zone)
      if case .cookie(let token)? = context.authentication?.credential {
        writer.member("form_token", CrossSite.token(of: token))
      }
      writer.endObject()
    }
  }

  private func signOut(_ context: AuthenticatedContext) async throws -> Response {
    _ = try context.requireCaller()
    switch context.authentication?.credential {
    case .session(let token)?: try await console.authenticator.signOut(token)
    case .cookie(let token)?:
      try await console.authenticator.signOut(token)
      var response = Response(status: .noContent)
      response.setCookie(SessionCookie.clear(isSecure: console.cookiesAreSecure))
      return response
    case .key?, nil: throw Problem.conflict(code: "not_a_session", "A key is not signed in; it can only be revoked.")
    }
    return Response(status: .noContent)
  }

  private func writeUser(_ caller: Caller, to writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(of: caller, to: &writer)
    writer.endObject()
  }

  private func writeMembers(of caller: Caller, to writer: inout JSONWriter) {
    writer.member("username", caller.name)
    writer.member("role", caller.role.rawValue)
    writer.member("unit", caller.unit.text)
    writer.member("department", caller.department?.text)
    writer.member("district", caller.district.text)
  }
}
