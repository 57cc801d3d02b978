import ArgumentParser
import Casework
import Domain
import GridNetwork
import Platform
import PostgresClient
import Wire

struct SuppressionCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "suppression",
    abstract: "Areas and categories whose reports all join one case for a time.",
    discussion: """
      For a storm, a broken camera, a power cut: while a suppression lasts, every report that it matches joins one case, \
      whatever the distance. No report is lost and each reporter is kept. The end is part of it.
      """,
    subcommands: [SuppressionListCommand.self, SuppressionAddCommand.self, SuppressionEndCommand.self])
}

struct SuppressionListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the suppressions that have not ended.")

  static let maxListed = 1_000

  @Flag(help: "Also those that are over.")
  var all = false
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    return try await stack.withDatabase { pool in
      let now = Instant(microseconds: try stack.clock().microseconds)
      var found: [Suppression] = []
      for district in try await NetworkVersions.districts(pool) {
        found += try await SuppressionStore(pool: pool).list(
          district, onlyOpenAt: all ? nil : now, limit: Self.maxListed)
      }
      var table = Table([
        .init("id"), .init("state"), .init("unit"), .init("categories"), .init("from"), .init("until"), .init("case"),
        .init("reports", .right), .init("by"), .init("reason"),
      ])
      for suppression in found {
        table.add(
          suppression.id, suppression.state(at: now).rawValue, suppression.unit.text,
          suppression.categories.map(\.text).joined(separator: " "), suppression.from.secondsText,
          suppression.until.secondsText, suppression.anchor?.description ?? "–", Figures.grouped(suppression.reports),
          suppression.createdBy, suppression.reason)
      }
      return Answer(
        ["suppressions": .array(found.map { $0.json(at: now) })],
        text: table.isEmpty ? "nothing is suppressed" : table.text)
    }
  }
}

struct SuppressionAddCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Let all reports of an area and of some categories join one case for a time.",
    discussion: "It holds about two seconds later. For example: --unit 440306017 --category E04 --for 6h --reason storm"
  )

  @Option(help: "Code of the unit whose reports, and those of all units below it, are meant.")
  var unit: String
  @Option(help: "A category or class of the catalogue; may stand several times.")
  var category: [String]
  @Option(help: "Only reports of this source; may stand several times. All if missing.", transform: readChoice)
  var source: [ReportSource] = []
  @Option(help: "Why.")
  var reason: String
  @Option(help: "When it begins, RFC 3339; at once if missing.", transform: readInstant)
  var from: Instant?
  @Option(help: "When it ends, RFC 3339.", transform: readInstant)
  var until: Instant?
  @Option(name: .customLong("for"), help: "How long it lasts, e.g. 6h or 2d.", transform: readDuration)
  var lasting: Int64?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (until == nil) != (lasting == nil) else { throw ValidationError("Give its end: --until or --for.") }
  }

  func answer() async throws -> Answer {
    let stack = common.stack()
    return try await stack.withDatabase { pool in
      let now = Instant(microseconds: try stack.clock().microseconds)
      guard
        let network = try await NetworkVersions.newest(pool).first(where: { $0.policy.units[UnitCode(unit)] != nil }),
        let district = network.policy.units.district(of: UnitCode(unit))
      else { throw Refusal("unknown_unit", "no network that is loaded has a unit \(unit)") }
      let draft = SuppressionDraft(
        reason: reason, unit: UnitCode(unit), categories: category.map { CategoryCode($0) }, sources: source,
        from: from, until: until ?? lasting.map { (from ?? now).adding(microseconds: $0) })
      let faults = draft.faults(policy: network.policy, within: district, now: now)
      guard faults.isEmpty else {
        throw Refusal(
          "invalid_suppression", faults.map { "\($0.field): \($0.detail)" }.joined(separator: "\n"))
      }
      let stored = try await SuppressionStore(pool: pool).add(
        draft, district: district, by: NetworkLoad.operatorName, at: now)
      guard case .stored(let suppression) = stored else {
        throw Refusal(
          "too_many_suppressions", "\(district) has \(SuppressionStore.maxRunning) suppressions that have not ended")
      }
      return Answer(
        suppression.json(at: now),
        text: "\(suppression.id) suppresses until \(suppression.until.secondsText)")
    }
  }
}

struct SuppressionEndCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "end", abstract: "End a suppression before its time.")

  @Argument(help: "The id, as `gridctl suppression list` shows it.")
  var id: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    return try await stack.withDatabase { pool in
      let now = Instant(microseconds: try stack.clock().microseconds)
      for district in try await NetworkVersions.districts(pool) {
        let ended = try await SuppressionStore(pool: pool).end(id, of: district, by: NetworkLoad.operatorName, at: now)
        if let ended { return Answer(ended.json(at: now), text: "\(id) has ended") }
      }
      throw Refusal("not_running", "there is no suppression \(id) that has not ended")
    }
  }
}

extension Suppression {
  fileprivate func json(at now: Instant) -> JSONValue {
    [
      "id": .string(id), "district": .string(district.text), "state": .string(state(at: now).rawValue),
      "reason": .string(reason), "unit": .string(unit.text),
      "categories": .array(categories.map { .string($0.text) }),
      "sources": .array(sources.map { .string($0.rawValue) }), "from": .string(from.rfc3339()),
      "until": .string(until.rfc3339()), "created_by": .string(createdBy),
      "created_at": .string(createdAt.rfc3339()), "ended_by": .text(endedBy), "ended_at": .text(endedAt?.rfc3339()),
      "case_id": .text(anchor?.description), "reports": .integer(reports),
    ]
  }
}
