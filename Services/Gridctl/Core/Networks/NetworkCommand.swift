import ArgumentParser
import Domain
import GridNetwork
import PostgresClient
import Wire

struct NetworkCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network", abstract: "Networks: the local rules and the territory they hold for.",
    subcommands: [
      NetworkListCommand.self, NetworkValidateCommand.self, NetworkLoadCommand.self, NetworkGenerateCommand.self,
    ])
}

struct NetworkListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the networks this database serves, each version.")

  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let versions = try await common.stack().withDatabase { try await NetworkVersions.list($0) }
    var table = Table([.init("district"), .init("version", .right), .init("network"), .init("applied"), .init("by")])
    for version in versions {
      table.add(
        version.district.text, String(version.number), version.name, version.appliedAt.secondsText, version.appliedBy)
    }
    return Answer(
      ["networks": .array(versions.map(\.json))],
      text: table.isEmpty ? "no network is loaded: gridctl network load deploy/networks/baoan" : table.text)
  }
}

struct NetworkValidateCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Find every fault of a network directory, with file and line.",
    discussion: """
      Unknown parents, cycles, duplicate codes, invalid or self-crossing polygons, overlaps and gaps between grids \
      above the network's tolerance, categories that no rule routes, rungs without a receiver. Changes nothing.
      """)

  @Argument(help: "The directory, e.g. deploy/networks/baoan.")
  var directory: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    NetworkFaults.answer(try NetworkFaults.find(directory).faults, directory: directory)
  }
}

struct NetworkLoadCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "load", abstract: "Validate a network directory and put it in force as a new version.",
    discussion: """
      A directory with faults changes nothing. One that is the same as the version in force changes nothing either, \
      so it may be loaded at every start. Services take a new version up within seconds; every case keeps the \
      version that decided it.
      """)

  @Argument(help: "The directory, e.g. deploy/networks/baoan.")
  var directory: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer { try await NetworkLoad.answer(directory, stack: common.stack()) }
}

struct NetworkGenerateCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Make a plausible, gap-free plan of a territory from a preset's parameters.",
    discussion: """
      PRESET is the name of a network with a generator.yaml, or a directory. The same parameters give the same files \
      on every machine. The output is a complete network directory without `generate:`, for hand work on its plan.
      """)

  @Argument(help: "Name of a network, e.g. baoan, or a directory with generator.yaml.")
  var preset: String
  @Option(help: "Directory to write; made if missing.")
  var out: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let directory = try NetworkDirectories.find(preset, stack: common.stack())
    let files: [String: [UInt8]]
    do {
      files = try NetworkGenerator.files(preset: DirectorySource(path: directory))
    } catch let invalid as InvalidNetwork {
      return NetworkFaults.answer(invalid.faults, directory: directory)
    }
    try NetworkDirectories.write(files, to: out)
    return Answer(
      ["out": .string(out), "files": .array(files.keys.sorted().map { .string($0) })],
      text: "wrote \(files.count) files to \(out)")
  }
}
