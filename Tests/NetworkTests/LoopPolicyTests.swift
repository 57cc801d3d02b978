import Domain
import Testing

@testable import GridNetwork

private let caseBreaks = [
  Break("network.yaml", 11, "  max_returns: -1", tells: "`max_returns` is a number from 0"),
  Break("network.yaml", 12, "  return_within: 1 moon", tells: "`return_within`: unknown unit moon"),
  Break("network.yaml", 14, "  reopen_within: 30", tells: "`reopen_within`: a limit is a number"),
  Break(
    "network.yaml", 15, "  appeals: {within: 10 work_days, max: 1, decided_by: [pope]}",
    tells: "unknown decided_by \"pope\""),
  Break(
    "network.yaml", 15, "  appeals: {within: 10 work_days, max: 1, decided_by: [officer]}",
    tells: "officer never may decide_appeal"),
  Break("network.yaml", 15, "  appeals: {within: 10 work_days, max: 1}", tells: "`decided_by` is missing"),
  Break(
    "network.yaml", 15, "  appeals: {within: 10 work_days, max: 0, decided_by: [inspector]}",
    tells: "`max` is at least 1"),
  Break(
    "network.yaml", 17, "    - when: {priorities: [normal], reopened: perhaps}",
    tells: "`reopened` must be true or false"),
  Break("network.yaml", 18, "      steps:", tells: "an extension rule without grades", toldAt: 17),
  Break(
    "network.yaml", 19, "        - {longest: 5, granted_by: [dispatcher]}",
    tells: "`longest`: a limit is a number"),
  Break(
    "network.yaml", 19, "        - {longest: 5 work_days, granted_by: [handler]}",
    tells: "handler never may grant_extension"),
  Break(
    "network.yaml", 20,
    """
            - {longest: 10 work_days, granted_by: [supervisor]}
        - {when: {priorities: [normal], reopened: false}, grades: [{longest: 1 work_day, granted_by: [supervisor]}]}
    """,
    tells: "this extension rule can never match", toldAt: 21),
  Break("network.yaml", 21, "  suspension: {longest: 60 urgent_days}", tells: "`granted_by` is missing"),
  Break("network.yaml", 23, "    - {when: {categories: [E99]}, checklist: true}", tells: "unknown category E99"),
  Break("network.yaml", 23, "    - {photos: -1}", tells: "`photos` is a number from 0"),
  Break(
    "network.yaml", 23, "    - {checklist: true}\n    - {photos: 1}",
    tells: "this closing rule can never match", toldAt: 24),
  Break(
    "network.yaml", 26, "      - {name: leader, zh: 电话督办, en: By phone}",
    tells: "the form \"leader\" stands twice", toldAt: 27),
  Break(
    "network.yaml", 27, "      - {name: leader, zh: 督办单, en: Order, answer: 3}",
    tells: "`answer`: a limit is a number"),
  Break(
    "network.yaml", 27, "      - {name: leader, zh: 督办单, en: Order, ordered_by: [auditor]}",
    tells: "auditor never may supervise"),
  Break("network.yaml", 28, "  revisits: {sources: [hotline], supervise: [sad]}", tells: "unknown supervise \"sad\""),
  Break(
    "network.yaml", 30,
    "  - {radius_metres: 9, window: 1 urgent_days}\n  - {when: {categories: [E11]}, radius_metres: 9, window: 1 work_day}",
    tells: "this repeat rule can never match", toldAt: 31),
]

private let clockBreaks = [
  Break(
    "limits.yaml", 2, "  - {clock: decide, matter: order, limit: 4 work_hours}",
    tells: "the clock decide never times order"),
  Break("limits.yaml", 2, "  - {clock: decide, matter: whim, limit: 4 work_hours}", tells: "unknown matter \"whim\""),
  Break(
    "limits.yaml", 2, "  - {clock: answer, limit: 4 work_hours}",
    tells: "the answer clock has its limit from the form of supervision"),
  Break(
    "limits.yaml", 3, "  - {clock: decide, matter: case, limit: 1 work_hour}",
    tells: "no limit of the decide clock (matter: supervision) for every case of E11, E12", toldAt: 1),
  Break(
    "limits.yaml", 4, "  - {clock: sign, matter: case, limit: 2 work_hours}",
    tells: "no limit of the sign clock (matter: part) for every case of E11, E12", toldAt: 1),
  Break(
    "limits.yaml", 7, "  - {clock: handle, when: {reopened: false}, limit: 5 work_days}",
    tells: "no limit of the handle clock for every case", toldAt: 1),
  Break(
    "limits.yaml", 6, "  - {clock: handle, limit: 3 work_days}",
    tells: "this limit of the handle clock can never apply", toldAt: 7),
  Break("ladder.yaml", 2, "  - {clock: decide, matter: case, rungs: *late}", tells: "not YAML", toldAt: 2),
  Break(
    "ladder.yaml", 2, "  - clock: decide\n    matter: case",
    tells: "no ladder of the decide clock (matter: request) for every case of E11, E12", toldAt: 1),
  Break(
    "ladder.yaml", 6, "      - {name: chase, at: 90% used, to: [handler@part], act: remind, every: 1 work_day}",
    tells: "comes again and again before anything is due"),
  Break(
    "ladder.yaml", 6, "      - {name: chase, at: \"0\", to: [handler@part], act: remind, every: 1}",
    tells: "`every`: a limit is a number"),
  Break(
    "ladder.yaml", 7, "      - {name: late, at: +1 work_day, to: [inspector@district], act: flag, every: 1 work_day}",
    tells: "would open record after record"),
  Break(
    "ladder.yaml", 8, "  - clock: contact\n    when: {sources: [citizen]}",
    tells: "no ladder of the contact clock for every case of E11, E12", toldAt: 1),
  Break(
    "ladder.yaml", 12, "  - clock: handle",
    tells: "no ladder of the answer clock (matter: order) for every case of E11, E12", toldAt: 1),
  Break("ladder.yaml", 13, "    matter: case", tells: "the clock answer never times case"),
  Break(
    "ladder.yaml", 14, "    rungs: [{name: late, at: \"0\", to: [handler@party], act: red}]",
    tells: "unknown tier party"),
  Break(
    "ladder.yaml", 18, "  - {cause: extension_requests, count: 3, act: yellow, to: []}",
    tells: "a card without a receiver"),
  Break(
    "ladder.yaml", 18, "  - {cause: extension_requests, count: 3, act: flag, to: [handler@lead]}",
    tells: "a card opens no record at discipline inspection"),
  Break(
    "ladder.yaml", 18, "  - {cause: lateness, count: 3, act: red, to: [handler@lead]}",
    tells: "unknown cause \"lateness\""),
  Break(
    "ladder.yaml", 18, "  - {cause: dissatisfied, count: 0, act: red, to: [handler@lead]}",
    tells: "`count` is at least 1"),
  Break("ladder.yaml", 20, "discipline: {statement_within: a week}", tells: "`statement_within`: "),
  Break("ladder.yaml", 20, "discipline: {self_check_at: dawn}", tells: "\"dawn\" is no time of day"),
]

@Suite struct LoopPolicyTests {
  @Test func everyKeyOfTheClosedLoopIsRead() throws {
    let small = SmallNetwork.loop
    #expect(try small.faults() == [])
    let network = try NetworkReader.read(small.source)
    let policy = network.policy
    let supervisor: Set<Role> = [.supervisor]
    #expect(
      policy.casePolicy
        == CasePolicy(
          maxReturns: 1, returnWithin: try Limit("1 work_day"), verifyFirst: [.citizen],
          reopenWithin: try Limit("30 urgent_days"),
          extensions: [
            ExtensionRule(
              condition: CaseCondition(priorities: [.normal], reopened: false),
              grades: [
                .init(longest: try Limit("5 work_days"), grantedBy: [.dispatcher, .supervisor]),
                .init(longest: try Limit("10 work_days"), grantedBy: supervisor),
              ])
          ],
          suspension: SuspensionRule(longest: try Limit("60 urgent_days"), grantedBy: supervisor),
          closing: [ClosingRule(condition: CaseCondition(categories: ["E11"]), checklist: true, photos: 1)],
          supervisionForms: [
            SupervisionForm(name: "phone", nameZh: "电话督办", nameEn: "By phone"),
            SupervisionForm(
              name: "leader", nameZh: "领导督办单", nameEn: "Leader's order", answer: try Limit("3 work_days"),
              orderedBy: supervisor),
          ],
          revisits: RevisitRule(
            sources: [.hotline], supervise: [.dissatisfied, .unrated], reopen: [.veryDissatisfied]),
          appeals: AppealRule(within: try Limit("10 work_days"), max: 1, decidedBy: [.inspector])))
    #expect(
      policy.cards == [
        CardRule(
          cause: .extensionRequests, count: 3, act: .yellow, to: [Receiver(role: .handler, place: .leadDepartment)]),
        CardRule(
          cause: .dissatisfied, count: 2, act: .red, to: [Receiver(role: .inspector, place: .tier("district"))],
          condition: CaseCondition(categories: ["E12"])),
      ])
    #expect(
      network.discipline
        == DisciplinePolicy(statementWithin: try Limit("7 urgent_days"), selfCheckMinute: 5 * 60 + 30))
    let chase = try #require(policy.ladders.first { $0.clock == .sign }?.rungs.first)
    #expect(chase.every == (try Limit("1 work_day")))
    #expect(chase.to == [Receiver(role: .handler, place: .clockDepartment)])
    #expect(policy.ladders.first { $0.clock == .answer }?.matter == .order)
  }

  @Test func aLimitOfItsOwnGoesBeforeThatOfAnyMatter() throws {
    let policy = try NetworkReader.read(SmallNetwork.loop.source, geometry: .skip).policy
    func limit(_ clock: ClockName, _ matter: ClockMatter, reopened: Bool = false) -> String? {
      let traits = CaseTraits(
        category: "E11", unit: "01", source: .officer, priority: .normal, minuteOfDay: 0, reopened: reopened)
      return policy.limit(for: clock, traits, matter: matter)?.stages.first?.limit.description
    }
    #expect(limit(.decide, .request) == "4 work_hours" && limit(.decide, .appeal) == "1 work_hours")
    #expect(limit(.handle, .part) == "5 work_days" && limit(.handle, .whole, reopened: true) == "3 work_days")
    #expect(limit(.contact, .whole) == nil)
  }

  @Test(arguments: caseBreaks + clockBreaks)
  func aBrokenLineIsNamed(_ broken: Break) throws { try expectTold(broken, in: .loop) }

  @Test func whoMustSuperviseNeedsAForm() throws {
    var small = SmallNetwork.loop
    for line in [24, 25, 26, 27] { small.replaceLine(line, of: "network.yaml", with: "") }
    #expect(
      try small.faults().map(\.message) == ["bad ratings must be supervised, but there is no form of supervision"])
    #expect(try small.faults().map(\.line) == [28])
  }

  @Test func anAnswerThatNobodyWaitsForNeedsNoLadder() throws {
    var small = SmallNetwork.loop
    for line in [12, 13, 14] { small.replaceLine(line, of: "ladder.yaml", with: "") }
    #expect(try small.faults().count == 1)
    small.replaceLine(27, of: "network.yaml", with: "      - {name: leader, zh: 督办单, en: Order}")
    #expect(try small.faults() == [])
  }

  @Test func whatThePolicyDoesNotAllowNeedsNoLimit() throws {
    var small = SmallNetwork.loop
    small.replaceLine(
      3, of: "limits.yaml",
      with:
        "  - {clock: decide, matter: case, limit: 1 work_hour}\n  - {clock: decide, matter: part, limit: 1 work_hour}")
    #expect(try small.faults().count == 2, "supervision and appeals")
    small.replaceLine(15, of: "network.yaml", with: "")
    small.replaceLine(28, of: "network.yaml", with: "  revisits: {sources: [hotline], reopen: [dissatisfied]}")
    #expect(try small.faults() == [])
  }

  @Test func aNoticeOfTheLoopIsOptionalAndNeedsItsTemplates() throws {
    var small = SmallNetwork.loop
    let kinds = NoticeKind.allCases.filter { !NoticeKind.required.contains($0) }
    for kind in kinds {
      small.files["channels.yaml"] = small.files["channels.yaml"]?
        .replacing("  - {kind: \(kind.rawValue), channels: [inbox]}\n", with: "")
      small.files["templates/\(kind.rawValue).en.txt"] = nil
    }
    #expect(try small.faults() == [])
    #expect(try NetworkReader.read(small.source, geometry: .skip).channels.notices[.answered] == nil)
    small.append("  - {kind: answered, to: [supervisor@district], channels: [inbox]}", to: "channels.yaml")
    #expect(try small.faults().map(\.file) == ["templates/answered.en.txt"])
  }
}
