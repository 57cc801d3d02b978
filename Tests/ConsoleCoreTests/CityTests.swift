import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import PostgresClient
import TestSupport
import Testing
import Wire

@testable import ConsoleCore

/// A city of two districts, each with a journal of its own.
@Suite("People of a whole city")
struct CityTests {
  private func open(_ name: String) async throws -> ConsoleDoor {
    try await ConsoleDoor.open(name, files: SampleNetworkFiles.city)
  }

  @Test("They see both districts, a district's people theirs, a street's people their street")
  func visibility() async throws {
    let door = try await open("city_visibility")
    var ids: [CaseID] = []
    for unit in ["g1", "g5", "g4", "g6"] as [UnitCode] {
      ids.append(try await door.fixture.file(unit: unit))
      door.fixture.advance(seconds: 60)
    }
    #expect(ids.map(\.description) == ["d-1", "e-1", "d-2", "e-2"])
    for id in ids { try await door.fixture.route(id) }
    let all = ["e-2", "d-2", "e-1", "d-1"]
    #expect(try await door.listed("/v1/cases", as: .cityAdmin) == all)
    #expect(try await door.listed("/v1/cases?unit=city", as: .cityAdmin) == all)
    #expect(try await door.listed("/v1/cases?sort=filed_at", as: .cityDispatcher) == all.reversed())
    #expect(try await door.listed("/v1/cases?unit=e", as: .cityAdmin) == ["e-2", "e-1"])
    #expect(try await door.listed("/v1/cases?unit=s1", as: .cityAdmin) == ["d-1"])
    #expect(try await door.listed("/v1/cases?q=e-1", as: .cityAdmin) == ["e-1"])
    #expect(try await door.listed("/v1/cases", as: .admin) == ["d-2", "d-1"])
    #expect(try await door.listed("/v1/cases?unit=city", as: .admin) == ["d-2", "d-1"], "of the city what is theirs")
    #expect(try await door.listed("/v1/cases", as: .eastStreet) == ["e-2", "e-1"])
    #expect(try await door.listed("/v1/cases", as: .supervisor) == ["d-1"])
    #expect(try await door.listed("/v1/cases", as: .urban) == ["d-2", "d-1"])
    #expect(try await door.listed("/v1/cases", as: .eastHandler) == ["e-2", "e-1"])
    #expect(try await door.ask(.get, "/v1/cases?unit=e", as: .admin).status == .unprocessableContent)

    for id in ["d-1", "e-1"] {
      let found = try await door.ask(.get, "/v1/cases/\(id)", as: .citySupervisor)
      #expect(try found.json["id"]?.stringValue == id)
      #expect(try await door.ask(.get, "/v1/cases/\(id)/events", as: .cityAdmin).items.count == 2)
    }
    #expect(try await door.ask(.get, "/v1/cases/e-1", as: .admin).status == .notFound)
    #expect(try await door.ask(.get, "/v1/cases/d-1", as: .eastAdmin).status == .notFound)
    #expect(try await door.ask(.get, "/v1/cases/x-1", as: .cityAdmin).status == .notFound)
    #expect(try await door.ask(.get, "/v1/cases", as: .cityInspector).items.isEmpty)
    #expect(try await door.ask(.get, "/v1/sessions/me", as: .cityAdmin).json["district"] == "city")
  }

  @Test("Pages over both districts skip and repeat nothing while cases come in", arguments: CaseOrder.allCases)
  func pages(_ order: CaseOrder) async throws {
    let door = try await open("city_pages")
    var random = SeededRandom(seed: 7)
    var before: Set<String> = []
    for index in 0..<24 {
      let unit: UnitCode = ["g1", "g5", "g3", "g6"].randomElement(using: &random) ?? "g1"
      before.insert(try await door.fixture.file(unit: unit).description)
      // Some are of one moment: then district and number order them.
      if index % 3 == 0 { door.fixture.advance(seconds: 30) }
    }
    var seen: [String] = []
    var cursor: String?
    repeat {
      let path = "/v1/cases?limit=5&sort=\(order.rawValue)" + (cursor.map { "&cursor=\($0)" } ?? "")
      let answer = try await door.ask(.get, path, as: .cityAdmin)
      seen += try answer.items.compactMap { $0["id"]?.stringValue }
      cursor = try answer.json["next_cursor"]?.stringValue
      try await door.fixture.file(unit: "g5")
      door.fixture.advance(seconds: 1)
      try await door.fixture.file(unit: "g1")
    } while cursor != nil && seen.count < 200
    #expect(Set(seen).count == seen.count, "none twice")
    #expect(before.isSubset(of: seen), "none left out")
    let whole = try await door.listed("/v1/cases?limit=500&sort=\(order.rawValue)", as: .cityAdmin)
    #expect(whole.filter { seen.contains($0) } == seen, "in one order")
    let one = try await door.listed("/v1/cases?limit=5&sort=\(order.rawValue)", as: .eastAdmin)
    #expect(whole.filter { $0.hasPrefix("e-") } == one)
  }

  @Test("They act where their role allows, in whichever district")
  func actions() async throws {
    let door = try await open("city_actions")
    for unit in ["g1", "g5"] as [UnitCode] {
      let id = try await door.fixture.file(category: "0901", unit: unit)
      try await door.fixture.route(id)
      let seen = try await door.ask(.get, "/v1/cases/\(id)", as: .cityDispatcher).json
      let own = try await door.ask(.get, "/v1/cases/\(id)", as: unit == "g1" ? .dispatcher : .eastDispatcher).json
      #expect(seen["state"] == "desk")
      #expect(seen["allowed_actions"] == own["allowed_actions"])
      #expect(seen["allowed_actions"]?.arrayValue?.contains("dispatch") == true)
      let none = try await door.ask(.get, "/v1/cases/\(id)", as: .cityAdmin).json["allowed_actions"]
      #expect(none?.arrayValue?.contains("dispatch") == false)
      let sent = try await door.act(id, ["action": "dispatch", "department": "water"], as: .cityDispatcher, version: 2)
      #expect(try sent.json["state"] == "dispatched")
      let events = try await door.ask(.get, "/v1/cases/\(id)/events", as: .cityAdmin).items
      #expect(events.last?["actor"] == "user:city-wu")
    }
    let waiting = try await door.fixture.file(category: "0901", unit: "g6")
    try await door.fixture.route(waiting)
    #expect(try await door.listed("/v1/cases?assigned_to=me", as: .cityDispatcher) == [waiting.description])
    let foreign = try await door.act(
      waiting, ["action": "dispatch", "department": "water"], as: .dispatcher, version: 2)
    #expect(foreign.status == .notFound)
  }

  @Test("The city stands above its districts, and its shapes are theirs")
  func territory() async throws {
    let door = try await open("city_territory")
    let city = try await door.ask(.get, "/v1/units/city", as: .cityAdmin).json
    #expect(city["tier"] == "city" && city["parent"]?.isNull == true && city["name_en"] == "Sample City")
    #expect(city["children"]?.arrayValue?.compactMap { $0["code"]?.stringValue } == ["d", "e"])
    let east = try await door.ask(.get, "/v1/units/s3", as: .cityAdmin).json
    #expect(east["path"]?.arrayValue?.compactMap { $0["code"]?.stringValue } == ["city", "e", "s3"])
    let units = try await door.ask(.get, "/v1/units?parent=city", as: .eastAdmin).items
    #expect(units.compactMap { $0["code"]?.stringValue } == ["d", "e"])
    #expect(units.allSatisfy { $0["parent"] == "city" })
    let shapes = try await door.ask(.get, "/v1/units.geojson?tier=district", as: .cityAdmin).json
    #expect(shapes["features"]?.arrayValue?.count == 2)
    let whole = try await door.ask(.get, "/v1/units.geojson?tier=city", as: .cityAdmin).json
    #expect(whole["features"]?.arrayValue?.count == 1)
  }
}
