import Casework
import Cryptography
import Domain
import Logging
import Operations
import WebAuth
import Wire

/// What is done with accounts of people.
enum UserAction: String, CaseIterable, Sendable {
  /// Another role, unit and department.
  case change
  case setPassword = "set_password"
  case disable, enable
}

/// The people of an administrator's unit and all below it: made, changed, let in and shut out.
struct UserDirectory: Sendable {
  /// Random bytes of a password that is made.
  static let passwordBytes = 12

  static let minPasswordCharacters = 8

  let console: Console
  let view: CallerView

  private var store: AccountStore { AccountStore(pool: console.pool) }

  /// Everyone whose unit the administrator has charge of, by name.
  func users() async throws -> [UserAccount] {
    var found: [UserAccount] = []
    for home in view.homes { found += try await store.users(of: home) }
    return found.filter { view.covers($0.unit) }.sorted { $0.username < $1.username }
  }

  func find(_ username: String?) async throws -> UserAccount {
    if let username = username.flatMap({ PercentEncoding.decode($0) }) {
      for user in try await store.users(named: username)
      where view.homes.contains(user.district) && view.covers(user.unit) {
        return user
      }
    }
    throw Problem.notFound("There is no such user under your unit.")
  }

  /// `{username, role, unit, department?, password?}`.
  ///
  /// - Returns: the user, and the password where it was made here.
  func create(_ body: JSONValue) async throws -> (user: UserAccount, password: String?) {
    var fields = try BodyFields(body)
    let username = fields.requiredText("username")
    if username.utf8.count > AccountStore.maxUsernameBytes {
      fields.fault("username", "too_long", "A name has at most \(AccountStore.maxUsernameBytes) bytes.")
    } else if username.contains(where: { $0.isWhitespace || $0 == "/" || $0 == ":" }) {
      fields.fault("username", "malformed_name", "A name has no spaces, slashes or colons.")
    }
    let role = self.role(&fields)
    let post = view.post(&fields, role: role)
    let (password, made) = self.password(&fields)
    try fields.finish()
    guard let role, let post else { throw Problem.invalid(fields.faults) }
    guard try await store.users(named: username).isEmpty else {
      throw Problem.invalid([
        Problem.FieldFault(field: "username", code: "taken", detail: "There is a user of this name.")
      ])
    }
    let act = console.act("user_made", on: username, in: post.home, by: view)
    let isAdded = try await store.putUser(
      district: post.home, username: username, role: role, unit: post.unit, department: post.department,
      password: try await console.authenticator.hash(password: password), at: console.authenticator.now,
      noting: act.note)
    guard isAdded else { throw Problem.conflict(code: "taken", "There is a user of this name.") }
    console.log(act)
    return (try await find(PercentEncoding.encode(username)), made)
  }

  /// - Returns: the user as it is afterwards, and the password where a new one was made here.
  func act(_ body: JSONValue, on username: String?) async throws -> (user: UserAccount, password: String?) {
    var fields = try BodyFields(body)
    let action = fields.requiredChoice("action", of: UserAction.self)
    let user = try await find(username)
    var made: String?
    guard let action else { throw Problem.invalid(fields.faults) }
    // Who shuts out or demotes themselves may leave nobody who could mend it.
    if user.username == view.caller.name, action == .disable || action == .change {
      throw Problem.conflict(code: "own_account", "Nobody disables or changes their own account.")
    }
    let act = console.act("user_\(action.rawValue)", on: user.username, in: user.district, by: view)
    let isDone: Bool
    switch action {
    case .change:
      let role = self.role(&fields)
      let post = view.post(&fields, role: role)
      try fields.finish()
      guard let role, let post else { throw Problem.invalid(fields.faults) }
      guard post.home == user.district else {
        throw Problem.conflict(code: "other_district", "An account stays in its district; make a new one there.")
      }
      isDone = try await store.changeUser(
        district: user.district, username: user.username, role: role, unit: post.unit, department: post.department,
        noting: act.note)
    case .setPassword:
      let password = self.password(&fields)
      try fields.finish()
      made = password.made
      isDone = try await store.setPassword(
        district: user.district, username: user.username,
        password: try await console.authenticator.hash(password: password.text), at: console.authenticator.now,
        noting: act.note)
    case .disable:
      try fields.finish()
      isDone = try await store.disableUser(
        district: user.district, username: user.username, at: console.authenticator.now, noting: act.note)
    case .enable:
      try fields.finish()
      isDone = try await store.enableUser(district: user.district, username: user.username, noting: act.note)
    }
    console.authenticator.forget(.user, named: user.username)
    if isDone { console.log(act) }
    return (try await find(PercentEncoding.encode(user.username)), made)
  }

  private func role(_ fields: inout BodyFields) -> Role? {
    guard !fields.requiredText("role").isEmpty, let role = fields.choice("role", of: Role.self) else { return nil }
    if role == .source { fields.fault("role", "unknown_value", "A machine has a key.") }
    return role
  }

  /// The password that was given, or one that is made.
  private func password(_ fields: inout BodyFields) -> (text: String, made: String?) {
    guard let given = fields.text("password") else {
      let made = Base64.url.encode(RandomBytes.make(Self.passwordBytes))
      return (made, made)
    }
    if given.count < Self.minPasswordCharacters || given.utf8.count > PasswordHash.maxPasswordBytes {
      fields.fault(
        "password", "bad_password", "A password has at least \(Self.minPasswordCharacters) characters.")
    }
    return (given, nil)
  }
}
