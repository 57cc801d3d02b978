import ArgumentParser
import Cryptography
import Domain
import Journal
import Platform
import Wire

struct JournalCheckpointCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint", abstract: "Sign the end of every journal and keep it outside the database.",
    discussion: """
      Writes <district>-<seq>.json, signed with Ed25519, into the stack's directory `checkpoints` or another. Keep \
      copies where nobody who can write the database can write: `gridctl journal verify --checkpoints DIR` compares \
      them.
      """)

  @Option(help: "Sign one district only.")
  var district: String?
  @Option(help: ArgumentHelp("Directory to write to.", valueName: "dir"))
  var out: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    let ends = try await stack.withDatabase { try await JournalVerifyCommand.ends($0, district: district) }
    let files = CheckpointFiles(stack: stack, directory: out)
    let key = try files.signingKey()
    var made: [JSONValue] = []
    var lines: [String] = []
    for (district, end) in ends.sorted(by: { $0.key < $1.key }) where end.seq > 0 {
      let path = try files.write(Checkpoint(district: district, position: end, at: now), with: key)
      made.append([
        "district": .string(district.text), "seq": .integer(end.seq),
        "hash": .string(Hexadecimal.encode(end.hash)), "file": .string(path),
      ])
      lines.append("\(district): event \(Figures.grouped(end.seq)) is signed in \(path)")
    }
    return Answer(
      ["checkpoints": .array(made), "public_key": .string(key.verifyKey.description)],
      text: lines.isEmpty ? "no journal has an event yet" : lines.joined(separator: "\n"))
  }
}
