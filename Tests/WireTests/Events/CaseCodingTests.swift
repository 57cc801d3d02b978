import Domain
import DomainSamples
import Testing
import Wire

@Suite("The encoding of a case") struct CaseCodingTests {
  static let journeys = 150
  let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  @Test("equals the fold of its encoded events, whatever happened to it") func foldsTheSame() throws {
    let seed = UInt64.random(in: .min ... .max)
    for journey in 0..<UInt64(Self.journeys) {
      var walk = RandomWalk(seed: seed &+ journey, policy: policy)
      for _ in 0..<50 { _ = walk.step() }
      let place: Comment = "seed \(seed &+ journey)"
      let events = try walk.sample.events.map { event in
        try #require(
          try EventCoding.decode(
            kind: event.kind.rawValue, actor: event.actor, body: EventCoding.encode(event)), place)
      }
      #expect(events == walk.sample.events, place)
      var folded = Case(beginning: events[0])
      for event in events.dropFirst() { folded.apply(event) }
      #expect(folded == walk.sample.value, place)
      let snapshot = CaseCoding.encode(walk.sample.value)
      #expect(try CaseCoding.decode(snapshot) == walk.sample.value, place)
      #expect(CaseCoding.encode(folded) == snapshot, place)
    }
  }

  @Test("keeps every part of a case in each state", arguments: CaseState.allCases)
  func states(_ state: CaseState) throws {
    let value = try SampleCase.reaching(state, policy: policy).value
    #expect(try CaseCoding.decode(CaseCoding.encode(value)) == value)
  }

  @Test("cut at any point is refused or read as just what is left") func cuts() throws {
    let bytes = CaseCoding.encode(try SampleCase.reaching(.closed, policy: policy).value)
    for end in bytes.indices {
      guard let value = try? CaseCoding.decode(Array(bytes[..<end])) else { continue }
      #expect(CaseCoding.encode(value) == Array(bytes[..<end]), "cut at \(end)")
    }
  }

  @Test("never traps on changed bytes") func fuzz() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    let snapshots = try CaseState.allCases.map {
      CaseCoding.encode(try SampleCase.reaching($0, policy: policy).value)
    }
    for _ in 0..<10_000 {
      var bytes = snapshots[Int.random(in: snapshots.indices, using: &generator)]
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        bytes[Int.random(in: bytes.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      }
      guard let value = try? CaseCoding.decode(bytes) else { continue }
      _ = value.clocks.map { ($0.dueAt, $0.stageStartedAt, $0.wakeVersion) }
      #expect(throws: Never.self, "seed \(seed)") { try CaseCoding.decode(CaseCoding.encode(value)) }
    }
  }
}
