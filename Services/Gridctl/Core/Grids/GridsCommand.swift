import ArgumentParser
import Domain
import Foundation
import Wire

struct GridsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "grids", abstract: "Change grids: propose a split, a merger or a move, approve it level by level.",
    discussion: """
      A change is drawn as GeoJSON, proposed by someone of the place, approved level by level as the network's \
      `grids.changes` says, and comes into force at the first moment of its day as a new version of the network. Cases \
      filed before stay at their grid, which is then in force no longer; new reports go to the new grids about two \
      seconds later. What a level does not decide in its time lapses, and those concerned are told.

        gridctl grids propose split.geojson --as officer@440306017001
        gridctl grids list --waiting --as supervisor@440306017
        gridctl grids show 440306-g1 --as supervisor@440306017
        gridctl grids approve 440306-g1 --as supervisor@440306017
        gridctl grids reject 440306-g1 --reason "cuts a block in two" --as supervisor@440306
        gridctl grids withdraw 440306-g1 --as officer@440306017001
      """,
    subcommands: [
      GridsProposeCommand.self, GridsListCommand.self, GridsShowCommand.self, GridsApproveCommand.self,
      GridsRejectCommand.self, GridsWithdrawCommand.self,
    ])
}

struct GridsProposeCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "propose", abstract: "Propose a change of grids.",
    discussion: """
      FILE is a GeoJSON feature collection of the new grids, with four members of its own beside `features`; options \
      go before them:

        {"type": "FeatureCollection", "kind": "split", "grids": ["440306017001001"],
         "effective_on": "2026-04-01", "reason": "too many cases for one officer",
         "features": [{"type": "Feature",
           "properties": {"code": "440306017001101", "name_zh": "第101网格", "name_en": "Grid 101"},
           "geometry": {"type": "Polygon", "coordinates": [[[113.88, 22.55], …]]}}, …]}

      kind: split makes several grids of one, merge one of several, move redraws borders between as many grids or puts \
      them under another unit. Each new grid may name its `parent`, `exclusive` and `layers` ("fire/F01"). Codes are \
      new, for a code means one grid for ever; only a grid that is moved under its own unit keeps its own. The new \
      grids cover the ground of the old, no more and no less, without overlap. Every fault is named at once.
      """)

  @Argument(help: "The GeoJSON file.")
  var file: String
  @Option(help: "split, merge or move; instead of the file's.")
  var kind: String?
  @Option(
    name: .customLong("grid"), help: ArgumentHelp("A grid that gives way; may stand several times.", valueName: "code"))
  var grids: [String] = []
  @Option(help: "The day from whose first moment on it is in force, e.g. 2026-04-01; instead of the file's.")
  var on: String?
  @Option(help: "Why; instead of the file's.")
  var reason: String?
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func validate() throws { try actor.requireUser("Say who proposes it") }

  func answer() async throws -> Answer {
    guard let data = FileManager.default.contents(atPath: file) else {
      throw Refusal("unreadable", "\(file) cannot be read")
    }
    let limits = JSONLimits(maxBytes: 4 << 20, maxDepth: 12, maxMembers: 400_000)
    guard case .object(var body)? = try? JSONParser.parse([UInt8](data), limits: limits) else {
      throw Refusal("malformed", "\(file) is no GeoJSON object")
    }
    if let kind { body["kind"] = .string(kind) }
    if !grids.isEmpty { body["grids"] = .array(grids.map { .string($0) }) }
    if let on { body["effective_on"] = .string(on) }
    if let reason { body["reason"] = .string(reason) }
    let proposal = JSONValue.object(body)
    return try await actor.console(common.stack()) { console in
      let value = try await console.post("/v1/grid-changes", proposal)
      return Answer(value, text: GridsText.page(value))
    }
  }
}

struct GridsListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List changes of grids, the newest first.")

  @Option(help: "Only of this state; may stand several times: proposed, approved, in_force, rejected, …")
  var state: [String] = []
  @Flag(help: "Only those that wait for the user.")
  var waiting = false
  @Option(help: "Go on where an earlier list ended.") var cursor: String?
  @Option(help: "How many at most.") var limit = 20
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    var query = "limit=\(limit)" + state.map { "&state=\(PercentEncoding.encode($0))" }.joined()
    if waiting { query += "&waiting=me" }
    if let cursor { query += "&cursor=\(PercentEncoding.encode(cursor))" }
    return try await actor.console(common.stack()) { console in
      let value = try await console.get("/v1/grid-changes?\(query)")
      return Answer(value, text: GridsText.list(value))
    }
  }
}

struct GridsShowCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a change: grids, approvals, and whom and what it touches.",
    discussion: "With --json also the shapes before and after, and the chain of its steps.")

  @Argument(help: "The change, e.g. 440306-g1.")
  var id: String
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await actor.console(common.stack()) { console in
      let value = try await console.get("/v1/grid-changes/\(PercentEncoding.encode(id))")
      return Answer(value, text: GridsText.page(value))
    }
  }
}

/// What the three decisions take.
struct GridDecisionOptions: ParsableArguments {
  @Argument(help: "The change, e.g. 440306-g1.")
  var id: String
  @Option(help: ArgumentHelp("The version that was decided on; the present one if missing.", valueName: "version"))
  var ifMatch: Int64?

  func answer(
    _ decision: GridDecision, reason: String?, _ actor: ActorOptions, _ common: CommonOptions
  ) async throws -> Answer {
    let path = "/v1/grid-changes/\(PercentEncoding.encode(id))"
    let body: JSONValue = ["action": .string(decision.rawValue), "reason": reason.map { .string($0) } ?? .null]
    return try await actor.console(common.stack()) { console in
      var version = ifMatch
      if version == nil { version = try await console.get(path)["version"]?.integerValue }
      guard let version else { throw Refusal("bad_answer", "console names no version of \(id)") }
      let value = try await console.post(path + "/actions", body, version: version)
      return Answer(value, text: GridsText.page(value))
    }
  }
}

struct GridsApproveCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "approve", abstract: "Approve a change on the level that is asked; the next level is asked then.")

  @OptionGroup var decision: GridDecisionOptions
  @Option(help: "A remark for the record.") var reason: String?
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func validate() throws { try actor.requireUser("Say who approves it") }
  func answer() async throws -> Answer { try await decision.answer(.approve, reason: reason, actor, common) }
}

struct GridsRejectCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "reject", abstract: "Refuse a change on the level that is asked; that is its end.")

  @OptionGroup var decision: GridDecisionOptions
  @Option(help: "Why; the proposer and those who approved it read it.") var reason: String
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func validate() throws { try actor.requireUser("Say who refuses it") }
  func answer() async throws -> Answer { try await decision.answer(.reject, reason: reason, actor, common) }
}

struct GridsWithdrawCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "withdraw", abstract: "Take a change back that one has proposed, before its day.")

  @OptionGroup var decision: GridDecisionOptions
  @Option(help: "Why.") var reason: String?
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func validate() throws { try actor.requireUser("Say who takes it back") }
  func answer() async throws -> Answer { try await decision.answer(.withdraw, reason: reason, actor, common) }
}

extension ActorOptions {
  fileprivate func requireUser(_ sentence: String) throws {
    guard username != nil else { throw ValidationError("\(sentence): --as USER.") }
  }
}
