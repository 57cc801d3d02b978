import ArgumentParser
import Domain
import GridNetwork
import Wire

struct DemoCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo", abstract: "Make the demonstration users and keys of the loaded network.",
    discussion: """
      One user at least of every role, a handler of every department, officers and supervisors of every street and \
      of one community and grid, and one key for each source of reports; of a network of several districts users \
      of each centre and its first street, of the city's centre where they are one city, and keys of each. Names are <role>@<unit> and \
      handler@<department>. The passwords are random and stand only in the file, mode 0600. Where the file exists \
      nothing is changed.
      """)

  @Option(help: ArgumentHelp("The file to write; demo.json of the stack if missing.", valueName: "file"))
  var out: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let path = out ?? stack.demoPath
    if let existing = try DemoFile.read(path) {
      return Self.answer(existing, path: path, isNew: false)
    }
    let file = try await stack.withDatabase { pool in
      guard let network = try await NetworkVersions.read(named: stack.networkName, geometry: .skip, pool) else {
        throw Refusal("no_network", "no network is loaded: gridctl network load DIR")
      }
      return try await DemoAccounts(policy: network.policy).make(pool)
    }
    try file.write(path)
    return Self.answer(file, path: path, isNew: true)
  }

  private static func answer(_ file: DemoFile, path: String, isNew: Bool) -> Answer {
    Answer(
      [
        "file": .string(path), "users": .integer(Int64(file.users.count)), "keys": .integer(Int64(file.keys.count)),
        "is_new": .bool(isNew),
      ],
      text: isNew
        ? "made \(file.users.count) users and \(file.keys.count) keys; their secrets stand in \(path)"
        : "\(path) is there with \(file.users.count) users and \(file.keys.count) keys; nothing was changed")
  }
}
