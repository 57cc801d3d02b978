import ArgumentParser
import Journal
import PostgresClient
import Wire

struct MigrateCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate", abstract: "Bring the database to this version's schema.",
    discussion: """
      Applies the migrations that are missing, each in a transaction of its own. Run again it changes nothing; two \
      runs at once wait for each other. With --role-passwords each service's role may sign in, with the password \
      that stands in the file of the role's name in the directory (gridloop_intake), or of the service's (intake); \
      where there is neither, the latter is made with a random password, mode 0600.
      """)

  /// The services that sign in to the database; the role of each is `gridloop_` and its name.
  static let services = ["intake", "dispatcher", "escalation", "stats", "notifier", "console"]

  @OptionGroup var common: CommonOptions
  @Option(
    help: ArgumentHelp(
      "Give each service role LOGIN and the password from the files of this directory.", valueName: "dir"))
  var rolePasswords: String?

  func answer() async throws -> Answer {
    let stack = common.stack()
    let outcome = try await Migrator(configuration: stack.databaseConfiguration()).migrate()
    if let rolePasswords {
      try await stack.withDatabase { try await RolePasswords(directory: rolePasswords).apply($0) }
    }
    let applied = outcome.applied
    return Answer(
      ["applied": .array(applied.map { .string($0) }), "current": .string(outcome.current)],
      text: applied.isEmpty
        ? "nothing to do: the schema is at \(outcome.current)"
        : "applied \(applied.joined(separator: ", ")); the schema is at \(outcome.current)")
  }
}
