import Casework
import CaseworkSupport
import Domain
import HTTPTypes
import Testing
import Wire

@testable import ConsoleCore

@Suite("What maps are drawn from")
struct MapTests {
  @Test("Points hold the cases that the list holds, for every role")
  func pointsAreTheList() async throws {
    let door = try await ConsoleDoor.open("map_points")
    try await CaseMix(door: door, seed: 41).play(cases: 40)
    for person in Person.all {
      for filter in ["state=open", "state=open&unit=s1", "state=closed,void", "state=open&category=0101"] {
        guard person.unit == "d" || !filter.contains("unit=") else { continue }
        let listed = try await door.listed("/v1/cases?\(filter)", as: person)
        let answer = try await door.ask(.get, "/v1/cases/points?\(filter)", as: person)
        #expect(try Self.ids(answer.json) == Set(listed), "\(filter) as \(person.name)")
      }
    }
    let bare = try await door.ask(.get, "/v1/cases/points", as: .dispatcher).json
    #expect(Self.ids(bare) == Set(try await door.listed("/v1/cases?state=open", as: .dispatcher)))
  }

  @Test("A point says where a case is, its unit and its times; named cases come whatever their state")
  func pointsSayWhatAMapNeeds() async throws {
    let door = try await ConsoleDoor.open("map_columns")
    let open = try await door.fixture.file(category: "0101", unit: "g1")
    try await door.fixture.route(open)
    let document = try await door.ask(.get, "/v1/cases/points?case=\(open)", as: .dispatcher).json
    #expect(document["count"]?.integerValue == 1)
    #expect(document["units"]?[0]?.stringValue == "d/s1/c1/g1/")
    #expect(document["states"]?[0]?.stringValue == "dispatched")
    #expect(document["leads"]?[0]?.stringValue == "urban")
    let due = try #require(document["due"]?[0]?.integerValue)
    let soon = try #require(document["soon"]?[0]?.integerValue)
    #expect(due > 0 && soon < due)

    try await door.fixture.perform(.void(reason: "no matter"), on: open, by: Person.dispatcher.actor)
    #expect(Self.ids(try await door.ask(.get, "/v1/cases/points", as: .dispatcher).json).isEmpty)
    let after = try await door.ask(.get, "/v1/cases/points?case=\(open)", as: .dispatcher).json
    #expect(Self.ids(after) == [open.description])
    #expect(after["states"]?[0]?.stringValue == "void")
    // Another department is not told of it by its name either.
    #expect(Self.ids(try await door.ask(.get, "/v1/cases/points?case=\(open)", as: .water).json).isEmpty)

    let malformed = try await door.ask(.get, "/v1/cases/points?case=nothing", as: .dispatcher)
    #expect(malformed.status == .unprocessableContent)
    let many = (1...101).map { "d-\($0)" }.joined(separator: ",")
    #expect(try await door.ask(.get, "/v1/cases/points?case=\(many)", as: .dispatcher).status == .unprocessableContent)
  }

  @Test("Open cases by unit, department and colour are those of the points")
  func talliesAgree() async throws {
    let door = try await ConsoleDoor.open("map_tallies")
    try await CaseMix(door: door, seed: 43).play(cases: 40)
    for hours in [0, 4, 30, 200] {
      door.fixture.advance(seconds: Int64(hours) * 3_600)
      let now = door.console.now
      let sight = CaseSight(of: Person.admin.actor, policy: try door.fixture.policy)
      let store = CasePointStore(pool: door.console.pool)
      var filter = CaseFilter()
      filter.states = CaseState.allCases.filter(\.isOpen)
      var counted: [String: ToneCounts] = [:]
      for point in try await store.points(sight, filter, now: now).points {
        var one = ToneCounts()
        switch point.due?.tone(now) {
        case .late: one.late = 1
        case .soon: one.soon = 1
        case .fine, nil: one.fine = 1
        }
        counted["\(point.unit)|\(point.lead?.text ?? "")", default: ToneCounts()] += one
      }
      let tallies = try await store.tallies(sight, CaseFilter(), now: now)
      let told = Dictionary(uniqueKeysWithValues: tallies.map { ("\($0.unit)|\($0.lead?.text ?? "")", $0.counts) })
      #expect(told == counted, "after \(hours) hours more")
    }
  }

  @Test("Outlines are of the caller's ground, of what lies right below, and kept as long as the network stands")
  func outlines() async throws {
    let door = try await ConsoleDoor.open("map_outlines")
    let top = try await door.ask(.get, "/v1/shapes", as: .admin)
    #expect(try Self.codes(top.json) == ["s1", "s2"])
    #expect(try await Self.codes(door.ask(.get, "/v1/shapes?unit=c1", as: .admin).json) == ["g1", "g2"])
    #expect(try await Self.codes(door.ask(.get, "/v1/shapes?unit=g1", as: .admin).json) == ["g1"])
    let grids = try await door.ask(.get, "/v1/shapes?tier=grid", as: .admin)
    #expect(try Self.codes(grids.json) == ["g1", "g2", "g3", "g4"])
    #expect(top.headers[.cacheControl] == "private, no-cache")

    // A street's own people are shown their street, whatever they ask for; what lies beside it is refused.
    #expect(try await Self.codes(door.ask(.get, "/v1/shapes?unit=d", as: .supervisor).json) == ["c1", "c2"])
    #expect(try await door.ask(.get, "/v1/shapes?unit=s2", as: .supervisor).status == .unprocessableContent)

    let version = try #require(try top.json["version"]?.integerValue)
    let fixed = try await door.ask(.get, "/v1/shapes?version=\(version)", as: .admin)
    #expect(fixed.headers[.cacheControl]?.contains("immutable") == true)
    let tag = try #require(fixed.headers[.eTag])
    let again = try await door.ask(.get, "/v1/shapes", as: .admin, headers: [.ifNoneMatch: tag])
    #expect(again.status == .notModified)
  }

  @Test("An outline gives the corners of the shape")
  func outlineCorners() async throws {
    let door = try await ConsoleDoor.open("map_corners")
    let document = try await door.ask(.get, "/v1/shapes?unit=g1", as: .admin).json
    let steps = Double(try #require(document["steps_per_degree"]?.integerValue))
    let ring = try #require(document["items"]?[0]?["outline"]?[0]?[0]?.arrayValue).compactMap(\.integerValue)
    var drawn: Set<[Double]> = []
    var (x, y) = (Int64(0), Int64(0))
    for place in stride(from: 0, to: ring.count, by: 2) {
      x += ring[place]
      y += ring[place + 1]
      drawn.insert([Double(x) / steps, Double(y) / steps])
    }
    let features = try await door.ask(.get, "/v1/units.geojson?tier=grid", as: .admin).json["features"]?.arrayValue
    let feature = try #require(features?.first { $0["properties"]?["code"] == "g1" })
    let corners = try #require(feature["geometry"]?["coordinates"]?[0]?.arrayValue)
    #expect(Set(corners.map { [$0[0]?.doubleValue ?? 0, $0[1]?.doubleValue ?? 0] }) == drawn)
  }

  @Test(
    "A server of tiles is what the policy of pages lets images come from, and nothing else",
    arguments: [
      ("https://tiles.example.org/{z}/{x}/{y}.png", "https://tiles.example.org"),
      ("http://10.0.0.7:8085/wmts/{z}/{x}/{y}", "http://10.0.0.7:8085"),
      ("https://tiles.example.org/{z}/{x}.png", nil), ("ftp://tiles.example.org/{z}/{x}/{y}", nil),
      ("https://a b;script-src/{z}/{x}/{y}", nil), ("https:///{z}/{x}/{y}", nil),
    ] as [(String, String?)])
  func tiles(address: String, origin: String?) {
    #expect(MapTiles(address)?.origin == origin)
  }

  private static func ids(_ document: JSONValue) -> Set<String> {
    let districts = document["districts"]?.arrayValue?.compactMap(\.stringValue) ?? []
    let numbers = document["number"]?.arrayValue?.compactMap(\.integerValue) ?? []
    let places = document["district"]?.arrayValue?.compactMap(\.integerValue) ?? []
    return Set(zip(places, numbers).map { "\(districts[Int($0)])-\($1)" })
  }

  private static func codes(_ document: JSONValue) -> [String] {
    document["items"]?.arrayValue?.compactMap { $0["code"]?.stringValue } ?? []
  }
}
