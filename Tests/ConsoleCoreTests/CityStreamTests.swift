import CaseworkSupport
import Domain
import HTTPTypes
import Hummingbird
import TestSupport
import Testing
import Wire

@testable import ConsoleCore

@Suite("The live stream of a whole city")
struct CityStreamTests {
  @Test("An id names the event and where every district goes on")
  func places() {
    var place = StreamPlace(["d": 4, "e": 9])
    #expect(place.text(from: "e") == "e.9,d.4" && place.text() == "d.4,e.9")
    place.advance("d", to: 5)
    #expect(StreamPlace(place.text(from: "d")) == place)
    #expect(StreamPlace("d.7")?.text(from: "d") == "d.7", "of one district nothing more")
    for text in ["", "d", "d.", ".4", "d.-1", "d.1,d.2", "d.1,", "d.x"] { #expect(StreamPlace(text) == nil, "\(text)") }
    #expect(StreamPlace(["d": 4]).isWithin(place) && !StreamPlace(["d": 6]).isWithin(place))
    #expect(!StreamPlace(["x": 0]).isWithin(place))
  }

  @Test("Nothing is lost or sent twice, whenever a listener breaks off and comes back")
  func breaks() async throws {
    let live = try await LiveDoor.open("city_stream", files: SampleNetworkFiles.city)
    let total = 60
    async let filing: Void = {
      var random = SeededRandom(seed: 5)
      for _ in 0..<total {
        let unit: UnitCode = Int.random(in: 0...2, using: &random) == 0 ? "g5" : "g1"
        try await live.door.fixture.file(unit: unit)
      }
    }()
    var seen: [String] = []
    var last = "d.0,e.0"
    while seen.count < total {
      let stream = try await live.listen(as: .cityAdmin, after: last)
      let part = try await stream.events(min(7, total - seen.count)).prefix(7)
      await stream.leave()
      seen += part.map { $0.data["case_id"]?.stringValue ?? "" }
      last = part.last?.id ?? last
    }
    try await filing
    #expect(Set(seen).count == total)
    for district in ["d-", "e-"] {
      let own = seen.filter { $0.hasPrefix(district) }
      #expect(own == (1...own.count).map { district + String($0) }, "in the district's order")
    }
    let east = try await live.listen(as: .eastAdmin, after: "e.0")
    let count = seen.count { $0.hasPrefix("e-") }
    #expect(try await east.events(count).map(\.id) == (1...count).map { "e.\($0)" })
    await live.close()
  }

  @Test("A district that an id does not name is told from its beginning; one that is none of theirs is refused")
  func others() async throws {
    let live = try await LiveDoor.open("city_stream_others", files: SampleNetworkFiles.city)
    for unit in ["g1", "g5", "g1"] as [UnitCode] { try await live.door.fixture.file(unit: unit) }
    let stream = try await live.listen(as: .cityAdmin, after: "d.1")
    let events = try await stream.events(2)
    #expect(Set(events.compactMap { $0.data["case_id"]?.stringValue }) == ["d-2", "e-1"])
    #expect(events.last?.id.hasSuffix("d.2") == true || events.last?.id.hasPrefix("d.2") == true)
    for (person, id) in [(Person.admin, "e.1"), (.admin, "d.1,e.1"), (.cityAdmin, "x.1"), (.cityAdmin, "d.1,e.99")] {
      let answer = try await live.door.respond(.get, "/v1/stream", as: person, headers: [.lastEventID: id])
      #expect(answer.status == .badRequest, "\(id)")
    }
    await live.close()
  }
}
