import Domain
import Testing

@testable import GridNetwork

private let caseBreaks = [
  Break(file: "network.yaml", line: 11, text: "  max_returns: -1", message: "`max_returns` is a number from 0"),
  Break(file: "network.yaml", line: 12, text: "  return_within: 1 moon", message: "`return_within`: unknown unit moon"),
  Break(file: "network.yaml", line: 14, text: "  reopen_within: 30", message: "`reopen_within`: a limit is a number"),
  Break(
    file: "network.yaml", line: 15, text: "  appeals: {within: 10 work_days, max: 1, decided_by: [pope]}",
    message: "unknown decided_by \"pope\""),
  Break(
    file: "network.yaml", line: 15, text: "  appeals: {within: 10 work_days, max: 1, decided_by: [officer]}",
    message: "officer never may decide_appeal"),
  Break(
    file: "network.yaml", line: 15, text: "  appeals: {within: 10 work_days, max: 1}",
    message: "`decided_by` is missing"),
  Break(
    file: "network.yaml", line: 15, text: "  appeals: {within: 10 work_days, max: 0, decided_by: [inspector]}",
    message: "`max` is at least 1"),
  Break(
    file: "network.yaml", line: 17, text: "    - when: {priorities: [normal], reopened: perhaps}",
    message: "`reopened` must be true or false"),
  Break(
    file: "network.yaml", line: 18, text: "      steps:", message: "an extension rule without grades", toldAt: 17),
  Break(
    file: "network.yaml", line: 19, text: "        - {longest: 5, granted_by: [dispatcher]}",
    message: "`longest`: a limit is a number"),
  Break(
    file: "network.yaml", line: 19, text: "        - {longest: 5 work_days, granted_by: [handler]}",
    message: "handler never may grant_extension"),
  Break(
    file: "network.yaml", line: 20,
    text: """
              - {longest: 10 work_days, granted_by: [supervisor]}
          - {when: {priorities: [normal], reopened: false}, grades: [{longest: 1 work_day, granted_by: [supervisor]}]}
      """,
    message: "this extension rule can never match", toldAt: 21),
  Break(
    file: "network.yaml", line: 21, text: "  suspension: {longest: 60 urgent_days}",
    message: "`granted_by` is missing"),
  Break(
    file: "network.yaml", line: 23, text: "    - {when: {categories: [E99]}, checklist: true}",
    message: "unknown category E99"),
  Break(
    file: "network.yaml", line: 23, text: "    - {photos: -1}", message: "`photos` is a number from 0"),
  Break(
    file: "network.yaml", line: 23, text: "    - {checklist: true}\n    - {photos: 1}",
    message: "this closing rule can never match", toldAt: 24),
  Break(
    file: "network.yaml", line: 26, text: "      - {name: leader, zh: 电话督办, en: By phone}",
    message: "the form \"leader\" stands twice", toldAt: 27),
  Break(
    file: "network.yaml", line: 27, text: "      - {name: leader, zh: 督办单, en: Order, answer: 3}",
    message: "`answer`: a limit is a number"),
  Break(
    file: "network.yaml", line: 27, text: "      - {name: leader, zh: 督办单, en: Order, ordered_by: [auditor]}",
    message: "auditor never may supervise"),
  Break(
    file: "network.yaml", line: 28, text: "  revisits: {sources: [hotline], supervise: [sad]}",
    message: "unknown supervise \"sad\""),
  Break(
    file: "network.yaml", line: 30,
    text:
      "  - {radius_metres: 9, window: 1 urgent_days}\n  - {when: {categories: [E11]}, radius_metres: 9, window: 1 work_day}",
    message: "this repeat rule can never match", toldAt: 31),
]

private let clockBreaks = [
  Break(
    file: "limits.yaml", line: 2, text: "  - {clock: decide, matter: order, limit: 4 work_hours}",
    message: "the clock decide never times order"),
  Break(
    file: "limits.yaml", line: 2, text: "  - {clock: decide, matter: whim, limit: 4 work_hours}",
    message: "unknown matter \"whim\""),
  Break(
    file: "limits.yaml", line: 2, text: "  - {clock: answer, limit: 4 work_hours}",
    message: "the answer clock has its limit from the form of supervision"),
  Break(
    file: "limits.yaml", line: 3, text: "  - {clock: decide, matter: case, limit: 1 work_hour}",
    message: "no limit of the decide clock (matter: supervision) for every case of E11, E12", toldAt: 1),
  Break(
    file: "limits.yaml", line: 4, text: "  - {clock: sign, matter: case, limit: 2 work_hours}",
    message: "no limit of the sign clock (matter: part) for every case of E11, E12", toldAt: 1),
  Break(
    file: "limits.yaml", line: 7, text: "  - {clock: handle, when: {reopened: false}, limit: 5 work_days}",
    message: "no limit of the handle clock for every case", toldAt: 1),
  Break(
    file: "limits.yaml", line: 6, text: "  - {clock: handle, limit: 3 work_days}",
    message: "this limit of the handle clock can never apply", toldAt: 7),
  Break(
    file: "ladder.yaml", line: 2, text: "  - {clock: decide, matter: case, rungs: *late}", message: "not YAML",
    toldAt: 2),
  Break(
    file: "ladder.yaml", line: 2, text: "  - clock: decide\n    matter: case",
    message: "no ladder of the decide clock (matter: request) for every case of E11, E12", toldAt: 1),
  Break(
    file: "ladder.yaml", line: 6,
    text: "      - {name: chase, at: 90% used, to: [handler@part], act: remind, every: 1 work_day}",
    message: "comes again and again before anything is due"),
  Break(
    file: "ladder.yaml", line: 6, text: "      - {name: chase, at: \"0\", to: [handler@part], act: remind, every: 1}",
    message: "`every`: a limit is a number"),
  Break(
    file: "ladder.yaml", line: 7,
    text: "      - {name: late, at: +1 work_day, to: [inspector@district], act: flag, every: 1 work_day}",
    message: "would open record after record"),
  Break(
    file: "ladder.yaml", line: 8, text: "  - clock: contact\n    when: {sources: [citizen]}",
    message: "no ladder of the contact clock for every case of E11, E12", toldAt: 1),
  Break(
    file: "ladder.yaml", line: 12, text: "  - clock: handle",
    message: "no ladder of the answer clock (matter: order) for every case of E11, E12", toldAt: 1),
  Break(
    file: "ladder.yaml", line: 13, text: "    matter: case", message: "the clock answer never times case"),
  Break(
    file: "ladder.yaml", line: 14, text: "    rungs: [{name: late, at: \"0\", to: [handler@party], act: red}]",
    message: "unknown tier party"),
  Break(
    file: "ladder.yaml", line: 18, text: "  - {cause: extension_requests, count: 3, act: yellow, to: []}",
    message: "a card without a receiver"),
  Break(
    file: "ladder.yaml", line: 18, text: "  - {cause: extension_requests, count: 3, act: flag, to: [handler@lead]}",
    message: "a card opens no record at discipline inspection"),
  Break(
    file: "ladder.yaml", line: 18, text: "  - {cause: lateness, count: 3, act: red, to: [handler@lead]}",
    message: "unknown cause \"lateness\""),
  Break(
    file: "ladder.yaml", line: 18, text: "  - {cause: dissatisfied, count: 0, act: red, to: [handler@lead]}",
    message: "`count` is at least 1"),
  Break(
    file: "ladder.yaml", line: 20, text: "discipline: {statement_within: a week}",
    message: "`statement_within`: "),
  Break(
    file: "ladder.yaml", line: 20, text: "discipline: {self_check_at: dawn}", message: "\"dawn\" is no time of day"),
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
