import CaseworkSupport
import Domain
import HTTPTypes
import PostgresClient
import Testing
import WebAuth
import Wire

@testable import ConsoleCore

@Suite("Administration") struct AdministrationTests {
  private static let reads = [
    "/v1/users", "/v1/keys", "/v1/services", "/v1/quarantine", "/v1/deliveries", "/v1/policies",
    "/v1/access/sign-ins", "/v1/access/reveals", "/v1/access/acts", "/v1/channels/tests",
  ]

  @Test("Is for administrators alone")
  func roles() async throws {
    let door = try await ConsoleDoor.open("administration_roles")
    for person in Person.all {
      let expected: HTTPResponse.Status = person.role == .admin ? .ok : .forbidden
      for path in Self.reads {
        #expect(try await door.ask(.get, path, as: person).status == expected, "\(path) as \(person.name)")
      }
      guard person.role != .admin else { continue }
      let user: JSONValue = ["username": "mole", "role": "admin", "unit": "d"]
      #expect(try await door.ask(.post, "/v1/users", as: person, body: user).status == .forbidden)
      #expect(
        try await door.ask(.post, "/v1/users/wu/actions", as: person, body: ["action": "disable"]).status
          == .forbidden)
      #expect(
        try await door.ask(.post, "/v1/keys", as: person, body: ["name": "mole", "unit": "d"]).status == .forbidden)
      #expect(try await door.ask(.delete, "/v1/keys/x", as: person).status == .forbidden)
    }
    #expect(try await door.ask(.get, "/v1/users").status == .unauthorized)
  }

  private func signIn(_ door: ConsoleDoor, _ name: String, _ password: String) async throws -> HTTPResponse.Status {
    try await door.ask(
      .post, "/v1/sessions", body: ["username": .string(name), "password": .string(password)]
    ).status
  }

  @Test("Someone is let in, gets a new password and another post, is shut out and let in again")
  func userLife() async throws {
    let door = try await ConsoleDoor.open("administration_user")
    let made = try await door.ask(
      .post, "/v1/users", as: .admin, body: ["username": "li", "role": "dispatcher", "unit": "s1"])
    #expect(made.status == .created && made.headers[.cacheControl] == "no-store")
    let password = try #require(try made.json["password"]?.stringValue)
    #expect(try await signIn(door, "li", password) == .created)
    let li = Person(name: "li", role: .dispatcher, unit: "s1")
    let path = "/v1/users/li/actions"

    let renewed = try await door.ask(.post, path, as: .admin, body: ["action": "set_password", "password": "12345678"])
    #expect(try renewed.status == .ok && renewed.json["password"] == nil)
    #expect(try await signIn(door, "li", password) == .unauthorized)
    #expect(try await signIn(door, "li", "12345678") == .created)

    let changed = try await door.ask(
      .post, path, as: .admin,
      body: ["action": "change", "role": "handler", "unit": "d", "department": "water"])
    #expect(try changed.json["role"] == "handler" && changed.json["department"] == "water")

    let session = try await door.ask(.post, "/v1/sessions", body: ["username": "li", "password": "12345678"])
    let token = try #require(try session.json["token"]?.stringValue)
    let bearer: HTTPFields = [.authorization: "Bearer \(token)"]
    #expect(try await door.ask(.get, "/v1/sessions/me", headers: bearer).status == .ok)
    let disabled = try await door.ask(.post, path, as: .admin, body: ["action": "disable"])
    #expect(try disabled.json["disabled_at"]?.stringValue != nil)
    // At once in this process: what was remembered of them is forgotten.
    #expect(try await door.ask(.get, "/v1/sessions/me", headers: bearer).status == .unauthorized)
    #expect(try await signIn(door, li.name, "12345678") == .unauthorized)
    #expect(try await door.ask(.post, path, as: .admin, body: ["action": "enable"]).status == .ok)
    #expect(try await signIn(door, li.name, "12345678") == .created)
  }

  @Test("What is not right is said beside its field, and nothing is done")
  func faults() async throws {
    let door = try await ConsoleDoor.open("administration_faults")
    func codes(_ body: JSONValue) async throws -> [String: String] {
      let answer = try await door.ask(.post, "/v1/users", as: .admin, body: body)
      #expect(answer.status == .unprocessableContent)
      let faults = try answer.json["errors"]?.arrayValue ?? []
      return Dictionary(
        faults.compactMap { fault in
          fault["field"]?.stringValue.flatMap { field in fault["code"]?.stringValue.map { (field, $0) } }
        }, uniquingKeysWith: { first, _ in first })
    }
    #expect(try await codes([:]) == ["username": "required", "role": "required", "unit": "required"])
    #expect(
      try await codes(["username": "a b", "role": "source", "unit": "nowhere", "password": "short"])
        == ["username": "malformed_name", "role": "unknown_value", "unit": "unknown_unit", "password": "bad_password"])
    #expect(try await codes(["username": "x", "role": "handler", "unit": "d"]) == ["department": "required"])
    #expect(try await codes(["username": "wu", "role": "hotline", "unit": "d"]) == ["username": "taken"])
    let own = try await door.ask(.post, "/v1/users/admin/actions", as: .admin, body: ["action": "disable"])
    #expect(try own.status == .conflict && own.code == "own_account")
    #expect(
      try await door.ask(.post, "/v1/users/nobody/actions", as: .admin, body: ["action": "enable"]).status == .notFound)
  }

  @Test("An administrator of a street has charge of the street alone")
  func unit() async throws {
    let door = try await ConsoleDoor.open("administration_unit")
    _ = try await door.ask(
      .post, "/v1/users", as: .admin,
      body: ["username": "street", "role": "admin", "unit": "s1", "password": .string(ConsoleDoor.password)])
    let street = Person(name: "street", role: .admin, unit: "s1")
    let seen = try await door.ask(.get, "/v1/users", as: street).items.compactMap { $0["username"]?.stringValue }
    #expect(seen == ["street", "wang", "zheng"])
    let above = try await door.ask(.post, "/v1/users/wu/actions", as: street, body: ["action": "disable"])
    #expect(above.status == .notFound)
    let raised = try await door.ask(
      .post, "/v1/users", as: street, body: ["username": "own", "role": "admin", "unit": "d"])
    #expect(raised.status == .unprocessableContent && raised.text.contains("outside_unit"))
    let key = try await door.ask(.post, "/v1/keys", as: street, body: ["name": "k", "unit": "d"])
    #expect(key.status == .unprocessableContent)
  }

  @Test("A key works from when it is made until it is revoked, and is not shown again")
  func keys() async throws {
    let door = try await ConsoleDoor.open("administration_keys")
    let made = try await door.ask(
      .post, "/v1/keys", as: .admin, body: ["name": "bridge", "unit": "d", "source": "camera"])
    #expect(made.status == .created)
    let key = try #require(try made.json["key"]?.stringValue)
    let id = try #require(try made.json["id"]?.stringValue)
    let bearer: HTTPFields = [.authorization: "ApiKey \(key)"]
    #expect(try await door.ask(.get, "/v1/sessions/me", headers: bearer).status == .ok)
    let listed = try await door.ask(.get, "/v1/keys", as: .admin)
    #expect(!listed.text.contains(key) && listed.text.contains(id))
    #expect(try await door.ask(.delete, "/v1/keys/\(id)", as: .admin).status == .noContent)
    #expect(try await door.ask(.get, "/v1/sessions/me", headers: bearer).status == .unauthorized)
    #expect(try await door.ask(.delete, "/v1/keys/\(id)", as: .admin).status == .notFound)
  }

  @Test("A key's limit is set as it is made, changed and taken away; one that is revoked has none to set")
  func keyLimits() async throws {
    let door = try await ConsoleDoor.open("administration_key_limits")
    let made = try await door.ask(
      .post, "/v1/keys", as: .admin, body: ["name": "bridge", "unit": "d", "reports_per_minute": 600])
    #expect(made.status == .created)
    let id = try #require(try made.json["id"]?.stringValue)
    let path = "/v1/keys/\(id)/actions"
    func limit() async throws -> JSONValue? {
      try await door.ask(.get, "/v1/keys", as: .admin).items.first { $0["id"] == .string(id) }?["reports_per_minute"]
    }
    #expect(try await limit() == 600)
    #expect(try await door.page("/administration/keys", as: .admin).text.contains(">600<"))
    // A form sends what was typed as a text.
    let changed = try await door.ask(.post, path, as: .admin, body: ["action": "limit", "reports_per_minute": "30"])
    #expect(try changed.status == .ok && changed.json["reports_per_minute"] == 30)
    for wrong: JSONValue in [0, -1, 1_000_001, "many"] {
      let answer = try await door.ask(.post, path, as: .admin, body: ["action": "limit", "reports_per_minute": wrong])
      #expect(answer.status == .unprocessableContent && answer.text.contains("reports_per_minute"), "\(wrong)")
    }
    #expect(try await limit() == 30)
    let freed = try await door.ask(.post, path, as: .admin, body: ["action": "limit"])
    #expect(try freed.status == .ok && freed.json["reports_per_minute"] == .null)
    #expect(try await door.ask(.post, path, as: .dispatcher, body: ["action": "limit"]).status == .forbidden)
    let acts = try await door.ask(.get, "/v1/access/acts", as: .admin).items
    #expect(acts.compactMap { $0["act"]?.stringValue } == ["key_limited", "key_limited", "key_made"])
    #expect(try await door.ask(.delete, "/v1/keys/\(id)", as: .admin).status == .noContent)
    #expect(try await door.ask(.post, path, as: .admin, body: ["action": "limit"]).status == .notFound)
  }

  @Test("What cannot be noted is not done")
  func notedOrNotDone() async throws {
    let door = try await ConsoleDoor.open("administration_noted")
    func make(_ path: String, _ body: JSONValue) async throws -> Answer {
      try await door.ask(.post, path, as: .admin, body: body)
    }
    let key: JSONValue = ["name": "bridge", "unit": "d", "reports_per_minute": 5]
    let id = try #require(try await make("/v1/keys", key).json["id"]?.stringValue)
    let li: JSONValue = ["username": "li", "role": "dispatcher", "unit": "s1", "password": "12345678"]
    #expect(try await make("/v1/users", li).status == .created)
    let gone: JSONValue = ["username": "gone", "role": "dispatcher", "unit": "s1", "password": "12345678"]
    #expect(try await make("/v1/users", gone).status == .created)
    #expect(try await make("/v1/users/gone/actions", ["action": "disable"]).status == .ok)

    // Whoever notes nothing from here on fails, as one does who dies in between.
    try await door.fixture.pool.execute(
      script: "ALTER TABLE administrative_acts ADD CONSTRAINT full_up CHECK (false) NOT VALID")
    func rows() async throws -> [String] {
      try await door.fixture.pool.query(
        .unprepared(
          """
          SELECT to_jsonb(u)::text FROM users AS u UNION ALL SELECT to_jsonb(k)::text FROM api_keys AS k
          UNION ALL SELECT version::text FROM network_versions ORDER BY 1
          """)
      ).map { try $0.text(0) }
    }
    let before = try await rows()
    let acts: [(path: String, body: JSONValue)] = [
      ("/v1/keys", ["name": "mole", "unit": "d"]),
      ("/v1/keys/\(id)/actions", ["action": "limit"]),
      ("/v1/users", ["username": "mole", "role": "dispatcher", "unit": "s1"]),
      ("/v1/users/li/actions", ["action": "change", "role": "hotline", "unit": "d"]),
      ("/v1/users/li/actions", ["action": "set_password"]),
      ("/v1/users/li/actions", ["action": "disable"]),
      ("/v1/users/gone/actions", ["action": "enable"]),
    ]
    for (path, body) in acts {
      #expect(try await make(path, body).status.code >= 500, "\(path) \(body)")
      #expect(try await rows() == before, "\(path) \(body)")
    }
    #expect(try await door.ask(.delete, "/v1/keys/\(id)", as: .admin).status.code >= 500)
    #expect(try await rows() == before)
    #expect(try await signIn(door, "li", "12345678") == .created)
  }

  @Test("Quarantine, deliveries, versions, sign-ins and reveals are told")
  func state() async throws {
    let door = try await ConsoleDoor.open("administration_state")
    let id = try await door.fixture.file(category: "0201", unit: "g3", reporter: (name: "李四", phone: "13900001111"))
    let revealed = try await door.act(id, ["action": "reveal", "reason": "回访"], as: .dispatcher, version: 1)
    #expect(revealed.status == .ok)
    try await door.fixture.pool.execute(
      script: """
        INSERT INTO quarantine (district, consumer, case_number, first_seq, fault) VALUES ('d', 'stats', 1, 1, 'odd');
        INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload, state,
          attempts, next_attempt_at, last_fault, created_at)
        VALUES ('d', 1, 0, 'webhook', 'https://secret@host/path', 'filed', 1, 'zh-CN', '', 'failed', 3, now(), '502',
          now());
        """)
    let quarantine = try await door.ask(.get, "/v1/quarantine", as: .admin).items
    #expect(quarantine.first?["case_id"] == .string("\(id)") && quarantine.first?["fault"] == "odd")
    let deliveries = try await door.ask(.get, "/v1/deliveries", as: .admin)
    #expect(try deliveries.items.first?["state"] == "failed" && !deliveries.text.contains("secret"))
    #expect(try await door.ask(.get, "/v1/deliveries?state=delivered", as: .admin).items.isEmpty)
    #expect(try await door.ask(.get, "/v1/policies", as: .admin).items.first?["version"] == 1)
    let reveals = try await door.ask(.get, "/v1/access/reveals", as: .admin).items
    #expect(reveals.first?["actor"] == "user:wu" && reveals.first?["reason"] == "回访")
    let signIns = try await door.ask(.get, "/v1/access/sign-ins", as: .admin).items
    #expect(Set(signIns.compactMap { $0["username"]?.stringValue }) == ["admin", "wu"])
    for (path, text) in [("quarantine", "odd"), ("deliveries", "502"), ("log", "回访")] {
      #expect(try await door.page("/administration/\(path)", as: .admin).text.contains(text), "\(path)")
    }
  }
}
