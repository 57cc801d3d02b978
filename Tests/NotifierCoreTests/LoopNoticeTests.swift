import CaseworkSupport
import Domain
import GridNetwork
import Testing

@testable import NotifierCore

/// Who hears of joint handling, requests for time, supervision and what comes after the closing.
@Suite struct LoopNoticeTests {
  private let network: LoadedNetwork
  private let now = CaseworkFixture.start

  init() throws { network = try NoticeNetwork.read() }

  private var policy: NetworkPolicy { network.policy }

  private func routed(_ category: CategoryCode = "0101") throws -> Case {
    let report = Report(
      source: .officer, category: category, unit: "g1", priority: .normal,
      contentDigest: [UInt8](repeating: 1, count: 32))
    let value = CaseMachine.file(report, by: SampleActors.finder, policy: policy, now: now).value
    let decision = Router.route(value.traits(policy: policy), policy: policy)
    return try #require(
      CaseMachine.route(value, decision, by: .service("dispatcher"), policy: policy, now: now)
    ).value
  }

  /// The case after the commands, and who hears of the last one: `kind address address …`.
  private func heard(_ value: Case, _ commands: (CaseCommand, Actor)...) throws -> (value: Case, notices: [String]) {
    var value = value
    var notices: [PlannedNotice] = []
    for (command, actor) in commands {
      let draft = try CaseMachine.decide(value, command, by: actor, policy: policy, now: now)
      value = draft.value
      notices = draft.events.flatMap { NoticePlanner.plan($0, policy: policy, channels: network.channels) }
    }
    return (value, notices.map(text))
  }

  private func text(_ notice: PlannedNotice) -> String {
    let hearers = notice.hearers.map { hearer in
      switch hearer {
      case .role(let address): address.text
      case .person(let name): name
      }
    }
    return ([notice.kind.rawValue] + hearers).joined(separator: " ")
  }

  @Test func assistingDepartmentsHearOfTheirParts() throws {
    let redirect = CaseCommand.redirect(lead: "urban", assists: ["water"], note: "both")
    let joint = try heard(try routed(), (redirect, SampleActors.dispatcher))
    #expect(joint.notices == ["dispatched handler@d/urban", "part_assigned handler@d/water"])
    let returned = try heard(joint.value, (.return(reason: "not ours", responsible: nil), SampleActors.water))
    #expect(returned.notices == ["part_returned dispatcher@d"])
    let appoint = CaseCommand.appoint(lead: nil, assists: ["water"], basis: .leads, note: "you are")
    #expect(try heard(returned.value, (appoint, SampleActors.dispatcher)).notices == ["appointed handler@d/water"])
    let meeting = CaseCommand.coordinate(outcome: "water is excused", participants: ["urban"], excused: ["water"])
    #expect(
      try heard(returned.value, (meeting, SampleActors.dispatcher)).notices
        == ["coordinated handler@d/urban", "coordinated handler@d/water"])
  }

  @Test func assistingDepartmentsHearWhenNothingMoreIsAskedOfThem() throws {
    let joint = try heard(
      try routed(), (.redirect(lead: "urban", assists: ["water"], note: "both"), SampleActors.dispatcher)
    ).value
    let alone = CaseCommand.redirect(lead: "urban", assists: [], note: "alone")
    #expect(
      try heard(joint, (alone, SampleActors.dispatcher)).notices
        == ["dispatched handler@d/urban", "part_ended handler@d/water"])
    let swap = CaseCommand.redirect(lead: "water", assists: ["urban"], note: "the other way")
    #expect(
      try heard(joint, (swap, SampleActors.dispatcher)).notices
        == ["dispatched handler@d/water", "part_assigned handler@d/urban"], "who leads now hears of that alone")
    let back = CaseCommand.return(reason: "not ours", responsible: nil)
    #expect(try heard(joint, (back, SampleActors.urban)).notices.last == "part_ended handler@d/water")
    let void = try heard(joint, (.void(reason: "a mistake"), SampleActors.chief)).notices
    #expect(void.last == "part_ended handler@d/water")
    let late = try CaseMachine.decide(
      joint, .void(reason: "too late"), by: SampleActors.chief, policy: policy, now: now.adding(seconds: 90 * 86_400))
    let told = late.events.flatMap { NoticePlanner.plan($0, policy: policy, channels: network.channels) }.map(text)
    #expect(told.last == "part_ended handler@d/water", "also when its time had run out")
    let merged = try heard(joint, (.merge(into: CaseID(district: "d", number: 9)), SampleActors.dispatcher)).notices
    #expect(merged.last == "part_ended handler@d/water")
    let done = try heard(
      joint, (.sign, SampleActors.water), (.handle(result: "dry", checklist: [], photos: []), SampleActors.water)
    ).value
    #expect(
      try heard(done, (.void(reason: "a mistake"), SampleActors.chief)).notices.allSatisfy {
        !$0.hasPrefix("part_ended")
      }, "what was done stays done")
  }

  @Test func assistingDepartmentsHearThatWhatTheyTookPartInDidNotPass() throws {
    let handled = try heard(
      try routed(), (.redirect(lead: "urban", assists: ["water"], note: "both"), SampleActors.dispatcher),
      (.sign, SampleActors.water), (.handle(result: "dry", checklist: [], photos: []), SampleActors.water),
      (.sign, SampleActors.urban),
      (.handle(result: "cleared", checklist: ["clean", "swept"], photos: []), SampleActors.urban)
    ).value
    let failed = try heard(handled, (.verify(passed: false, note: "still dirty"), SampleActors.officer))
    #expect(failed.notices == ["reworked handler@d/urban", "part_reworked handler@d/water"])
    let closed = try heard(handled, (.verify(passed: true, note: ""), SampleActors.officer)).value
    let reopened = try heard(closed, (.reopen(reason: "again"), SampleActors.chief))
    #expect(reopened.notices == ["reopened handler@d/urban", "part_reworked handler@d/water"])
  }

  @Test func anAppealOfAnAssistingDepartmentIsAnsweredToIt() throws {
    let closed = try heard(
      try routed(), (.redirect(lead: "urban", assists: ["water"], note: "both"), SampleActors.dispatcher),
      (.sign, SampleActors.water), (.handle(result: "dry", checklist: [], photos: []), SampleActors.water),
      (.sign, SampleActors.urban),
      (.handle(result: "cleared", checklist: ["clean", "swept"], photos: []), SampleActors.urban),
      (.verify(passed: true, note: ""), SampleActors.officer), (.appeal(reason: "flood"), SampleActors.water)
    ).value
    let decided = try CaseMachine.decide(
      closed, .decideAppeal(accepted: false, reason: "no flood"), by: SampleActors.inspector, policy: policy, now: now)
    let event = try #require(decided.events.first)
    #expect(event.detail == .appealDecided(accepted: false, reason: "no flood", department: "water"))
    let notices = NoticePlanner.plan(event, policy: policy, channels: network.channels)
    #expect(notices.map(text) == ["appeal_decided handler@d/water"])
  }

  @Test func aRequestGoesToTheCentreAndItsDecisionToWhoeverAsked() throws {
    let twoDays = try Limit("2 work_days")
    let joint = try heard(
      try routed(), (.redirect(lead: "urban", assists: ["water"], note: ""), SampleActors.dispatcher),
      (.sign, SampleActors.urban), (.sign, SampleActors.water)
    ).value
    let asked = try heard(joint, (.requestExtension(by: twoDays, reason: "rain"), SampleActors.water))
    #expect(asked.notices == ["extension_requested dispatcher@d"])
    let granted = try heard(asked.value, (.grantExtension(department: "water"), SampleActors.dispatcher))
    #expect(granted.notices == ["extension_decided handler@d/water"])
    let refused = try heard(asked.value, (.refuseExtension(department: "water", reason: "no"), SampleActors.dispatcher))
    #expect(refused.notices == ["extension_decided handler@d/water"])
  }

  @Test func aSuspensionIsToldToWhoeverAskedAndToThoseWhoseClocksStandStill() throws {
    let joint = try heard(
      try routed(), (.redirect(lead: "urban", assists: ["water"], note: ""), SampleActors.dispatcher),
      (.sign, SampleActors.urban), (.sign, SampleActors.water)
    ).value
    let until = now.adding(seconds: 5 * 86_400)
    let asked = try heard(joint, (.suspend(until: until, reason: "parts"), SampleActors.urban))
    #expect(asked.notices == ["suspension_requested supervisor@s1"])
    let refused = try heard(asked.value, (.refuseSuspension(reason: "no"), SampleActors.chief))
    #expect(refused.notices == ["suspension_decided handler@d/urban"])
    let granted = try heard(asked.value, (.suspend(until: nil, reason: ""), SampleActors.chief))
    #expect(granted.notices == ["suspension_decided handler@d/urban", "suspended handler@d/water"])
    let resumed = try heard(granted.value, (.resume(note: "parts are here"), SampleActors.chief))
    #expect(resumed.notices == ["resumed handler@d/urban", "resumed handler@d/water"])
  }

  @Test func anOrderGoesToItsDepartmentAndTheAnswerToTheCentre() throws {
    let joint = try heard(
      try routed(), (.redirect(lead: "urban", assists: ["water"], note: ""), SampleActors.dispatcher)
    ).value
    let order = CaseCommand.supervise(form: "leader", note: "at once", department: "water", jointly: [])
    let supervised = try heard(joint, (order, SampleActors.chief))
    #expect(supervised.notices == ["supervised handler@d/water"])
    let answered = try heard(supervised.value, (.answer(order: nil, text: "done"), SampleActors.water))
    #expect(answered.notices == ["answered supervisor@d"])
    let draft = try CaseMachine.decide(
      supervised.value, .answer(order: nil, text: "done"), by: SampleActors.water, policy: policy, now: now)
    #expect(
      draft.events.map(\.detail) == [
        .answered(order: 1, text: "done", department: "water", orderedBy: SampleActors.chief.text)
      ])
  }

  private func closed() throws -> Case {
    try heard(
      try routed(), (.sign, SampleActors.urban),
      (.handle(result: "cleared", checklist: ["clean", "swept"], photos: []), SampleActors.urban),
      (.verify(passed: true, note: ""), SampleActors.officer)
    ).value
  }

  @Test func aBadRatingObligesTheCentreAndIsToldToTheDepartment() throws {
    let rated = try heard(try closed(), (.revisit(rating: .unrated, note: "no answer"), SampleActors.hotline))
    #expect(rated.notices == ["revisited handler@d/urban", "must_supervise hotline@d supervisor@d"])
    let good = try heard(try closed(), (.revisit(rating: .satisfied, note: ""), SampleActors.hotline))
    #expect(good.notices == ["revisited handler@d/urban"])
    let bad = try heard(try closed(), (.revisit(rating: .veryDissatisfied, note: "dirty"), SampleActors.hotline))
    #expect(bad.notices.last == "reopened handler@d/urban")
  }

  @Test func anAppealGoesToThoseWhoDecideItAndTheDecisionToTheDepartment() throws {
    let appealed = try heard(try closed(), (.appeal(reason: "not late"), SampleActors.urban))
    #expect(appealed.notices == ["appealed inspector@d"])
    let decided = try heard(
      appealed.value, (.decideAppeal(accepted: true, reason: "so it is"), SampleActors.inspector))
    #expect(decided.notices == ["appeal_decided handler@d/urban"])
  }

  @Test func aCardGoesToThoseItNames() throws {
    var value = try heard(try routed(), (.sign, SampleActors.urban)).value
    var notices: [String] = []
    for _ in 0..<3 {
      let asked = try heard(
        value, (.requestExtension(by: try Limit("1 work_day"), reason: "rain"), SampleActors.urban))
      notices = asked.notices
      value = try heard(
        asked.value, (.refuseExtension(department: nil, reason: "no"), SampleActors.dispatcher)
      ).value
    }
    #expect(notices == ["extension_requested dispatcher@d", "yellow handler@d/urban"])
  }

  @Test func reportersHearWhatBecomesOfTheirCase() throws {
    let value = try routed()
    #expect(try heard(value, (.void(reason: "twice"), SampleActors.dispatcher)).notices == ["rejected finder"])
    let merged = try heard(value, (.merge(into: CaseID(district: "d", number: 9)), SampleActors.dispatcher))
    #expect(merged.notices == ["merged finder"])
    let split = CaseMachine.splitOff(
      value, id: CaseID(district: "d", number: 1), into: CaseID(district: "d", number: 2), category: nil, unit: nil,
      by: SampleActors.dispatcher, policy: policy, now: now)
    let told = split.stays.events.flatMap { NoticePlanner.plan($0, policy: policy, channels: network.channels) }
    #expect(told.map(text) == ["split dispatcher@d finder"])
    #expect(told.first?.answers == .all && told.first?.values.splitInto == "d-2")
  }

  @Test func aNetworkThatDoesNotNameALaterKindIsNotSilent() throws {
    let older = try NetworkReader.read(
      MemorySource(
        files: SampleNetworkFiles.replacing("  - {kind: part_assigned,", with: "  # {", in: "channels.yaml")
          .filter { $0.key != "templates/part_assigned.en.txt" }), version: 1, geometry: .skip)
    let draft = try CaseMachine.decide(
      try routed(), .redirect(lead: "urban", assists: ["water"], note: ""), by: SampleActors.dispatcher, policy: policy,
      now: now)
    let notices = draft.events.flatMap { NoticePlanner.plan($0, policy: policy, channels: older.channels) }
    #expect(notices.map(text).last == "part_assigned handler@d/water")
    #expect(notices.last?.channels == [.inbox])
  }
}
