import ArgumentParser
import Domain
import Operations
import Platform
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
      Returns when the system has settled at the new time (see `gridctl settle`); exit status 1 when it has not in time.
      """)

  @Argument(help: "How far, e.g. 2h.", transform: readDuration)
  var duration: Int64
  @Option(help: ArgumentHelp("How long to wait for the others.", valueName: "seconds"))
  var timeout = 120.0
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    guard case .simulated(let path) = try stack.clockSource() else {
      throw Refusal("real_clock", "the stack runs on real time; only a stack with CLOCK=simulated can be moved")
    }
    let clock: FileClock
    do {
      let shown = try FileClock(path: path).microseconds
      clock = try FileClock.create(path: path, microseconds: shown + duration)
    } catch {
      throw Refusal("no_clock", "the clock cannot be moved: \(error)")
    }
    let now = Instant(microseconds: clock.microseconds)
    let outcome = try await stack.withDatabase { pool in
      try await Settling(pool: pool, clock: clock).wait(milliseconds: Int64(timeout * 1_000))
    }
    let settled = outcome.answer
    return Answer(
      ["now": .string(now.rfc3339()), "settled": .bool(settled.isGood), "open": outcome.open.json],
      text: "it is \(now.rfc3339()); \(settled.text)", isGood: settled.isGood)
  }
}

@Sendable func readDuration(_ text: String) throws -> Int64 {
  guard let microseconds = DurationText.microseconds(text) else {
    throw ValidationError("A duration is numbers with w, d, h, m or s, such as 90m or 1d12h.")
  }
  return microseconds
}
