import ArgumentParser
import Wire

struct SettleCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "settle", abstract: "Wait until the system has done everything that is to be done now.",
    discussion: """
      Settled means, in one view of the database: escalation, stats and notifier have applied every journal to its \
      head; no case is in state `filed`; no timer is due by the stack's clock; no delivery is due. A delivery whose \
      target failed and whose next attempt lies ahead does not count, nor does a case in quarantine. Exit status 1, \
      with what is still open, when that is not reached in time.
      """)

  @Option(help: ArgumentHelp("How long to wait.", valueName: "seconds"))
  var timeout = 60.0
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard timeout >= 0, timeout <= 86_400 else { throw ValidationError("A timeout is from 0 to 86400 seconds.") }
  }

  func answer() async throws -> Answer {
    let stack = common.stack()
    let clock = try stack.clock()
    return try await stack.withDatabase { pool in
      try await Settling(pool: pool, clock: clock).wait(milliseconds: Int64(timeout * 1_000)).answer
    }
  }
}
