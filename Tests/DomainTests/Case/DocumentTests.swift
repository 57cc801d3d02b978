import Domain
import DomainSamples
import Foundation
import Testing

/// `docs/case-machine.md` draws the machine; what it draws is made here from the machine itself. When a test fails, it
/// says what the document's block must be.
@Suite("docs/case-machine.md") struct DocumentTests {
  let policy: NetworkPolicy
  let document: String

  init() throws {
    policy = try SamplePolicy().policy()
    let root = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    document = try String(contentsOf: root.appendingPathComponent("docs/case-machine.md"), encoding: .utf8)
  }

  private static let commands: [CaseCommand] = [
    .verifyReport(genuine: true, reason: ""), .verifyReport(genuine: false, reason: ""),
    .settleOnSpot(action: "", note: ""), .dispatch(lead: "urban", assists: [], note: ""),
    .redirect(lead: "water", assists: [], note: ""), .sign, .return(reason: "", responsible: nil),
    .handle(result: ""), .verify(passed: true, note: ""), .verify(passed: false, note: ""), .void(reason: ""),
    .merge(into: CaseID(district: "d", number: 9)), .comment(text: ""), .contact(reached: true, note: ""),
    .requestExtension(by: oneDay, reason: ""), .grantExtension(department: nil),
    .refuseExtension(department: nil, reason: ""), .suspend(until: SampleTime.start + 9 * SampleTime.day, reason: ""),
    .refuseSuspension(reason: ""), .resume(note: ""), .revisit(rating: .satisfied, note: ""),
    .revisit(rating: .dissatisfied, note: ""), .supervise(form: "phone", note: "", department: nil, jointly: []),
    .answer(order: nil, text: ""), .coordinate(outcome: "", participants: [], excused: []),
    .appoint(lead: "urban", assists: [], basis: .appointed, note: ""), .split(category: nil, unit: nil, note: ""),
    .reopen(reason: ""), .appeal(reason: ""), .decideAppeal(accepted: true, reason: ""), .reveal(reason: ""),
    .erase(reason: ""),
  ]
  private static let oneDay: Limit = {
    guard let limit = try? Limit("1 work_day") else { preconditionFailure("1 work_day is a limit") }
    return limit
  }()

  /// What stands between the marks of a block.
  private func block(_ name: String) throws -> String {
    let begin = "<!-- \(name): begin -->\n"
    let from = try #require(document.range(of: begin), "the document has no block \(name)").upperBound
    let to = try #require(document.range(of: "<!-- \(name): end -->", range: from..<document.endIndex)).lowerBound
    return String(document[from..<to])
  }

  @Test("draws every way from state to state that the machine goes") func diagram() throws {
    #expect(Set(Self.commands.map(\.action)) == Set(CaseAction.allCases), "every action has a sample command")
    var edges: [String] = []
    func add(_ from: String, _ to: String, _ label: String) {
      let edge = "    \(from) --> \(to): \(label)"
      if !edges.contains(edge) { edges.append(edge) }
    }
    let onSpot = Report.OnSpot(action: "", note: "")
    for (source, spot) in [(ReportSource.citizen, nil), (.officer, nil), (.officer, onSpot)] {
      add("[*]", SampleCase(policy: policy, source: source, onSpot: spot).value.state.rawValue, "file")
    }
    for category: CategoryCode in ["0101", "0901"] {
      var sample = SampleCase(policy: policy, category: category)
      sample.route()
      add("filed", sample.value.state.rawValue, "route")
    }
    for command in Self.commands {
      for state in CaseState.allCases where CaseTransition.row(command.action).from.contains(state) {
        let sample = try SampleCase.reaching(state, policy: policy)
        // The guards of one action may refuse in a state that its row allows; somebody may where there is a way.
        let drafts = CaseTransition.row(command.action).roles.sorted { $0.rawValue < $1.rawValue }.compactMap { role in
          try? CaseMachine.decide(
            sample.value, command, by: SampleActors.user("stranger", role, "d", role == .handler ? "urban" : nil),
            policy: policy, now: sample.now)
        }
        guard let after = drafts.first(where: { $0.value.state != state }) ?? drafts.first else { continue }
        if after.value.state != state {
          add(state.rawValue, after.value.state.rawValue, command.action.rawValue)
        } else if after.events.contains(where: { $0.kind == .dispatched }) {
          add(state.rawValue, state.rawValue, command.action.rawValue)
        }
      }
    }
    for state in CaseState.allCases where !state.isOpen { add(state.rawValue, "[*]", "over") }
    let expected = (["```mermaid", "stateDiagram-v2"] + edges + ["```"]).joined(separator: "\n") + "\n"
    #expect(try block("diagram") == expected, "the block must be:\n\(expected)")
  }

  @Test("lists every action with its states and roles") func actions() throws {
    var rows = ["| action | from | by | department |", "|---|---|---|---|"]
    for row in CaseTransition.table {
      let from = CaseState.allCases.filter { row.from.contains($0) }.map(\.rawValue)
      let roles = Role.allCases.filter { row.roles.contains($0) }.map(\.rawValue)
      let states = from.count == CaseState.allCases.count ? "any" : from.joined(separator: ", ")
      let only = row.holder?.rawValue ?? ""
      rows.append("| `\(row.action.rawValue)` | \(states) | \(roles.joined(separator: ", ")) | \(only) |")
    }
    let expected = rows.joined(separator: "\n") + "\n"
    #expect(try block("actions") == expected, "the block must be:\n\(expected)")
  }

  @Test("names every state, clock and fact") func names() throws {
    let names =
      CaseState.allCases.map(\.rawValue) + ClockName.allCases.map(\.rawValue) + CaseFacts.named.map(\.name)
      + EventKind.allCases.map(\.rawValue) + RungAct.allCases.map(\.rawValue)
    for name in names { #expect(document.contains("`\(name)`"), "\(name)") }
  }

  @Test("names every refusal's code") func codes() {
    let refusals: [CaseRefusal] = [
      .illegalTransition(state: .filed, allowed: []), .notYourRole(.sign, nil), .notYourDepartment(nil),
      .separationOfDuty, .limitReached(.return, limit: ""), .unknownDepartment("x"),
      .mergeTarget(CaseID(district: "d", number: 1)), .notProvided(.suspend), .appointed, .partsOpen([]),
      .closingStandard(missing: [], photos: 1), .nothingToDecide(.answer), .alreadyWaiting(.appeal), .endNotLater,
      .unknownForm("", known: []), .unknownCategory("x"), .unknownUnit("x"),
    ]
    for refusal in refusals { #expect(document.contains("`\(refusal.code)`"), "\(refusal.code)") }
  }
}
