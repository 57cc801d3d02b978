import ArgumentParser
import Domain
import Transfer
import Wire

struct ReplayCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay", abstract: "Feed a file of reports, or a generated day, through intake.",
    discussion: """
      A CSV file is read by a mapping, which says what column is what (deploy/replay/README.md); without --mapping \
      the one whose columns the file has is taken. A row without a point, or with one outside the network, is filed \
      at the unit that the mapping finds for it. Each row has an external id, so a replay that was broken off is run \
      again: what is filed already comes back as repeated.

        gridctl replay ../shared/data/nyc311-2022-05-01.csv
        gridctl replay --day baoan --cases 27000 --seed 1 --rate 500/s

      A generated day takes its places from the grids of a network that the stack serves, its categories from the \
      catalogue and its words from deploy/replay. The same seed gives the same reports. Nothing counts as filed \
      without an acknowledgement; while intake is away each report is sent again under the same key. Exit status 1 \
      when a row was rejected or the replay broken off.
      """)

  @Argument(help: "The CSV file.")
  var file: String?
  @Option(help: ArgumentHelp("How the file's columns become reports.", valueName: "file"))
  var mapping: String?
  @Option(help: ArgumentHelp("Generate a day of this network, e.g. baoan.", valueName: "preset"))
  var day: String?
  @Option(help: "Reports of the day.")
  var cases = 1_000
  @Option(help: "What the day is made from; random if missing, and printed.")
  var seed: UInt64?
  @Option(help: ArgumentHelp("Part of the day's reports that repeat an earlier one, 0 to 1.", valueName: "share"))
  var repeats = 0.0
  @Option(help: ArgumentHelp("Reports a second at most, e.g. 500/s.", valueName: "n/s"), transform: readRate)
  var rate: Double?
  @Flag(help: "Send through POST /v1/reports/bulk.")
  var bulk = false
  @Option(help: "Requests under way at once.")
  var inFlight: Int?
  @Option(help: ArgumentHelp("How long a report is tried again while intake is away.", valueName: "seconds"))
  var patience = 60.0
  @Option(help: ArgumentHelp("Append each acknowledgement to this file, one JSON object a line.", valueName: "file"))
  var acks: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (file == nil) != (day == nil) else { throw ValidationError("Give a CSV file or --day, one of them.") }
    if mapping != nil, day != nil { throw ValidationError("--mapping belongs to a file.") }
    guard (1...10_000_000).contains(cases) else { throw ValidationError("--cases goes from 1 to 10000000.") }
    guard (0...1).contains(repeats) else { throw ValidationError("--repeats goes from 0 to 1.") }
    guard (1...1_024).contains(inFlight ?? 1) else { throw ValidationError("--in-flight goes from 1 to 1024.") }
    guard (0...86_400).contains(patience) else { throw ValidationError("--patience goes from 0 to 86400 seconds.") }
  }

  func answer() async throws -> Answer {
    let stack = common.stack()
    let log = try acks.map { try AckLog(path: $0) }
    let (feed, unreadable, seed) = try await feed(stack)
    var options = HTTPClientOptions()
    options.userAgent = "gridctl"
    let client = HTTPClient(options)
    defer { client.close() }
    let sender = ReportSender(
      client: client, address: stack.intakeAddress, authorization: try authorization(stack),
      patienceMilliseconds: Int64(patience * 1_000))
    let progress = Progress("replay", unit: "reports", total: Int64(feed.count))
    var summary: ReplaySummary
    if bulk {
      summary = await BulkRun(feed: feed, sender: sender, inFlight: inFlight ?? 4, rate: rate, acknowledgements: log)
        .run(progress)
    } else {
      summary = await ReplayRun(
        feed: feed, sender: sender, inFlight: inFlight ?? (day == nil ? 32 : 64), rate: rate, acknowledgements: log
      ).run(progress)
    }
    for line in unreadable {
      summary.reject(
        line, "", ReplayRejection(status: 0, code: "unreadable_row", detail: "no id, no category or no place in it"))
    }
    summary.seed = seed
    return summary.answer
  }

  private func feed(_ stack: Stack) async throws -> (feed: any ReportFeed, unreadable: [Int], seed: UInt64?) {
    if let day {
      let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
      let generator = try await DayFeed.make(preset: day, cases: cases, seed: seed, repeats: repeats, stack: stack)
      return (generator, [], seed)
    }
    guard let file else { throw ValidationError("Give a CSV file or --day.") }
    let feed = try CsvFeed(path: file, mapping: try chooseMapping(file, stack))
    return (feed, feed.unreadable, nil)
  }

  private func chooseMapping(_ file: String, _ stack: Stack) throws -> ReplayMapping {
    if let mapping { return try MappingReader.read(mapping) }
    let header = Set(try CsvFeed.header(path: file))
    for path in ReplayFiles.mappings(stack) {
      let candidate = try MappingReader.read(path)
      if !candidate.columns.isEmpty, header.isSuperset(of: candidate.columns) { return candidate }
    }
    throw Refusal("no_mapping", "no known mapping fits the columns of \(file): name one with --mapping")
  }

  private func authorization(_ stack: Stack) throws -> [String: String] {
    var headers: [String: String] = [:]
    for source in ReportSource.allCases {
      headers[source.rawValue] = "ApiKey " + (try stack.sourceKey(source.rawValue))
    }
    return headers
  }
}

@Sendable func readRate(_ text: String) throws -> Double {
  let number = text.hasSuffix("/s") ? text.dropLast(2) : Substring(text)
  guard let rate = Double(number), rate > 0, rate <= 1_000_000 else {
    throw ValidationError("A rate is a number of reports a second, such as 500/s.")
  }
  return rate
}
