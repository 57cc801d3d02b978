import ArgumentParser
import Domain
import PostgresClient
import WebAuth
import Wire

struct KeyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "key", abstract: "Keys of machines that report or ask.",
    subcommands: [
      KeyCreateCommand.self, KeyListCommand.self, KeyLimitCommand.self, KeyRevokeCommand.self, PublicKeysCommand.self,
    ])
}

struct KeyCreateCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "create", abstract: "Make a key and print it, this once.",
    discussion: "Only a hash of it is stored. Use it as `Authorization: ApiKey KEY`.")

  @Argument(help: "What the key is called.")
  var name: String
  @OptionGroup var account: AccountOptions
  @Option(help: "The one source its reports may name; any if missing.", transform: readChoice)
  var source: ReportSource?
  @Option(
    help: ArgumentHelp("Reports it may hand in in a minute; as many as it likes if missing.", valueName: "count"))
  var reportsPerMinute: Int32?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if let reportsPerMinute { try requireKnownLimit(reportsPerMinute) }
  }

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { pool in
      let district = try await account.district(pool)
      let key = try await AccountStore(pool: pool).createKey(
        district: district, name: name, role: account.role, unit: UnitCode(account.unit),
        source: source?.rawValue, reportsPerMinute: reportsPerMinute,
        at: Instant(microseconds: try await databaseTime(pool)))
      return Answer(
        [
          "name": .string(name), "id": .string(key.identifier), "role": .string(account.role.rawValue),
          "unit": .string(account.unit), "source": .text(source?.rawValue),
          "reports_per_minute": reportsPerMinute.json, "key": .string(key.text),
        ], text: key.text)
    }
  }
}

struct KeyListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the keys, without their secrets.")

  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { pool in
      var keys: [APIKeyAccount] = []
      for district in try await NetworkVersions.homes(pool) {
        keys += try await AccountStore(pool: pool).keys(of: district)
      }
      var table = Table([
        .init("id"), .init("name"), .init("role"), .init("unit"), .init("source"), .init("a minute"), .init("revoked"),
      ])
      for key in keys {
        table.add(
          key.identifier, key.name, key.role.rawValue, key.unit.text, key.source ?? "any",
          key.reportsPerMinute.map { "\($0)" } ?? "any", key.revokedAt?.secondsText ?? "")
      }
      return Answer(
        [
          "keys": .array(
            keys.map { key in
              [
                "id": .string(key.identifier), "name": .string(key.name), "role": .string(key.role.rawValue),
                "unit": .string(key.unit.text), "source": .text(key.source),
                "reports_per_minute": key.reportsPerMinute.json,
                "created_at": .string(key.createdAt.rfc3339()), "revoked_at": .text(key.revokedAt?.rfc3339()),
              ]
            })
        ], text: table.isEmpty ? "there is no key" : table.text)
    }
  }
}

struct KeyLimitCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "limit", abstract: "Say how many reports a key may hand in in a minute.",
    discussion: """
      Each copy of intake counts for itself, and hears of a new limit within seconds. What is beyond it is answered 429 \
      with the time to wait.
      """)

  @Argument(help: "The key's id, as `gridctl key list` shows it.")
  var id: String
  @Argument(help: "Reports in a minute, or `none`.", transform: readLimit)
  var limit: Int32?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { pool in
      for district in try await NetworkVersions.homes(pool)
      where try await AccountStore(pool: pool)
        .limitKey(district: district, identifier: id, reportsPerMinute: limit)
      {
        return Answer(
          ["id": .string(id), "reports_per_minute": limit.json],
          text: limit.map { "\(id) may hand in \($0) reports a minute" } ?? "\(id) is not limited")
      }
      throw Refusal("unknown_key", "there is no key \(id) that is not revoked")
    }
  }
}

/// A number, or `none`.
@Sendable private func readLimit(_ text: String) throws -> Int32? {
  if text == "none" { return nil }
  guard let limit = Int32(text) else { throw ValidationError("it is a number or none") }
  try requireKnownLimit(limit)
  return limit
}

private func requireKnownLimit(_ limit: Int32) throws {
  let known = ReportAllowance.perMinute
  guard known.contains(limit) else {
    throw ValidationError("a limit is from \(known.lowerBound) to \(known.upperBound) reports a minute")
  }
}

extension Int32? {
  fileprivate var json: JSONValue { map { .integer(Int64($0)) } ?? .null }
}

struct KeyRevokeCommand: OperatorCommand {
  static let configuration = CommandConfiguration(commandName: "revoke", abstract: "Make a key worthless.")

  @Argument(help: "The key's id, as `gridctl key list` shows it.")
  var id: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { pool in
      let now = Instant(microseconds: try await databaseTime(pool))
      for district in try await NetworkVersions.homes(pool)
      where try await AccountStore(pool: pool).revokeKey(district: district, identifier: id, at: now) {
        return Answer(["id": .string(id), "revoked": true], text: "\(id) is revoked")
      }
      throw Refusal("unknown_key", "there is no key \(id) that is not revoked")
    }
  }
}
