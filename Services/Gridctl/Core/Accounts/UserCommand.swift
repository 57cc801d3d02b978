import ArgumentParser
import Cryptography
import Domain
import GridNetwork
import PostgresClient
import WebAuth
import Wire

struct UserCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "user", abstract: "People who may sign in.",
    subcommands: [UserAddCommand.self, UserListCommand.self, UserDisableCommand.self])
}

/// What an account may do, and where.
struct AccountOptions: ParsableArguments {
  @Option(help: "\(Role.allCases.map(\.rawValue).joined(separator: ", ")).", transform: readChoice)
  var role: Role
  @Option(help: "Code of the unit whose subtree the account sees.")
  var unit: String
  @Option(help: "Code of the department; needed for a handler.")
  var department: String?

  /// The code under which the account is kept: the unit's district or, where the unit is a whole city, the city's, whose
  /// people see all districts and whose sources' reports are filed where each place lies. Throws `Refusal` when unit or
  /// department are not in a network of the database.
  func district(_ pool: PostgresPool) async throws -> UnitCode {
    for version in try await NetworkVersions.newest(pool) {
      let units = version.policy.units
      guard let place = units.place(UnitCode(unit)), !units.retired.contains(place) else { continue }
      if let department, version.policy.departments[DepartmentCode(department)] == nil {
        throw Refusal("unknown_department", "the network \(version.policy.name) has no department \(department)")
      }
      return units.district(of: place.code) ?? place.code
    }
    throw Refusal("unknown_unit", "no network that is loaded has a unit \(unit)")
  }

  func validate() throws {
    if role == .handler, department == nil { throw ValidationError("A handler has a --department.") }
  }
}

/// A word that is one of a few, refused with their names.
@Sendable func readChoice<Choice: RawRepresentable<String> & CaseIterable>(_ text: String) throws -> Choice {
  guard let choice = Choice(rawValue: text) else {
    throw ValidationError("it is one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
  }
  return choice
}

struct UserAddCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Add a user, or give an existing one another role, unit and password.",
    discussion: "The password is read from standard input, one line: printf %s \"$SECRET\" | gridctl user add …")

  static let minPasswordCharacters = 8

  @Argument(help: "The name to sign in with.")
  var name: String
  @OptionGroup var account: AccountOptions
  @Flag(help: "Read the password from standard input; it is never an argument, where others could see it.")
  var passwordStdin = false
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard passwordStdin else { throw ValidationError("Give the password on standard input: --password-stdin.") }
    guard account.role != .source else { throw ValidationError("A source has a key: gridctl key create.") }
    guard (1...AccountStore.maxUsernameBytes).contains(name.utf8.count) else {
      throw ValidationError("A name has 1 to \(AccountStore.maxUsernameBytes) bytes.")
    }
  }

  func answer() async throws -> Answer {
    let password = readLine(strippingNewline: true) ?? ""
    guard password.count >= Self.minPasswordCharacters, password.utf8.count <= PasswordHash.maxPasswordBytes else {
      throw Refusal("bad_password", "a password has at least \(Self.minPasswordCharacters) characters")
    }
    let hash = try PasswordHash(password: password)
    return try await common.stack().withDatabase { pool in
      let district = try await account.district(pool)
      let added = try await AccountStore(pool: pool).putUser(
        district: district, username: name, role: account.role, unit: UnitCode(account.unit),
        department: account.department.map { DepartmentCode($0) }, password: hash,
        at: Instant(microseconds: try await databaseTime(pool)))
      guard added else { throw Refusal("taken", "the name \(name) is taken in another district") }
      return Answer(
        [
          "username": .string(name), "role": .string(account.role.rawValue), "unit": .string(account.unit),
          "department": .text(account.department), "district": .string(district.text),
        ], text: "\(name) is \(account.role.rawValue) at \(account.unit)")
    }
  }
}

struct UserListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the users.")

  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { pool in
      var users: [UserAccount] = []
      for district in try await NetworkVersions.homes(pool) {
        users += try await AccountStore(pool: pool).users(of: district)
      }
      var table = Table([.init("name"), .init("role"), .init("unit"), .init("department"), .init("disabled")])
      for user in users {
        table.add(
          user.username, user.role.rawValue, user.unit.text, user.department?.text ?? "–",
          user.disabledAt?.secondsText ?? "")
      }
      return Answer(
        [
          "users": .array(
            users.map { user in
              [
                "username": .string(user.username), "role": .string(user.role.rawValue),
                "unit": .string(user.unit.text), "department": .text(user.department?.text),
                "district": .string(user.district.text), "created_at": .string(user.createdAt.rfc3339()),
                "disabled_at": .text(user.disabledAt?.rfc3339()),
              ]
            })
        ], text: table.isEmpty ? "there is no user" : table.text)
    }
  }
}

struct UserDisableCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "disable", abstract: "Let a user no longer sign in, and end the sessions there are.")

  @Argument(help: "The name.")
  var name: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { pool in
      let store = AccountStore(pool: pool)
      let now = Instant(microseconds: try await databaseTime(pool))
      var disabled = false
      for user in try await store.users(named: name) {
        disabled = try await store.disableUser(district: user.district, username: name, at: now) || disabled
      }
      guard disabled else { throw Refusal("unknown_user", "there is no user \(name)") }
      return Answer(["username": .string(name), "disabled": true], text: "\(name) is disabled")
    }
  }
}
