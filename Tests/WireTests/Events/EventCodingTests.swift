import Domain
import DomainSamples
import Testing
import Wire

@Suite("The encoding of events") struct EventCodingTests {
  private func decoded(_ event: CaseEvent) throws -> CaseEvent? {
    try EventCoding.decode(kind: event.kind.rawValue, actor: event.actor, body: EventCoding.encode(event))
  }

  @Test("is, byte for byte, what journals already hold") func goldenVectors() throws {
    let events = try GoldenEvents.all()
    #expect(Set(events.map(\.kind)) == Set(EventKind.allCases), "every kind has a vector")
    #expect(events.count == goldenBodies.count)
    for (event, golden) in zip(events, goldenBodies) {
      #expect(event.kind.rawValue == golden.kind)
      #expect(EventCoding.encode(event).hex == golden.body, "\(golden.kind)")
    }
  }

  @Test("reads back as it was written") func roundTrip() throws {
    for event in try GoldenEvents.all() { #expect(try decoded(event) == event, "\(event.kind)") }
  }

  @Test("passes over a kind that it does not know") func unknownKind() throws {
    #expect(try EventCoding.decode(kind: "dreamt", actor: "user:wu", body: [1, 2, 3]) == nil)
  }

  @Test("passes over fields that a later version added") func unknownFields() throws {
    for event in try GoldenEvents.all() {
      var writer = CanonicalWriter()
      writer.text(60, "from a later version")
      writer.unsigned(61, 5)
      let body = EventCoding.encode(event) + writer.bytes
      #expect(try EventCoding.decode(kind: event.kind.rawValue, actor: event.actor, body: body) == event)
    }
  }

  @Test("cut at any point is refused or read as just what is left") func cuts() throws {
    for event in try GoldenEvents.all() {
      let body = EventCoding.encode(event)
      for end in body.indices {
        let cut = Array(body[..<end])
        let read = try? EventCoding.decode(kind: event.kind.rawValue, actor: event.actor, body: cut)
        // What was changed of parts comes last: a body without it is one of an event that changed none.
        guard let read else { continue }
        #expect(EventCoding.encode(read) == cut && read.detail == event.detail, "\(event.kind) cut at \(end)")
        #expect(!event.parts.isEmpty, "\(event.kind) cut at \(end)")
      }
    }
  }

  @Test("never traps on a changed body, and what it still reads can be written") func fuzz() throws {
    let seed = UInt64.random(in: .min ... .max)
    var generator = SeededGenerator(seed: seed)
    let events = try GoldenEvents.all()
    for _ in 0..<20_000 {
      let event = events[Int.random(in: events.indices, using: &generator)]
      var body = EventCoding.encode(event)
      for _ in 0...Int.random(in: 0..<3, using: &generator) {
        body[Int.random(in: body.indices, using: &generator)] = UInt8.random(in: .min ... .max, using: &generator)
      }
      let kind = EventKind.allCases.randomElement(using: &generator) ?? event.kind
      for kind in [event.kind, kind] {
        guard let read = try? EventCoding.decode(kind: kind.rawValue, actor: event.actor, body: body) else { continue }
        let again = try EventCoding.decode(
          kind: kind.rawValue, actor: event.actor, body: EventCoding.encode(read))
        // A point that is not a number equals nothing, not even itself; its bytes do.
        #expect(again.map(EventCoding.encode) == EventCoding.encode(read), "seed \(seed)")
        _ = read.clocks.map { ($0.dueAt, $0.stageStartedAt, $0.finalDueAt) }
      }
    }
  }

  @Test("refuses a stage that the clock does not have") func stageOutOfRange() throws {
    let clock = try GoldenEvents.clock(.handle, stage: 0, stoppedAt: nil, .running)
    let event = CaseEvent(
      detail: .signed(), at: GoldenEvents.moment, actor: "user:wu", subject: GoldenEvents.subject, before: nil,
      after: CaseStanding(state: .signed, lead: nil, facts: []),
      clocks: [
        CaseClock(
          name: clock.name, department: nil, version: 1, startedAt: clock.startedAt, stages: clock.stages, stage: 2)
      ])
    #expect(throws: CanonicalFault.unknownValue("2", of: "stage of the clock")) { try decoded(event) }
  }
}
