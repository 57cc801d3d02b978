import ArgumentParser
import Domain
import Journal
import Platform
import PostgresClient
import Wire

struct JournalRebuildCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "rebuild", abstract: "Let a consumer forget what it made of the journals and apply them again.",
    discussion: """
      For stats the rollups and for escalation the timers are erased together with the position, in one transaction \
      for each district; the running service then applies the journal from its first event, and this command waits \
      for it. What was sent or escalated is not undone and not done again.

      With --as-of nothing is changed: the indicators are computed from the journal as they stood at that moment, and \
      printed by unit.
      """)

  enum Consumer: String, ExpressibleByArgument, CaseIterable {
    case stats, escalation

    /// What the consumer keeps, by district.
    var erasure: Statement {
      switch self {
      case .stats: Statement("gridctl_erase_rollups", "DELETE FROM rollup_daily WHERE district = $1")
      case .escalation: Statement("gridctl_erase_timers", "DELETE FROM timers WHERE district = $1")
      }
    }
  }

  @Argument(help: "stats or escalation.")
  var consumer: Consumer
  @Option(
    help: ArgumentHelp("Compute the indicators as of a moment, RFC 3339.", valueName: "time"), transform: readInstant)
  var asOf: Instant?
  @Option(help: "One district only.")
  var district: String?
  @Option(help: ArgumentHelp("How long to wait for the service; 0 returns at once.", valueName: "seconds"))
  var timeout = 600.0
  @OptionGroup var common: CommonOptions

  func validate() throws {
    if asOf != nil, consumer != .stats { throw ValidationError("--as-of is for stats.") }
  }

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { try await answer($0) }
  }

  func answer(_ pool: PostgresPool) async throws -> Answer {
    let ends = try await JournalVerifyCommand.ends(pool, district: district)
    if let asOf { return try await RollupAsOf(pool: pool, moment: asOf).answer(districts: ends.keys.sorted()) }
    for district in ends.keys.sorted() { try await erase(district, pool) }
    return try await wait(for: ends, pool)
  }

  private static let rewind = Statement(
    "gridctl_rewind",
    """
    UPDATE positions SET seq = 0, epoch = h.epoch, hash = $3, updated_at = clock_timestamp() FROM journal_head AS h
    WHERE positions.district = $1 AND positions.consumer = $2 AND h.district = $1
    """)

  private static let position = Statement(
    "gridctl_position", "SELECT coalesce(max(seq), 0) FROM positions WHERE district = $1 AND consumer = $2")

  private func erase(_ district: UnitCode, _ pool: PostgresPool) async throws {
    let (consumer, name) = (consumer, consumer.rawValue)
    try await pool.transaction { transaction in
      // The position first: the service's own transaction holds it to the end and is then refused.
      try transaction.finalPipeline([
        PostgresCall(Self.rewind, [.text(district.text), .text(name), .bytes(JournalHash.origin)]),
        PostgresCall(consumer.erasure, [.text(district.text)]),
      ])
    }
  }

  private func wait(for ends: [UnitCode: JournalPosition], _ pool: PostgresPool) async throws -> Answer {
    let total = ends.reduce(Int64(0)) { $0 + $1.value.seq }
    let progress = Progress("rebuild \(consumer.rawValue)", unit: "events", total: total)
    let deadline = MonotonicClock.microseconds + Int64(timeout * 1e6)
    var done: Int64 = 0
    while true {
      done = 0
      for (district, end) in ends {
        let row = try await pool.query(Self.position, [.text(district.text), .text(consumer.rawValue)]).onlyRow()
        done += min(try row.int64(0), end.seq)
      }
      progress.set(done)
      let now = MonotonicClock.microseconds
      if done >= total || now >= deadline { break }
      try await MonotonicClock.wait(until: now + Settling.minPollMilliseconds * 1_000)
    }
    let seconds = Double(progress.elapsedMicroseconds) / 1e6
    let rate = seconds > 0 ? Double(done) / seconds : 0
    return Answer(
      [
        "consumer": .string(consumer.rawValue), "events": .integer(total), "applied": .integer(done),
        "seconds": .number(seconds), "events_per_second": .number(rate.rounded()),
      ],
      text: done >= total
        ? "\(consumer.rawValue) has applied \(Figures.grouped(total)) events again, "
          + "\(Figures.decimal(rate, digits: 0)) a second"
        : "\(consumer.rawValue) has applied \(Figures.grouped(done)) of \(Figures.grouped(total)) events so far",
      isGood: done >= total || timeout == 0)
  }
}
