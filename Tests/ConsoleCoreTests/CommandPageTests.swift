import CaseworkSupport
import Domain
import Hummingbird
import Testing

@testable import ConsoleCore

@Suite("The command centre")
struct CommandPageTests {
  @Test("Shows the unit of the address with what lies below it, its events and its figures")
  func drill() async throws {
    let door = try await ConsoleDoor.open("command_drill")
    let here = try await door.fixture.file(category: "0101", unit: "g1")
    try await door.fixture.route(here)
    let there = try await door.fixture.file(category: "0101", unit: "g4")
    try await door.settleStatistics()
    let top = try await door.page("/command", as: .chief).text
    #expect(top.contains("data-unit=\"d\"") && top.contains("<tr data-unit=\"s1\">"))
    #expect(top.contains("href=\"/cases/\(here)\"") && top.contains("href=\"/cases/\(there)\""))
    #expect(Self.figure("reported", top) == "2")
    #expect(Self.figure("dispatched", top) == "1")
    #expect(Self.figure("late", top) == "0")
    #expect(top.contains("href=\"/command?unit=s1\" data-drill"))

    let street = try await door.page("/command?unit=s1&layer=hot", as: .chief).text
    #expect(street.contains("data-unit=\"s1\"") && street.contains("<tr data-unit=\"c1\">"))
    #expect(street.contains("data-layer=\"hot\"") && street.contains("data-fine-tier=\"grid\""))
    #expect(Self.figure("reported", street) == "1")
    #expect(!street.contains("href=\"/cases/\(there)\""))
    #expect(street.contains("href=\"/command?layer=hot&amp;unit=d\" data-drill"))

    let grid = try await door.page("/command?unit=g1", as: .chief).text
    #expect(grid.contains("class=\"case-list\"") && grid.contains("data-case=\"\(here)\""))
    #expect(try await door.page("/command?unit=s1&layer=none", as: .chief).status == .unprocessableContent)
  }

  @Test("Late cases are counted as late, and stand first")
  func late() async throws {
    let door = try await ConsoleDoor.open("command_late")
    let id = try await door.fixture.file(category: "0101", unit: "g4")
    try await door.fixture.route(id)
    door.fixture.advance(seconds: 90 * 86_400)
    let page = try await door.page("/command?period=month", as: .chief).text
    #expect(Self.figure("late", page) == "1")
    #expect(Self.figure("reported", page) == "0")
    let rows = page.matches(of: /<tr data-unit="([a-z0-9]+)">/).map { String($0.1) }
    #expect(rows == ["s2", "s1"])
  }

  @Test("Everyone is shown their own ground; discipline inspection what it sees, without rates")
  func sight() async throws {
    let door = try await ConsoleDoor.open("command_sight")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    try await door.fixture.route(id)
    // The head of a street who asks for the district is shown the street.
    let street = try await door.page("/command?unit=d", as: .supervisor).text
    #expect(street.contains("data-unit=\"s1\"") && !street.contains("<tr data-unit=\"s2\">"))
    #expect(try await door.page("/command?unit=s2", as: .supervisor).status == .unprocessableContent)
    let inspection = try await door.page("/command", as: .inspector)
    #expect(inspection.status == .ok)
    #expect(Self.figure("reported", inspection.text) == "0")
    #expect(!inspection.text.contains("href=\"/cases/\(id)\""))
    #expect(try await door.page("/command", as: .urban).status == .forbidden)
  }

  /// The number of a counter.
  private static func figure(_ name: String, _ page: String) -> String? {
    guard let pattern = try? Regex("id=\"figure-\(name)\"[^>]*><b>([^<]*)</b>") else { return nil }
    return page.firstMatch(of: pattern)?.output[1].substring.map(String.init)
  }
}
