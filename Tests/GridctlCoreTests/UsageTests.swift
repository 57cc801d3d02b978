import Testing
import Wire

@testable import GridctlCore

@Suite struct UsageTests {
  @Test(arguments: [
    ["nonsense"], ["settle", "--timeout", "x"], ["settle", "--timeout", "-1"], ["calendar", "due", "--from", "today"],
    ["calendar", "check", "1812"], ["clock", "advance", "soon"], ["replay"], ["replay", "a.csv", "--day", "baoan"],
    ["replay", "--day", "baoan", "--rate", "fast"], ["case", "act", "440306-1", "sign"],
    ["case", "act", "440306-1", "sign", "--as", "a", "--field", "x"],
    ["user", "add", "a", "--role", "king", "--unit", "1", "--password-stdin"],
    ["user", "add", "a", "--role", "handler", "--unit", "1", "--password-stdin"],
    ["user", "add", "a", "--role", "officer", "--unit", "1"], ["journal", "rebuild", "console"],
    ["journal", "rebuild", "escalation", "--as-of", "2026-01-01T00:00:00Z"],
    ["journal", "export", "--district", "1", "--from", "0"],
  ])
  func wrongUsageEndsWithTwo(_ arguments: [String]) async {
    let captured = await Captured.run(arguments)
    #expect(captured.status == 2)
    #expect(captured.output.isEmpty)
    #expect(captured.error.contains("Usage:"))
  }

  @Test func wrongUsageIsJSONWhereAskedFor() async throws {
    let captured = await Captured.run("calendar", "check", "1812", "--json")
    #expect(captured.status == 2)
    #expect(try captured.json["error"]?["code"]?.stringValue == "usage")
  }

  @Test(arguments: [["--help"], ["network", "--help"], ["replay", "--help"], ["help", "settle"], ["--version"]])
  func helpEndsWithZero(_ arguments: [String]) async {
    let captured = await Captured.run(arguments)
    #expect(captured.status == 0)
    #expect(!captured.output.isEmpty)
  }

  @Test func theHelpNamesEveryCommandOfTheContract() async {
    let help = await Captured.run("--help").output
    for command in [
      "network", "policy", "calendar", "user", "key", "case", "replay", "clock", "settle", "journal", "deliveries",
      "quarantine", "status", "doctor", "migrate", "demo", "bench",
    ] {
      #expect(help.contains("  \(command) "), "\(command) is missing")
    }
  }

  @Test func withoutAStackARefusalSaysWhatToDo() async throws {
    let home = try TemporaryDirectory()
    let captured = await Captured.run("status", "--home", home.path, "--json")
    #expect(captured.status == 1)
    #expect(try captured.json["error"]?["code"]?.stringValue == "no_stack")
    #expect(captured.error.contains("make up"))
  }
}
