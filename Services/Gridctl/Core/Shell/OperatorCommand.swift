import ArgumentParser
import PostgresClient
import Wire

/// What every command takes.
struct CommonOptions: ParsableArguments {
  @Flag(name: .long, help: "Write one JSON value to standard output instead of text.")
  var json = false

  @Option(
    name: .long,
    help: ArgumentHelp("Directory of the stack; GRIDLOOP_HOME if missing, else .gridloop.", valueName: "directory"))
  var home: String?

  func stack() -> Stack { Stack.find(home: home) }
}

/// A command that answers. `run` prints the answer as text or JSON and sets the exit status.
protocol OperatorCommand: AsyncParsableCommand {
  var common: CommonOptions { get }

  func answer() async throws -> Answer
}

extension OperatorCommand {
  mutating func run() async throws {
    let terminal = Terminal.current
    let answer: Answer
    do {
      answer = try await self.answer()
    } catch let error where !(error is ValidationError || error is ExitCode || error is CleanExit) {
      if common.json { terminal.write(bytes: JSONWriter.line(Answer.error(code: code(of: error), detail: "\(error)"))) }
      terminal.note("gridctl: \(error)")
      throw ExitCode(ExitStatus.refused.rawValue)
    }
    if common.json {
      terminal.write(bytes: JSONWriter.line(answer.json))
    } else if !answer.text.isEmpty {
      terminal.write(answer.text)
    }
    if !answer.isGood { throw ExitCode(ExitStatus.refused.rawValue) }
  }

  private func code(of error: any Error) -> String {
    switch error {
    case let refusal as Refusal: refusal.code
    case is PostgresError: "database"
    default: "failed"
    }
  }
}
