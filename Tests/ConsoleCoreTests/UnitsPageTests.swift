import CaseworkSupport
import Domain
import HTTPTypes
import Hummingbird
import Testing
import Wire

@testable import ConsoleCore

@Suite("The page of units")
struct UnitsPageTests {
  private static let path = "/administration/units"

  /// The units listed, in order.
  private static func listed(_ page: String) -> [String] {
    page.matches(of: /<tr data-unit="([^"]+)">/).map { String($0.1) }
  }

  /// A figure of a unit's line; nil where there is none.
  private static func figure(_ name: String, of unit: String, _ page: String) throws -> String? {
    let row = try #require(
      page.firstMatch(of: try Regex("(?s)<tr data-unit=\"\(unit)\">.*?</tr>")), "no line of \(unit)")
    return String(page[row.range]).firstMatch(
      of: try Regex("data-figure=\"\(name)\"[^>]*>([0-9]+)<", as: (Substring, Substring).self)
    )
    .map { String($0.1) }
  }

  @Test("Is for administrators alone, each of whom sees their own ground")
  func roles() async throws {
    let door = try await ConsoleDoor.open("units_roles")
    for person in Person.all {
      let expected: HTTPResponse.Status = person.role == .admin ? .ok : .forbidden
      #expect(try await door.page(Self.path, as: person).status == expected, "\(person.name)")
    }
    _ = try await door.ask(
      .post, "/v1/users", as: .admin,
      body: ["username": "street", "role": "admin", "unit": "s1", "password": .string(ConsoleDoor.password)])
    let street = Person(name: "street", role: .admin, unit: "s1")
    #expect(Self.listed(try await door.page(Self.path, as: street).text) == ["c1", "c2"])
    // A unit above theirs is answered with their own, one beside it with a fault.
    #expect(Self.listed(try await door.page(Self.path + "?unit=d", as: street).text) == ["c1", "c2"])
    #expect(try await door.page(Self.path + "?unit=s2", as: street).status == .unprocessableContent)
    #expect(try await door.page(Self.path + "?unit=nowhere", as: .admin).status == .unprocessableContent)
    #expect(Self.listed(try await door.page(Self.path + "?q=Street", as: street).text) == ["s1"])
  }

  @Test("Goes down level by level, and shows the grids when they are asked for")
  func levels() async throws {
    let door = try await ConsoleDoor.open("units_levels")
    let top = try await door.page(Self.path, as: .admin).text
    #expect(Self.listed(top) == ["s1", "s2"])
    #expect(try Self.figure("units", of: "s1", top) == "2" && Self.figure("grids", of: "s1", top) == "3")
    #expect(top.contains("id=\"unit-units\">5<") && top.contains("id=\"unit-grids\">4<"))
    #expect(top.contains("href=\"/administration/units?unit=s1\""))
    #expect(top.contains("href=\"/administration/policies\"") && top.contains("href=\"/command?unit=s1\""))

    let folded = try await door.page(Self.path + "?unit=c1", as: .admin).text
    #expect(Self.listed(folded).isEmpty && folded.contains("Folded in here (Grid): 2."))
    #expect(folded.contains("href=\"/administration/units?unit=c1&amp;grids=shown\""))
    #expect(folded.contains("<a href=\"/administration/units?unit=s1\">Street One</a>"))
    let shown = try await door.page(Self.path + "?unit=c1&grids=shown", as: .admin).text
    #expect(Self.listed(shown) == ["g1", "g2"] && !shown.contains("id=\"folded\""))

    let grid = try await door.page(Self.path + "?unit=g1", as: .admin, language: "zh-CN").text
    #expect(grid.contains("一格") && grid.contains("Grid One") && grid.contains("网格是最小的单元"))
    #expect(try await door.page(Self.path + "?unit=c1&grids=some", as: .admin).status == .unprocessableContent)
  }

  @Test("A city stands above its districts")
  func city() async throws {
    let door = try await ConsoleDoor.open("units_city", files: SampleNetworkFiles.city)
    let city = try await door.page(Self.path, as: .cityAdmin).text
    #expect(Self.listed(city) == ["d", "e"] && city.contains("Sample City"))
    let district = try await door.page(Self.path, as: .eastAdmin).text
    #expect(!Self.listed(district).contains("s1") && Self.listed(district).contains("s3"))
  }

  @Test("Names the professional grids that a unit is a part of, itself or by what it lies in")
  func layers() async throws {
    var files = SampleNetworkFiles.all
    files["layers/fire.csv"] = Array("code,unit\nF1,c1\n".utf8)
    let door = try await ConsoleDoor.open("units_layers", files: files)
    let layer = "<code class=\"unit-layer\">fire/F1</code>"
    #expect(try await door.page(Self.path + "?unit=g1", as: .admin).text.contains(layer))
    #expect(try await door.page(Self.path + "?unit=s1", as: .admin).text.contains(layer))
    let other = try await door.page(Self.path + "?unit=c2", as: .admin).text
    #expect(other.contains("Professional grids") && !other.contains(layer))
  }

  @Test("Finds units by what a name contains in either language, and by how the code begins")
  func search() async throws {
    let door = try await ConsoleDoor.open("units_search")
    for (text, expected) in [
      ("community", ["c1", "c2", "c3"]), ("%E4%BA%8C", ["s2", "c2", "g2"]), ("g", ["g1", "g2", "g3", "g4"]),
      ("Grid+Three", ["g3"]),
    ] {
      let page = try await door.page(Self.path + "?q=\(text)", as: .admin).text
      #expect(Self.listed(page).filter { expected.contains($0) } == expected, "\(text)")
    }
    let found = try await door.page(Self.path + "?q=Grid+Three", as: .admin).text
    #expect(found.contains("1 unit found") && found.contains("Street One › Community Two"))
    let none = try await door.page(Self.path + "?q=%3Cb%3E", as: .admin).text
    #expect(none.contains("No unit is called “&lt;b&gt;”") && Self.listed(none).isEmpty)
  }

  @Test("Counts open cases, people and who is on duty; each count leads to as many")
  func counts() async throws {
    let door = try await ConsoleDoor.open("units_counts")
    for (category, unit) in [("0201", "g3"), ("0101", "g1")] {
      try await door.fixture.route(try await door.fixture.file(category: CategoryCode(category), unit: UnitCode(unit)))
    }
    _ = try await door.fixture.file(category: "0101", unit: "g4")
    let top = try await door.page(Self.path, as: .admin).text
    #expect(try Self.figure("open", of: "s1", top) == "2" && Self.figure("open", of: "s2", top) == "1")
    #expect(top.contains("id=\"unit-open\" href=\"/cases?unit=d&amp;state=open&amp;sort=due_at\">3<"))
    #expect(try await door.listed("/v1/cases?unit=s1&state=open", as: .admin).count == 2)

    // wang in c1 and zheng in s1; nobody in s2.
    #expect(try Self.figure("people", of: "s1", top) == "2" && Self.figure("people", of: "s2", top) == nil)
    #expect(top.contains("id=\"unit-people\" href=\"/administration/users?unit=d&amp;active=true\">10<"))
    let people = try await door.page("/administration/users?unit=s1&active=true", as: .admin).text
    #expect(people.matches(of: /<tr data-entry="([^"]+)"/).map { String($0.1) } == ["wang", "zheng"])
    #expect(people.contains("Street One and below"))
    _ = try await door.ask(.post, "/v1/users/wang/actions", as: .admin, body: ["action": "disable"])
    let after = try await door.page(Self.path, as: .admin).text
    #expect(try Self.figure("people", of: "s1", after) == "1")

    let street = try await door.page(Self.path + "?unit=s1", as: .admin).text
    #expect(street.contains("Supervisor zheng") && !street.contains("Grid officer wang"))
    door.fixture.advance(seconds: 90 * 86_400)
    let late = try await door.page(Self.path, as: .admin).text
    #expect(late.contains("2 late") && late.contains("/cases?unit=s1&amp;state=open&amp;overdue=true"))
  }

  @Test("The page of suppressions names who makes and ends them, and offers administrators nothing to do")
  func suppressions() async throws {
    let door = try await ConsoleDoor.open("units_suppressions")
    let page = try await door.page("/administration/suppressions", as: .admin).text
    #expect(page.contains("Administrators look on."))
    #expect(page.matches(of: /<tr data-entry="([^"]+)"/).map { String($0.1) } == ["chief", "wu", "zheng"])
    #expect(!page.contains("data-call"))
  }
}
