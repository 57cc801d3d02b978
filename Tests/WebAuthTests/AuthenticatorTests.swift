import Cryptography
import Domain
import Journal
import Logging
import Platform
import PostgresClient
import TestSupport
import Testing

@testable import WebAuth

/// An authenticator on a fresh, migrated database with a clock that is moved by hand.
private struct Fixture {
  let store: AccountStore
  let authenticator: Authenticator
  let clock = ManualClock(microseconds: 1_772_410_500_000_000)

  init(cacheMilliseconds: Int64 = 0) async throws {
    let configuration = try await TestPostgres.shared.database(named: "webauth")
    _ = try await Migrator(configuration: configuration).migrate()
    store = AccountStore(
      pool: PostgresPool(
        configuration, limits: .patient(), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }))
    var limits = AuthenticationLimits()
    limits.cacheMilliseconds = cacheMilliseconds
    limits.sessionSeconds = 3_600
    authenticator = Authenticator(
      store: store, hasher: PasswordHasher(cost: .minimal), limits: limits, clock: clock)
  }

  func addHandler() async throws {
    let added = try await store.putUser(
      district: "440306", username: "handler@440306", role: .handler, unit: "440306", department: "urban",
      password: try PasswordHash(password: "right", cost: .minimal), at: now)
    #expect(added)
  }

  func signIn(_ password: String = "right") async throws -> Session {
    try await authenticator.signIn(username: "handler@440306", password: password, address: "127.0.0.1")
  }

  var now: Instant { Instant(microseconds: clock.microseconds) }
}

@Suite struct AuthenticatorTests {
  @Test func peopleOfACityAreKeptUnderItsCode() async throws {
    let fixture = try await Fixture()
    func put(in district: UnitCode) async throws -> Bool {
      try await fixture.store.putUser(
        district: district, username: "supervisor@440300", role: .supervisor, unit: district, department: nil,
        password: try PasswordHash(password: "right", cost: .minimal), at: fixture.now)
    }
    #expect(try await put(in: "440300"))
    #expect(try await !put(in: "440306"), "one name, one account, in a city and its districts")
    let session = try await fixture.authenticator.signIn(
      username: "supervisor@440300", password: "right", address: nil)
    let caller = try await fixture.authenticator.caller(of: .session(session.token))
    #expect(caller.district == "440300" && caller.unit == "440300")
  }

  @Test func signsInAndOut() async throws {
    let fixture = try await Fixture()
    try await fixture.addHandler()
    let session = try await fixture.signIn()
    #expect(session.expiresAt == fixture.now.adding(seconds: 3_600))
    let caller = try await fixture.authenticator.caller(of: .session(session.token))
    #expect(
      caller
        == Caller(
          name: "handler@440306", kind: .user, role: .handler, unit: "440306", department: "urban",
          district: "440306"))
    #expect(caller == session.caller)
    try await fixture.authenticator.signOut(session.token)
    try await fixture.authenticator.signOut(session.token)
    await #expect(throws: AuthenticationError.invalid) {
      try await fixture.authenticator.caller(of: .cookie(session.token))
    }
  }

  @Test func refusesWrongPasswordsAndUnknownUsersAlike() async throws {
    let fixture = try await Fixture()
    try await fixture.addHandler()
    await #expect(throws: AuthenticationError.wrongPassword) { try await fixture.signIn("wrong") }
    for name in ["nobody", String(repeating: "x", count: 100_000), ""] {
      await #expect(throws: AuthenticationError.wrongPassword) {
        try await fixture.authenticator.signIn(username: name, password: "right", address: nil)
      }
    }
  }

  @Test func stopsGuessing() async throws {
    let fixture = try await Fixture()
    try await fixture.addHandler()
    for _ in 0..<fixture.authenticator.limits.signIn.maxFailuresOfUser {
      await #expect(throws: AuthenticationError.wrongPassword) { try await fixture.signIn("wrong") }
    }
    let error = await #expect(throws: AuthenticationError.self) { try await fixture.signIn() }
    guard case .tooManyAttempts(let seconds) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect((1...300).contains(seconds))
  }

  @Test func sessionsEnd() async throws {
    let fixture = try await Fixture()
    try await fixture.addHandler()
    let session = try await fixture.signIn()
    fixture.clock.advance(microseconds: 3_599_000_000)
    _ = try await fixture.authenticator.caller(of: .session(session.token))
    fixture.clock.advance(microseconds: 1_000_000)
    await #expect(throws: AuthenticationError.invalid) {
      try await fixture.authenticator.caller(of: .session(session.token))
    }
    #expect(try await fixture.store.removeSessions(of: "440306", endedBefore: fixture.now.adding(seconds: 1)) == 1)
  }

  @Test func disablingAUserEndsItsSessions() async throws {
    let fixture = try await Fixture()
    try await fixture.addHandler()
    let session = try await fixture.signIn()
    #expect(
      try await fixture.store.disableUser(district: "440306", username: "handler@440306", at: fixture.now))
    await #expect(throws: AuthenticationError.invalid) {
      try await fixture.authenticator.caller(of: .session(session.token))
    }
    await #expect(throws: AuthenticationError.wrongPassword) { try await fixture.signIn() }
    try await fixture.addHandler()
    _ = try await fixture.signIn()
    await #expect(throws: AuthenticationError.invalid) {
      try await fixture.authenticator.caller(of: .session(session.token))
    }
  }

  @Test func usernamesAreUniqueOverDistricts() async throws {
    let fixture = try await Fixture()
    try await fixture.addHandler()
    #expect(
      try await !fixture.store.putUser(
        district: "440305", username: "handler@440306", role: .admin, unit: "440305", department: nil,
        password: try PasswordHash(password: "other", cost: .minimal), at: fixture.now))
    #expect(try await fixture.store.users(of: "440306").map(\.username) == ["handler@440306"])
    #expect(try await fixture.store.users(of: "440305").isEmpty)
  }

  @Test func keysAreStoredHashedAndCanBeRevoked() async throws {
    let fixture = try await Fixture()
    let key = try await fixture.store.createKey(
      district: "440306", name: "camera-1", role: .source, unit: "440306001", source: "camera", at: fixture.now)
    let caller = try await fixture.authenticator.caller(of: .key(key))
    #expect(caller.name == "camera-1")
    #expect(caller.kind == .key)
    #expect(caller.role == .source)
    #expect(caller.source == "camera")
    #expect(caller.unit == "440306001")

    let wrong = try #require(APIKey(text: "glk_\(key.identifier)_\(String(repeating: "A", count: 43))"))
    await #expect(throws: AuthenticationError.invalid) { try await fixture.authenticator.caller(of: .key(wrong)) }

    #expect(try await fixture.store.revokeKey(district: "440306", identifier: key.identifier, at: fixture.now))
    #expect(try await !fixture.store.revokeKey(district: "440306", identifier: key.identifier, at: fixture.now))
    await #expect(throws: AuthenticationError.invalid) { try await fixture.authenticator.caller(of: .key(key)) }
    #expect(try await fixture.store.keys(of: "440306").first?.revokedAt == fixture.now)
  }

  @Test func aRevokedKeyWorksOnlyAsLongAsTheCacheTrustsIt() async throws {
    let fixture = try await Fixture(cacheMilliseconds: 60_000)
    let key = try await fixture.store.createKey(
      district: "440306", name: "camera-1", role: .source, unit: "440306", at: fixture.now)
    _ = try await fixture.authenticator.caller(of: .key(key))
    _ = try await fixture.store.revokeKey(district: "440306", identifier: key.identifier, at: fixture.now)
    _ = try await fixture.authenticator.caller(of: .key(key))
    fixture.authenticator.cache.forget { $0.name == "camera-1" }
    await #expect(throws: AuthenticationError.invalid) { try await fixture.authenticator.caller(of: .key(key)) }
  }
}
