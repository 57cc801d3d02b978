import ArgumentParser
import Wire

struct CaseCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "case", abstract: "Look at cases and act on them, through console as one of its users.",
    subcommands: [CaseShowCommand.self, CaseListCommand.self, CaseActCommand.self])
}

/// Who looks or acts.
struct ActorOptions: ParsableArguments {
  @Option(
    name: .customLong("as"),
    help: ArgumentHelp("Name of the user; the password is taken from demo.json.", valueName: "user"))
  var username: String?
  @Flag(help: "Read the user's password from standard input instead.")
  var passwordStdin = false

  func console<Result>(_ stack: Stack, _ body: (ConsoleClient) async throws -> Result) async throws -> Result {
    let console = try await stack.console(as: username, passwordFromInput: passwordStdin)
    do {
      let result = try await body(console)
      await console.signOut()
      return result
    } catch {
      await console.signOut()
      throw error
    }
  }
}

struct CaseShowCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show a case with its parts, clocks and orders, and what may be done to it.")

  @Argument(help: "The case, e.g. 440306-1024.")
  var id: String
  @Flag(help: "Show its journal as well.")
  var events = false
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await actor.console(common.stack()) { console in
      var value = try await console.get("/v1/cases/\(id)")
      if events, case .object(var object) = value {
        let list = try await console.get("/v1/cases/\(id)/events")
        object["events"] = list["items"] ?? list
        value = .object(object)
      }
      return Answer(value, text: CaseText.page(value))
    }
  }
}

struct CaseListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List cases, newest first unless sorted otherwise.")

  @Option(help: "Only this unit and what lies under it.") var unit: String?
  @Option(help: "Only this state.") var state: String?
  @Option(help: "Only this category.") var category: String?
  @Option(help: "Only this lead department.") var department: String?
  @Option(help: "Only what this department leads or has a part in.") var involving: String?
  @Option(help: "Only from this source.") var source: String?
  @Flag(help: "Only what is overdue.") var overdue = false
  @Option(name: .customLong("q"), help: "Words in the description.") var words: String?
  @Option(help: "Filed from, RFC 3339.") var from: String?
  @Option(help: "Filed before, RFC 3339.") var to: String?
  @Flag(help: "Only what waits for the user.") var mine = false
  @Option(help: "How to sort, as console's API names it.") var sort: String?
  @Option(help: "Go on where an earlier list ended.") var cursor: String?
  @Option(help: "How many at most.") var limit = 20
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  private var query: String {
    let fields: [(String, String?)] = [
      ("unit", unit), ("state", state), ("category", category), ("department", department), ("involving", involving),
      ("source", source), ("overdue", overdue ? "true" : nil), ("q", words), ("from", from), ("to", to),
      ("sort", sort), ("assigned_to", mine ? "me" : nil), ("cursor", cursor), ("limit", String(limit)),
    ]
    let given = fields.compactMap { name, value in value.map { "\(name)=\(PercentEncoding.encode($0))" } }
    return given.joined(separator: "&")
  }

  func answer() async throws -> Answer {
    let query = query
    return try await actor.console(common.stack()) { console in
      let value = try await console.get("/v1/cases?\(query)")
      return Answer(value, text: CaseText.list(value))
    }
  }
}

struct CaseActCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "act", abstract: "Do something to a case.",
    discussion: """
      gridctl case act 440306-1024 sign --as handler@CGJ
      gridctl case act 440306-1024 dispatch --field department=CGJ \\
          --field 'assists:=["JTJ"]' --as dispatcher@440306

      A field is name=text, or name:=JSON for what is no text. Unless --if-match names another, the case is acted on \
      at the version it has now. An action that is not allowed is refused, and the answer names those that are.

      ACTIONS, each with its fields; those in brackets are optional:

      \(ActionHelp.text)
      """)

  @Argument(help: "The case, e.g. 440306-1024.")
  var id: String
  @Argument(help: "The action, e.g. sign, handle, return.")
  var action: String
  @Option(name: .customLong("field"), help: ArgumentHelp("A field of the action.", valueName: "name=value"))
  var fields: [String] = []
  @Option(help: ArgumentHelp("The version that was decided on; the present one if missing.", valueName: "version"))
  var ifMatch: Int64?
  @OptionGroup var actor: ActorOptions
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard actor.username != nil else { throw ValidationError("Say who acts: --as USER.") }
    _ = try body()
  }

  private func body() throws -> JSONValue {
    var object: JSONObject = ["action": .string(action)]
    for field in fields {
      let (name, value) = try ActionField.read(field)
      object[name] = value
    }
    return .object(object)
  }

  func answer() async throws -> Answer {
    let body = try body()
    return try await actor.console(common.stack()) { console in
      var version = ifMatch
      if version == nil { version = try await console.get("/v1/cases/\(id)")["version"]?.integerValue }
      guard let version else { throw Refusal("bad_answer", "console names no version of \(id)") }
      let value = try await console.post("/v1/cases/\(id)/actions", body, version: version)
      return Answer(value, text: CaseText.page(value))
    }
  }
}

/// `name=text` or `name:=JSON`.
enum ActionField {
  static func read(_ field: String) throws -> (name: String, value: JSONValue) {
    guard let sign = field.firstIndex(of: "="), sign != field.startIndex else {
      throw ValidationError("A field is name=text or name:=JSON, not \(field).")
    }
    let text = String(field[field.index(after: sign)...])
    let before = field.index(before: sign)
    guard field[before] == ":", before != field.startIndex else { return (String(field[..<sign]), .string(text)) }
    guard let value = try? JSONParser.parse(text) else { throw ValidationError("\(text) is no JSON.") }
    return (String(field[..<before]), value)
  }
}
