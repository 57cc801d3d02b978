public import ArgumentParser
import Operations
import Wire

/// The operator's command line.
public struct Gridctl: AsyncParsableCommand {
  public static let configuration = CommandConfiguration(
    commandName: "gridctl",
    abstract: "Runs, examines and feeds a Gridloop stack.",
    discussion: """
      gridctl finds its stack through GRIDLOOP_HOME (default .gridloop): the file `env` there names the database and \
      the ports, `demo.json` the users and keys made by `make up`. A variable of the same name in the environment goes \
      first.

      First steps:
        gridctl status                            who runs, who is behind
        gridctl network validate deploy/networks/baoan
        gridctl replay --day baoan --cases 1000   a plausible thousand cases
        gridctl settle                            wait until all is done
        gridctl case list --limit 10
        gridctl journal verify                    prove that nothing was changed
        gridctl doctor                            what is wrong, and the remedy

      Every command takes --json and then writes one JSON value to standard output. Exit status: 0 done, 1 refused or \
      found wrong, 2 usage.
      """,
    version: Version.text,
    groupedSubcommands: [
      CommandGroup(
        name: "Running", subcommands: [StatusCommand.self, SettleCommand.self, ClockCommand.self, DoctorCommand.self]),
      CommandGroup(
        name: "Local rules",
        subcommands: [NetworkCommand.self, GridsCommand.self, PolicyCommand.self, CalendarCommand.self]),
      CommandGroup(name: "Cases", subcommands: [CaseCommand.self, SuppressionCommand.self, ReplayCommand.self]),
      CommandGroup(
        name: "Evidence and repair",
        subcommands: [JournalCommand.self, LadderCommand.self, DeliveriesCommand.self, QuarantineCommand.self]),
      CommandGroup(
        name: "Setting up",
        subcommands: [
          MigrateCommand.self, UserCommand.self, RosterCommand.self, KeyCommand.self, DemoCommand.self,
          BenchCommand.self,
        ]),
    ])

  public init() {}
}

extension Gridctl {
  /// Runs one invocation and returns the exit status: 0 done, 1 refused or found wrong, 2 usage.
  ///
  /// - Parameter arguments: without the program's name.
  public static func run(arguments: [String]) async -> Int32 {
    await run(arguments: arguments, terminal: .process)
  }

  static func run(arguments: [String], terminal: Terminal) async -> Int32 {
    await Terminal.$current.withValue(terminal) {
      do {
        var command = try parseAsRoot(arguments)
        if var asynchronous = command as? any AsyncParsableCommand {
          try await asynchronous.run()
        } else {
          try command.run()
        }
        return ExitStatus.done.rawValue
      } catch {
        return end(error, arguments, terminal)
      }
    }
  }

  private static func end(_ error: any Error, _ arguments: [String], _ terminal: Terminal) -> Int32 {
    let status: ExitStatus
    switch exitCode(for: error) {
    case .success: status = .done
    case .validationFailure: status = .usage
    default: status = .refused
    }
    let message = fullMessage(for: error)
    if status == .done {
      terminal.write(message)
    } else if !message.isEmpty {
      if status == .usage, arguments.contains("--json") {
        terminal.write(Answer.error(code: "usage", detail: Self.message(for: error)).description)
      }
      terminal.note(message)
    }
    return status.rawValue
  }
}

/// What the exit status of gridctl says.
enum ExitStatus: Int32 {
  case done = 0
  /// Refused, failed, or something was found wrong.
  case refused = 1
  case usage = 2
}
