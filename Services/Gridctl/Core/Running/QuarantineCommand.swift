import ArgumentParser
import Casework
import Domain
import Platform
import PostgresClient
import Wire

struct QuarantineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quarantine", abstract: "Cases that a consumer passes over because an event of theirs failed.",
    subcommands: [QuarantineListCommand.self, QuarantineReleaseCommand.self])
}

struct QuarantineListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the cases in quarantine.", discussion: "Exit status 1 when there are any.")

  @OptionGroup var common: CommonOptions

  private static let read = Statement(
    "gridctl_quarantine",
    """
    SELECT consumer, district || '-' || case_number::text, first_seq, fault, since, released_at
    FROM quarantine ORDER BY since
    """)

  func answer() async throws -> Answer {
    let rows = try await common.stack().withDatabase { try await $0.query(Self.read) }
    var table = Table([
      .init("case"), .init("consumer"), .init("from event", .right), .init("since"), .init("released"), .init("fault"),
    ])
    var items: [JSONValue] = []
    for row in rows {
      let released = try row.instantOrNil(5)
      table.add(
        try row.text(1), try row.text(0), Figures.grouped(try row.int64(2)), try row.instant(4).secondsText,
        released?.secondsText ?? "", try row.text(3))
      items.append([
        "case_id": .string(try row.text(1)), "consumer": .string(try row.text(0)),
        "first_seq": .integer(try row.int64(2)), "fault": .string(try row.text(3)),
        "since": .string(try row.instant(4).rfc3339()), "released_at": .text(released?.rfc3339()),
      ])
    }
    return Answer(
      ["quarantine": .array(items)], text: table.isEmpty ? "no case is in quarantine" : table.text,
      isGood: items.isEmpty)
  }
}

struct QuarantineReleaseCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "release", abstract: "Let a consumer apply the events of a case again.",
    discussion: "Release a case once the cause is mended; if it fails again it goes back.")

  @Argument(help: "The case, e.g. 440306-1024.")
  var id: String
  @Option(help: "Only for this consumer.")
  var consumer: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    let count = try await stack.withDatabase {
      try await Upkeep(pool: $0).release(id, consumer: consumer, by: NetworkLoad.operatorName, at: now)
    }
    guard count > 0 else { throw Refusal("not_in_quarantine", "\(id) is not in quarantine") }
    return Answer(["case_id": .string(id), "released": .integer(count)], text: "\(id) is released")
  }
}
