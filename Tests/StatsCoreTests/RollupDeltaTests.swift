import CaseworkSupport
import Domain
import GridNetwork
import Testing
import Wire

@testable import StatsCore

@Suite struct RollupDeltaTests {
  private let policy: NetworkPolicy

  init() throws {
    policy = try NetworkReader.read(MemorySource(files: SampleNetworkFiles.all), geometry: .skip).policy
  }

  private let start = CaseworkFixture.start

  private func filed() -> CaseDraft {
    let report = Report(
      source: .officer, category: "0101", unit: "g1", priority: .normal,
      contentDigest: [UInt8](repeating: 1, count: 32))
    return CaseMachine.file(report, by: SampleActors.finder, policy: policy, now: start)
  }

  private func routed(_ draft: CaseDraft) throws -> CaseDraft {
    let decision = Router.route(draft.value.traits(policy: policy), policy: policy)
    return try #require(
      CaseMachine.route(draft.value, decision, by: .service("dispatcher"), policy: policy, now: start))
  }

  private func delta(_ events: [CaseEvent]) throws -> RollupDelta {
    var delta = RollupDelta()
    for event in events {
      let outline = try EventCoding.outline(
        kind: event.kind.rawValue, body: EventCoding.encode(event), withClocks: false)
      delta.add(try #require(outline), policy: policy)
    }
    return delta
  }

  private func figures(_ delta: RollupDelta) -> [String: [String: Int64]] {
    var figures: [String: [String: Int64]] = [:]
    for (key, differences) in delta.changed {
      let named = zip(CaseFacts.named.map(\.name), differences).filter { $0.1 != 0 }
      figures[key.department] = Dictionary(uniqueKeysWithValues: named)
    }
    return figures
  }

  @Test func aNewCaseCountsUnderNoDepartment() throws {
    let delta = try delta(filed().events)
    #expect(figures(delta) == ["": ["reported": 1, "filed": 1, "valid": 1]])
    let key = delta.changed.first?.key
    #expect(key?.day == 20_514 && key?.unit == "g1" && key?.category == "0101" && key?.source == .officer)
  }

  @Test func aDispatchMovesAllItsFactsToTheDepartment() throws {
    let delta = try delta(routed(filed()).events)
    #expect(
      figures(delta) == [
        "": ["reported": -1, "filed": -1, "valid": -1],
        "urban": ["reported": 1, "filed": 1, "valid": 1, "dispatched": 1],
      ])
  }

  @Test func aRunOfEventsIsSummedBeforeItIsWritten() throws {
    let first = filed()
    let delta = try delta(first.events + routed(first).events)
    #expect(figures(delta) == ["urban": ["reported": 1, "filed": 1, "valid": 1, "dispatched": 1]])
  }

  @Test func anEventThatChangesNoFactChangesNoRow() throws {
    let value = filed().value
    let draft = try CaseMachine.decide(
      value, .comment(text: "so"), by: SampleActors.officer, policy: policy, now: start)
    #expect(try delta(draft.events).changed.isEmpty)
  }

  @Test func aPartCountsUnderItsOwnDepartment() throws {
    let filed = filed()
    let dispatch = CaseCommand.dispatch(lead: "urban", assists: ["water"], note: "")
    let draft = try CaseMachine.decide(
      filed.value, dispatch, by: SampleActors.dispatcher, policy: policy, now: start)
    let parts = try delta(draft.events).changed.filter { $0.key.isPart }
    #expect(parts.map(\.key.department) == ["water"])
    let counted = zip(CaseFacts.named.map(\.name), parts.first?.differences ?? []).filter { $0.1 != 0 }
    #expect(counted.map(\.0) == ["dispatched"])
  }

  @Test func anAcceptedAppealMovesAllFactsOutOfTheAssessment() throws {
    let subject = filed().value.subject
    let before = CaseStanding(state: .closed, lead: "urban", facts: [.reported, .valid, .lateHandle])
    let after = CaseStanding(state: .closed, lead: "urban", facts: [.reported, .valid, .lateHandle, .appealedOut])
    let event = CaseEvent(
      detail: .appealDecided(accepted: true, reason: ""), at: start, actor: "user:i", subject: subject, before: before,
      after: after, clocks: [])
    let rows = try delta([event]).changed
    #expect(rows.count == 2)
    for (key, differences) in rows {
      let late = differences[CaseFacts.named.firstIndex { $0.name == "late_handle" } ?? 0]
      #expect(late == (key.isExcluded ? 1 : -1))
    }
  }
}
