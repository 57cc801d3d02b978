import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("Who sees which cases")
struct VisibilityTests {
  @Test("A unit's people see its subtree, a department what it has a share in, an auditor everything")
  func visibility() async throws {
    let door = try await ConsoleDoor.open("console_visibility")
    let rubbish = try await door.fixture.file(category: "0101", unit: "g1")
    let water = try await door.fixture.file(category: "0201", unit: "g3")
    let far = try await door.fixture.file(category: "0101", unit: "g4")
    for id in [rubbish, water, far] { try await door.fixture.route(id) }
    let ids = (rubbish: rubbish.description, water: water.description, far: far.description)

    #expect(try await door.listed("/v1/cases", as: .auditor) == [ids.far, ids.water, ids.rubbish])
    #expect(try await door.listed("/v1/cases", as: .supervisor) == [ids.water, ids.rubbish])
    #expect(try await door.listed("/v1/cases", as: .officer) == [ids.rubbish])
    #expect(try await door.listed("/v1/cases", as: .urban) == [ids.far, ids.water, ids.rubbish], "it assists in one")
    #expect(try await door.listed("/v1/cases?department=urban", as: .admin) == [ids.far, ids.rubbish])
    #expect(try await door.listed("/v1/cases?involving=urban", as: .admin) == [ids.far, ids.water, ids.rubbish])
    #expect(try await door.listed("/v1/cases?part=true&department=urban", as: .admin) == [ids.water])
    #expect(try await door.listed("/v1/cases", as: .water) == [ids.water])
    #expect(try await door.listed("/v1/cases", as: .inspector).isEmpty)

    for path in ["/v1/cases/\(ids.rubbish)", "/v1/cases/\(ids.rubbish)/events"] {
      #expect(try await door.ask(.get, path, as: .water).status == .notFound)
      #expect(try await door.ask(.get, path, as: .urban).status == .ok)
    }
    #expect(try await door.ask(.get, "/v1/cases/\(ids.water)", as: .officer).status == .notFound)
    #expect(try await door.ask(.get, "/v1/cases").status == .unauthorized)
  }

  @Test("An action on a case that is not to be seen finds no case")
  func actionsOnHiddenCases() async throws {
    let door = try await ConsoleDoor.open("console_hidden")
    let id = try await door.fixture.file(category: "0101", unit: "g3")
    try await door.fixture.route(id)
    let answer = try await door.act(id, ["action": "sign"], as: .water, version: 2)
    #expect(answer.status == .notFound)
    #expect(try await door.fixture.load(id).value.state == .dispatched)
  }

  @Test("A machine sees what it handed in")
  func machines() async throws {
    let door = try await ConsoleDoor.open("console_machines")
    let own = try await door.fixture.file(by: Actor(kind: .source, name: "camera", role: .source, unit: "d"))
    let other = try await door.fixture.file()
    let sight = CaseSight(
      of: Actor(kind: .source, name: "camera", role: .source, unit: "d"), policy: try door.fixture.policy)
    let page = try await door.console.cases.page(sight, CaseFilter(), limit: 10, now: door.fixture.now)
    #expect(page.cases.map(\.id) == [own])
    #expect(try await door.console.cases.find(other, sight) == nil)
  }

  @Test("Who reported is masked")
  func masking() async throws {
    let door = try await ConsoleDoor.open("console_masking")
    let id = try await door.fixture.file(reporter: (name: "张三丰", phone: "13812341234"))
    for path in ["/v1/cases/\(id)", "/v1/cases", "/v1/cases/\(id)/events"] {
      let answer = try await door.ask(.get, path, as: .admin)
      #expect(!answer.text.contains("三丰") && !answer.text.contains("13812341234"))
    }
    let shown = try await door.ask(.get, "/v1/cases/\(id)", as: .admin).json
    #expect(shown["reporter"]?["name"] == "张**")
    #expect(shown["reporter"]?["phone"] == "138****1234")
    #expect(Masking.phone("+8613812341234") == "+86138****1234" || Masking.phone("+8613812341234").contains("****"))
    #expect(Masking.phone("110") == "****10")
  }
}
