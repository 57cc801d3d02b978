import ArgumentParser

struct JournalCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "journal", abstract: "The districts' journals: prove, sign, export, and apply again.",
    subcommands: [
      JournalVerifyCommand.self, JournalCheckpointCommand.self, JournalExportCommand.self, JournalRebuildCommand.self,
    ])
}
