import ArgumentParser
import Casework
import Domain
import Platform
import PostgresClient
import Wire

struct DeliveriesCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "deliveries", abstract: "Notices on their way to mailboxes and other systems.",
    subcommands: [DeliveriesListCommand.self, DeliveriesRetryCommand.self])
}

enum DeliveryState: String, ExpressibleByArgument, CaseIterable {
  case pending, delivered, failed
}

struct DeliveriesListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List deliveries that failed or wait, newest first.")

  @Option(help: "pending, delivered or failed; the first and the last if missing.")
  var state: DeliveryState?
  @Option(help: "Only this channel.")
  var channel: String?
  @Option(help: "How many at most.")
  var limit: Int64 = 50
  @OptionGroup var common: CommonOptions

  private static let read = Statement(
    "gridctl_deliveries",
    """
    SELECT district, seq, part, channel, target, notice, case_number, state, attempts, next_attempt_at, last_fault
    FROM deliveries WHERE state = ANY($1) AND ($2::text IS NULL OR channel = $2)
    ORDER BY created_at DESC, seq DESC, part LIMIT $3
    """)

  func answer() async throws -> Answer {
    let states = state.map { [$0.rawValue] } ?? ["failed", "pending"]
    let rows = try await common.stack().withDatabase {
      try await $0.query(Self.read, [.texts(states), .text(channel), .int64(limit)])
    }
    var table = Table([
      .init("event"), .init("case"), .init("channel"), .init("notice"), .init("state"), .init("tries", .right),
      .init("next try"), .init("fault"),
    ])
    var items: [JSONValue] = []
    for row in rows {
      let (district, seq, part) = (try row.text(0), try row.int64(1), try row.int32(2))
      let id = "\(district)-\(try row.int64(6))"
      let (state, next) = (try row.text(7), try row.instant(9))
      table.add(
        "\(district).\(seq).\(part)", id, try row.text(3), try row.text(5), state, String(try row.int32(8)),
        state == "pending" ? next.secondsText : "–", try row.textOrNil(10) ?? "")
      items.append([
        "district": .string(district), "seq": .integer(seq), "part": .integer(Int64(part)),
        "channel": .string(try row.text(3)), "notice": .string(try row.text(5)), "case_id": .string(id),
        "state": .string(state), "attempts": .integer(Int64(try row.int32(8))),
        "next_attempt_at": .string(next.rfc3339()), "last_fault": .text(try row.textOrNil(10)),
      ])
    }
    return Answer(["deliveries": .array(items)], text: table.isEmpty ? "nothing failed and nothing waits" : table.text)
  }
}

struct DeliveriesRetryCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "retry", abstract: "Let deliveries that failed, or wait for their next try, be tried at once.",
    discussion: "A failed delivery gets all its tries anew.")

  @Option(help: "Only this channel.")
  var channel: String?
  @Option(name: .customLong("case"), help: "Only of this case.")
  var caseID: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    let count = try await stack.withDatabase {
      try await Upkeep(pool: $0)
        .resend(.init(caseID: caseID, channel: channel), by: NetworkLoad.operatorName, at: now)
    }
    return Answer(["retried": .integer(count)], text: "\(Figures.grouped(count)) deliveries are tried again")
  }
}
