import ArgumentParser
import Domain
import Operations
import Platform
import PostgresClient
import Wire

struct ClockCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "clock", abstract: "The time that cases live in, and moving it where it is simulated.",
    subcommands: [ClockNowCommand.self, ClockAdvanceCommand.self])
}

struct ClockNowCommand: OperatorCommand {
  static let configuration = CommandConfiguration(commandName: "now", abstract: "Show the stack's time.")

  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    let isSimulated = try stack.clockSource() != .real
    return Answer(
      ["now": .string(now.rfc3339()), "simulated": .bool(isSimulated)],
      text: now.rfc3339() + (isSimulated ? "  (simulated)" : ""))
  }
}

struct ClockAdvanceCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "advance", abstract: "Move a simulated clock forward for every service, and wait until all caught up.",
    discussion: """
      Only where the stack runs with CLOCK=simulated. Durations are numbers with w, d, h, m or s: 90m, 2h, 1d12h. \
      Returns when the system has settled at the new time (see `gridctl settle`); exit status 1 when it has not in time. \
      In one move everything that falls due on the way happens at its end, as after a long standstill; with --step the \
      system settles on the way as well, so that nothing is later than a step.
      """)

  @Argument(help: "How far, e.g. 2h.", transform: readDuration)
  var duration: Int64
  @Option(help: ArgumentHelp("How long to wait for the others.", valueName: "seconds"))
  var timeout = 120.0
  @Option(help: "Move so far at a time, e.g. 1h; at once if missing.", transform: readDuration)
  var step: Int64?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    guard case .simulated(let path) = try stack.clockSource() else {
      throw Refusal("real_clock", "the stack runs on real time; only a stack with CLOCK=simulated can be moved")
    }
    let clock: FileClock
    do {
      clock = try FileClock.create(path: path, microseconds: try FileClock(path: path).microseconds)
    } catch {
      throw Refusal("no_clock", "the clock cannot be moved: \(error)")
    }
    let outcome = try await stack.withDatabase { try await advance(clock, $0) }
    let now = Instant(microseconds: clock.microseconds)
    let settled = outcome.answer
    return Answer(
      ["now": .string(now.rfc3339()), "settled": .bool(settled.isGood), "open": outcome.open.json],
      text: "it is \(now.rfc3339()); \(settled.text)", isGood: settled.isGood)
  }

  /// Moves the clock to its end, and waits there and at each step; stops where the system does not settle.
  private func advance(_ clock: FileClock, _ pool: PostgresPool) async throws -> Settling.Outcome {
    let start = clock.microseconds
    let progress = Progress("advance", unit: "steps", total: step.map { (duration + $0 - 1) / $0 })
    var moved: Int64 = 0
    while true {
      moved = min(duration, moved + (step ?? duration))
      clock.set(microseconds: start + moved)
      let outcome = try await Settling(pool: pool, clock: clock).wait(milliseconds: Int64(timeout * 1_000))
      progress.add()
      if moved == duration || !outcome.open.isNone { return outcome }
    }
  }
}

@Sendable func readDuration(_ text: String) throws -> Int64 {
  guard let microseconds = DurationText.microseconds(text) else {
    throw ValidationError("A duration is numbers with w, d, h, m or s, such as 90m or 1d12h.")
  }
  return microseconds
}
