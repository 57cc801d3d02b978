import CaseworkSupport
import Domain
import GridNetwork
import Testing

@testable import NotifierCore

@Suite struct NoticePlannerTests {
  private let network: LoadedNetwork
  private let now = CaseworkFixture.start

  init() throws { network = try NoticeNetwork.read() }

  private var policy: NetworkPolicy { network.policy }

  private func filed(
    _ category: CategoryCode = "0101", source: ReportSource = .officer, by actor: Actor = SampleActors.finder
  ) -> CaseDraft {
    let report = Report(
      source: source, category: category, unit: "g1", priority: .normal,
      contentDigest: [UInt8](repeating: 1, count: 32))
    return CaseMachine.file(report, by: actor, policy: policy, now: now)
  }

  private func routed(_ category: CategoryCode = "0101") throws -> CaseDraft {
    let value = filed(category).value
    let decision = Router.route(value.traits(policy: policy), policy: policy)
    return try #require(
      CaseMachine.route(value, decision, by: .service("dispatcher"), policy: policy, now: now))
  }

  private func act(_ value: Case, _ command: CaseCommand, by actor: Actor) throws -> CaseDraft {
    try CaseMachine.decide(value, command, by: actor, policy: policy, now: now)
  }

  private func plan(_ draft: CaseDraft) -> [PlannedNotice] {
    draft.events.flatMap { NoticePlanner.plan($0, policy: policy, channels: network.channels) }
  }

  private func role(_ role: String, _ unit: UnitCode, _ department: DepartmentCode? = nil) -> PlannedNotice.Hearer {
    .role(ReceiverAddress(role: role, unit: unit, department: department))
  }

  @Test func aFilingIsToldToItsReporter() {
    let notice = plan(filed()).first
    #expect(notice?.kind == .filed && notice?.hearers == [.person("finder")])
    #expect(notice?.channels == [.inbox, .webhook])
  }

  @Test func aMachineHearsByItsPlatformAlone() {
    let camera = Actor(kind: .source, name: "camera", role: .source, unit: "d")
    let notice = plan(filed(source: .officer, by: camera)).first
    #expect(notice?.kind == .filed && notice?.hearers.isEmpty == true)
  }

  @Test func aReportToBeVerifiedIsATaskOfTheGrid() {
    let notice = plan(filed(source: .citizen)).first
    #expect(notice?.kind == .task && notice?.hearers == [role("officer", "g1")])
  }

  @Test func aDispatchIsToldToTheDepartmentWithItsDueTime() throws {
    let notice = try #require(plan(try routed()).first)
    #expect(notice.kind == .dispatched && notice.hearers == [role("handler", "d", "urban")])
    #expect(notice.values.dueAt == now.adding(seconds: 2 * 3_600))
  }

  @Test func whatNoRuleCoversIsToldToTheDesk() throws {
    let notice = try #require(plan(try routed("0901")).first)
    #expect(notice.kind == .desked && notice.hearers == [role("dispatcher", "d"), role("supervisor", "s1")])
    #expect(notice.values.reason == "unroutable" && notice.values.dueAt == now.adding(seconds: 1_800))
  }

  @Test func aReturnIsToldOnce() throws {
    let draft = try act(try routed().value, .return(reason: "not ours", responsible: nil), by: SampleActors.urban)
    #expect(plan(draft).map(\.kind) == [.returned])
    #expect(plan(draft).first?.values.reason == "not ours")
  }

  @Test func aResultIsATaskAndAReworkGoesBack() throws {
    let signed = try act(try routed().value, .sign, by: SampleActors.urban)
    #expect(plan(signed).isEmpty)
    let handled = try act(
      signed.value, .handle(result: "cleared", checklist: ["clean", "swept"], photos: []), by: SampleActors.urban)
    #expect(plan(handled).map(\.kind) == [.task])
    #expect(plan(handled).first?.values.result == "cleared")
    let failed = try act(handled.value, .verify(passed: false, note: "still there"), by: SampleActors.officer)
    #expect(plan(failed).map(\.kind) == [.reworked])
    #expect(plan(failed).first?.hearers == [role("handler", "d", "urban")])
    let passed = try act(handled.value, .verify(passed: true, note: ""), by: SampleActors.officer)
    #expect(plan(passed).map(\.kind) == [.closed])
    #expect(plan(passed).first?.hearers == [.person("finder")])
  }

  @Test func aRungIsToldToThoseItNames() throws {
    let value = try routed().value
    let wake = try #require(
      LadderMachine.firstWake(value.clocks[0], traits: value.traits(policy: policy), policy: policy))
    let outcome = try #require(
      LadderMachine.fire(
        wake, value, id: CaseID(district: "d", number: 1), by: .service("escalation"), policy: policy,
        now: now.adding(seconds: 2 * 3_600)))
    let notices = plan(outcome.draft)
    #expect(notices.map(\.kind) == [.remind, .red])
    #expect(notices.map(\.hearers) == [[role("handler", "d", "urban")], [role("supervisor", "s1")]])
    #expect(notices.map(\.digest) == [true, false] && notices.map(\.urgent) == [false, true])
    #expect(notices[1].values.clock == "sign" && notices[1].values.rung == "street")
  }

  @Test func whoeverRepeatedAReportHearsOfIt() {
    let value = filed().value
    let draft = CaseMachine.join(
      value, source: .citizen, contentDigest: [UInt8](repeating: 2, count: 32),
      by: Actor(kind: .user, name: "second", role: .officer, unit: "g1"), now: now)
    #expect(plan(draft).first?.kind == .merged && plan(draft).first?.hearers == [.person("second")])
  }

  @Test func aCommentIsToldToNobody() throws {
    #expect(plan(try act(filed().value, .comment(text: "so"), by: SampleActors.officer)).isEmpty)
  }
}
