import Transfer
import Wire

/// Speaks with console as one of its users.
struct ConsoleClient: Sendable {
  private let client: HTTPClient
  private let address: String
  private let token: String

  /// Signs in. Throws `Refusal` when console cannot be reached or refuses.
  static func signIn(_ address: String, username: String, password: String) async throws -> ConsoleClient {
    let client = HTTPClient()
    var body = JSONWriter()
    body.value(["username": .string(username), "password": .string(password)])
    let response = try await send(
      OutgoingRequest(
        method: "POST", url: address + "/v1/sessions", headers: [.init("Content-Type", "application/json")],
        body: body.bytes), client)
    guard let token = response["token"]?.stringValue else {
      throw Refusal("bad_answer", "console answers a sign-in with no token")
    }
    return ConsoleClient(client: client, address: address, token: token)
  }

  func get(_ path: String) async throws -> JSONValue {
    try await Self.send(OutgoingRequest(url: address + path, headers: headers), client)
  }

  /// - Parameter version: that is acted on; nil for what has none yet.
  func post(_ path: String, _ body: JSONValue, version: Int64? = nil) async throws -> JSONValue {
    let precondition = version.map { [OutgoingRequest.Header("If-Match", String($0))] } ?? []
    return try await Self.send(
      OutgoingRequest(
        method: "POST", url: address + path,
        headers: headers + [.init("Content-Type", "application/json")] + precondition, body: body.bytes()), client)
  }

  /// Ends the session. What cannot be ended runs out by itself.
  func signOut() async {
    _ = try? await client.send(OutgoingRequest(method: "DELETE", url: address + "/v1/sessions", headers: headers))
    client.close()
  }

  private var headers: [OutgoingRequest.Header] { [.init("Authorization", "Bearer " + token)] }

  private static func send(_ request: OutgoingRequest, _ client: HTTPClient) async throws -> JSONValue {
    let response: IncomingResponse
    do {
      response = try await client.send(request)
    } catch {
      throw Refusal("unreachable", "console cannot be reached: \(error.reason)")
    }
    let value =
      (try? JSONParser.parse(response.body, limits: JSONLimits(maxBytes: 64 << 20, maxMembers: 4_000_000)))
      ?? .null
    guard (200..<300).contains(response.status) else {
      var detail = value["detail"]?.stringValue ?? value["title"]?.stringValue ?? "status \(response.status)"
      let allowed = (value["allowed_actions"] ?? value["allowed"])?.arrayValue?.compactMap(\.stringValue) ?? []
      if !allowed.isEmpty { detail += " Allowed: \(allowed.joined(separator: ", "))." }
      for fault in value["errors"]?.arrayValue ?? [] {
        detail += "\n  \(fault["field"]?.stringValue ?? ""): \(fault["detail"]?.stringValue ?? "")"
      }
      throw Refusal(value["code"]?.stringValue ?? "http_\(response.status)", detail)
    }
    return value
  }
}

extension Stack {
  /// Signs in as a user of the demo file, or with a password from standard input.
  func console(as username: String?, passwordFromInput: Bool) async throws -> ConsoleClient {
    let users = try DemoFile.read(demoPath)?.users ?? []
    if passwordFromInput {
      guard let username else { throw Refusal("no_user", "say who signs in: --as USER") }
      return try await .signIn(consoleAddress, username: username, password: readLine() ?? "")
    }
    let found = username.map { name in users.first { $0.username == name } } ?? users.first { $0.role == "admin" }
    guard let found else {
      throw Refusal(
        "no_password", "\(demoPath) has no password of \(username ?? "an admin"); give it with --password-stdin")
    }
    return try await .signIn(consoleAddress, username: found.username, password: found.password)
  }
}
