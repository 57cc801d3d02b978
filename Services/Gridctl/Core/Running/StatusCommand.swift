import ArgumentParser
import Platform
import Wire

struct StatusCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "status", abstract: "Show who runs, how far behind anyone is, and what waits.",
    discussion: """
      LAG is the number of events between a consumer's position and the journal's head. A process that has not been \
      heard of for 5 seconds is shown as silent. Exit status 1 only when the database cannot be asked.
      """)

  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let clock = try stack.clock()
    return try await stack.withDatabase { pool in
      try await StackStatus.read(pool, now: clock.microseconds).answer
    }
  }
}
