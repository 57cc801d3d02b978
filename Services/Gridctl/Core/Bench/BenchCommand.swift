import ArgumentParser
import Foundation
import Wire

struct BenchCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measure a running stack, each figure beside the machine's own ceiling.",
    discussion: """
      Files reports of its own into the stack's first network, so use a stack
      that may keep them. The load comes from this machine and shares it with
      the services.

      pipeline   128 connections send reports for some seconds; the clock runs
                 until all are dispatched, counted and their notices decided
      ack        1,000 reports a second whether or not answers come; latency
                 counts from the moment a report was due, so waiting is not
                 hidden
      dispatch   of those, from the moment due to the `dispatched` event being
                 readable by others
      bulk       rows through POST /v1/reports/bulk until acknowledged
      locate     positions looked up in the index of the grids, one thread
      timers     so many cases whose rung is due at one moment, fired while
                 new reports come in; the cases are void afterwards
      rebuild    the journal folded again by the running stats service
      """)

  @Option(help: ArgumentHelp("Length of the pipeline run.", valueName: "seconds"))
  var seconds = 10.0
  /// Each waits for its answer. So many that some are always waiting while a commit is under way: with 64 a sixth of two
  /// cores stood idle.
  @Option(help: "Connections of the pipeline run.")
  var connections = 128
  @Option(help: ArgumentHelp("Reports a second of the latency run.", valueName: "n"))
  var paced = 1_000.0
  @Option(help: ArgumentHelp("Length of the latency run.", valueName: "seconds"))
  var pacedSeconds = 20.0
  @Option(help: "Rows of the bulk run.")
  var bulkRows = 50_000
  @Option(help: ArgumentHelp("Cases whose rung is due at one moment; 0 for none.", valueName: "n"))
  var timers = 20_000
  @Flag(help: "Measure the timers alone.")
  var onlyTimers = false
  @Option(help: ArgumentHelp("File to write; bench.json of the stack if missing.", valueName: "file"))
  var out: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard seconds > 0, seconds <= 3_600, pacedSeconds > 0, pacedSeconds <= 3_600 else {
      throw ValidationError("A run lasts up to 3600 seconds.")
    }
    guard (0...1_000_000).contains(timers) else { throw ValidationError("--timers goes from 0 to 1000000.") }
    guard (1...512).contains(connections) else { throw ValidationError("--connections goes from 1 to 512.") }
  }

  func answer() async throws -> Answer {
    let stack = common.stack()
    let report = try await Bench(
      stack: stack, terminal: .current, pipelineSeconds: seconds, connections: connections, pacedPerSecond: paced,
      pacedSeconds: pacedSeconds, bulkRows: bulkRows, massDues: timers, onlyTimers: onlyTimers
    ).run()
    let path = out ?? stack.path("bench.json")
    do {
      try Data(report.json.bytes(pretty: true) + [UInt8(ascii: "\n")]).write(to: URL(fileURLWithPath: path))
    } catch {
      throw Refusal("unwritable", "\(path) cannot be written")
    }
    return Answer(report.json, text: report.text + "\n\nwritten to \(path)")
  }
}
