import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("The page of suppressions") struct SuppressionPageTests {
  private func begin(_ door: ConsoleDoor, unit: String, reason: String) async throws -> String {
    let body: JSONValue = [
      "reason": .string(reason), "unit": .string(unit), "categories": ["01"], "sources": "camera",
      "until": .string(door.fixture.now.adding(seconds: 3_600).rfc3339()),
    ]
    let made = try await door.ask(.post, "/v1/suppressions", as: .dispatcher, body: body)
    return try #require(try made.json["id"]?.stringValue, "\(made.text)")
  }

  @Test("It lists what runs, who wanted it and why; each ends what is of their own unit")
  func list() async throws {
    let door = try await ConsoleDoor.open("suppression_page")
    let empty = try await door.page("/suppressions", as: .dispatcher).text
    #expect(empty.contains("Reports become cases as usual") && !empty.contains("data-method=\"DELETE\""))
    let wide = try await begin(door, unit: "d", reason: "storm")
    let near = try await begin(door, unit: "s1", reason: "broken camera")
    let chief = try await door.page("/suppressions", as: .dispatcher).text
    for expected in ["storm", "broken camera", "wu", "only from: Camera", "/v1/suppressions/\(wide)"] {
      #expect(chief.contains(expected), "\(expected)")
    }
    let street = try await door.page("/suppressions", as: .supervisor).text
    #expect(street.contains("storm") && street.contains("/v1/suppressions/\(near)"))
    #expect(!street.contains("/v1/suppressions/\(wide)"))
    _ = try await door.ask(.delete, "/v1/suppressions/\(near)", as: .supervisor)
    #expect(!(try await door.page("/suppressions", as: .supervisor).text.contains("broken camera")))
    let all = try await door.page("/suppressions?which=all", as: .supervisor).text
    #expect(all.contains("broken camera") && all.contains("ended by zheng"))
    #expect(try await door.page("/suppressions?which=some", as: .supervisor).status == .unprocessableContent)
  }

  @Test("The page of a case leads to the form with its kind and its grid in it, for those who may")
  func fromACase() async throws {
    let door = try await ConsoleDoor.open("suppression_page_case")
    let id = try await door.fixture.file(category: "0101", unit: "g1")
    let path = "/suppressions?category=0101&amp;unit=g1#begin"
    #expect(try await door.page("/cases/\(id)", as: .dispatcher).text.contains(path))
    #expect(!(try await door.page("/cases/\(id)", as: .hotline).text.contains("/suppressions")))
    let form = try await door.page("/suppressions?category=0101&unit=g1", as: .dispatcher).text
    #expect(form.contains("<details class=\"card office-details\" id=\"begin\" open>"))
    #expect(form.contains("value=\"0101\" data-as=\"list\" data-parent=\"01\" checked"))
    #expect(form.contains("<option value=\"g1\" selected>"))
    // A place of others is no choice.
    #expect(!(try await door.page("/suppressions?unit=s2", as: .supervisor).text.contains("value=\"s2\"")))
  }
}
