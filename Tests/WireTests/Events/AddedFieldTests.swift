import Domain
import DomainSamples
import Testing
import Wire

/// Details that were given more to tell after journals held them.
@Suite("Fields that were added to details") struct AddedFieldTests {
  private static let added: [(bare: EventDetail, full: EventDetail)] = [
    (
      .answered(order: 2, text: "seen to"),
      .answered(order: 2, text: "seen to", department: "water", orderedBy: "user:qian")
    ),
    (
      .appealDecided(accepted: true, reason: "it was"),
      .appealDecided(accepted: true, reason: "it was", department: "urban")
    ),
    (
      .split(.into(CaseID(district: "440306", number: 1_024))),
      .split(.into(CaseID(district: "440306", number: 1_024), attachments: ["a1", "b2"]))
    ),
    (.verified(passed: true, note: ""), .verified(passed: true, note: "", photos: ["a1", "b2"])),
    (.reworked(note: "still there"), .reworked(note: "still there", assists: ["power", "water"])),
    (.reopened(reason: "again"), .reopened(reason: "again", assists: ["water"])),
  ]

  private func event(_ detail: EventDetail) throws -> CaseEvent {
    let like = try #require(try GoldenEvents.all().first { $0.kind == detail.kind })
    return CaseEvent(
      detail: detail, at: like.at, actor: like.actor, subject: like.subject, before: like.before, after: like.after,
      clocks: like.clocks, parts: like.parts)
  }

  @Test("are read back, and where they are missing the body is what it always was") func roundTrip() throws {
    for (bare, full) in Self.added {
      let golden = try #require(zip(try GoldenEvents.all(), goldenBodies).first { $0.0.detail == bare }).1
      let event = try event(full)
      let body = EventCoding.encode(event)
      #expect(body.hex != golden.body)
      #expect(try EventCoding.decode(kind: event.kind.rawValue, actor: event.actor, body: body) == event)
      #expect(EventCoding.encode(try self.event(bare)).hex == golden.body, "\(event.kind)")
    }
  }

  @Test("cut anywhere in them a body is refused or read as just what is left") func cuts() throws {
    for (_, full) in Self.added {
      let event = try event(full)
      let body = EventCoding.encode(event)
      for end in body.indices {
        let cut = Array(body[..<end])
        guard let read = try? EventCoding.decode(kind: event.kind.rawValue, actor: event.actor, body: cut) else {
          continue
        }
        #expect(EventCoding.encode(read) == cut, "\(event.kind) cut at \(end)")
      }
    }
  }
}
