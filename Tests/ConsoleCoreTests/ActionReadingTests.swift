import Casework
import Domain
import Operations
import Testing
import Wire

@testable import ConsoleCore

@Suite("Reading what is asked of a case")
struct ActionReadingTests {
  private func faults(_ body: JSONValue) -> [String: String]? {
    do {
      _ = try ActionReading.command(body)
      return nil
    } catch {
      return Dictionary(error.errors.map { ($0.field, $0.code) }, uniquingKeysWith: { first, _ in first })
    }
  }

  @Test(
    "Of an action without fields exactly those that the table calls required are missing",
    arguments: CaseAction.allCases)
  func requiredFields(action: CaseAction) throws {
    let missing = faults(["action": .string(action.rawValue)]) ?? [:]
    var required = Set(ActionField.of(action).filter { $0.need == .required }.map(\.name))
    // Without an outcome nothing is known to have passed, and what must be said of a failure is missing, too.
    if action == .verify { required.insert("note") }
    if action == .verifyReport { required.insert("reason") }
    #expect(Set(missing.keys) == required)
    #expect(missing.values.allSatisfy { $0 == "required" })
  }

  @Test(
    "Every field of the table is read: one that holds an object is no field's value", arguments: CaseAction.allCases)
  func everyFieldIsRead(action: CaseAction) throws {
    for field in ActionField.of(action) {
      var body: JSONObject = ["action": .string(action.rawValue)]
      body[field.name] = ["an": "object"]
      if action == .suspend, field.name == "reason" { body["until"] = "2026-03-09T12:00:00+08:00" }
      #expect(faults(.object(body))?[field.name] != nil, "\(action.rawValue) does not read \(field.name)")
    }
  }

  private static let threeDays: Limit = {
    guard let limit = try? Limit("3 work_days") else { preconditionFailure("three working days are a limit") }
    return limit
  }()

  private static let examples: [(JSONValue, CaseCommand)] = [
    (["action": "contact", "outcome": "reached", "note": "he knows"], .contact(reached: true, note: "he knows")),
    (["action": "contact", "outcome": "unreached"], .contact(reached: false, note: "")),
    (
      ["action": "request_extension", "by": "3 work_days", "reason": "parts"],
      .requestExtension(by: threeDays, reason: "parts")
    ),
    (["action": "grant_extension"], .grantExtension(department: nil)),
    (["action": "grant_extension", "department": "urban"], .grantExtension(department: "urban")),
    (
      ["action": "refuse_extension", "department": "urban", "reason": "no"],
      .refuseExtension(department: "urban", reason: "no")
    ),
    (
      ["action": "suspend", "until": "2026-03-09T12:00:00+08:00", "reason": "survey"],
      .suspend(until: Instant(secondsSince1970: 1_773_028_800), reason: "survey")
    ),
    (["action": "suspend"], .suspend(until: nil, reason: "")),
    (["action": "refuse_suspension", "reason": "no"], .refuseSuspension(reason: "no")),
    (["action": "resume"], .resume(note: "")),
    (
      ["action": "handle", "result": "done", "checklist": ["clean", "swept"], "photos": ["a1"]],
      .handle(result: "done", checklist: ["clean", "swept"], photos: ["a1"])
    ),
    (
      ["action": "handle", "result": "done", "checklist": "clean；swept; dry, too"],
      .handle(result: "done", checklist: ["clean", "swept", "dry, too"], photos: [])
    ),
    (["action": "revisit", "rating": "basically"], .revisit(rating: .basically, note: "")),
    (
      ["action": "supervise", "form": "leader", "note": "at once", "department": "urban", "jointly": ["police"]],
      .supervise(form: "leader", note: "at once", department: "urban", jointly: ["police"])
    ),
    (["action": "answer", "text": "done so"], .answer(order: nil, text: "done so")),
    (["action": "answer", "order": 2, "text": "done so"], .answer(order: 2, text: "done so")),
    (["action": "answer", "order": "2", "text": "done so"], .answer(order: 2, text: "done so")),
    (
      ["action": "coordinate", "outcome": "agreed", "participants": ["urban", "water"], "excused": ["water"]],
      .coordinate(outcome: "agreed", participants: ["urban", "water"], excused: ["water"])
    ),
    (
      ["action": "appoint", "department": "urban", "assists": ["water"], "basis": "leads"],
      .appoint(lead: "urban", assists: ["water"], basis: .leads, note: "")
    ),
    (["action": "appoint", "assists": "water"], .appoint(lead: nil, assists: ["water"], basis: .appointed, note: "")),
    (["action": "split", "category": "0201", "note": "two"], .split(category: "0201", unit: nil, note: "two")),
    (
      ["action": "split", "attachments": ["a1", "b2"]],
      .split(category: nil, unit: nil, note: "", attachments: ["a1", "b2"])
    ),
    (["action": "reopen", "reason": "back"], .reopen(reason: "back")),
    (["action": "appeal", "reason": "closed road"], .appeal(reason: "closed road")),
    (
      ["action": "decide_appeal", "outcome": "rejected", "reason": "no ground"],
      .decideAppeal(accepted: false, reason: "no ground")
    ),
    (["action": "reveal", "reason": "to call"], .reveal(reason: "to call")),
    (["action": "erase", "reason": "asked"], .erase(reason: "asked")),
  ]

  @Test("Each action with its fields", arguments: examples.indices)
  func commands(example: Int) throws {
    let (body, command) = Self.examples[example]
    #expect(try ActionReading.command(body) == command)
  }

  @Test("Everything that is not valid is named at once, each with its code")
  func faultsAtOnce() {
    #expect(
      faults(["action": "request_extension", "by": "three days", "reason": 5])
        == ["by": "malformed_limit", "reason": "not_a_text"])
    #expect(
      faults(["action": "suspend", "until": "tomorrow", "reason": ["x"]])?["until"] == "malformed_time")
    #expect(
      faults(["action": "revisit", "rating": "fine", "note": 1]) == ["rating": "unknown_value", "note": "not_a_text"])
    #expect(
      faults(["action": "appoint", "department": "urban", "assists": ["urban"], "basis": "dice"])
        == ["assists": "repeated", "basis": "unknown_value"])
    #expect(faults(["action": "answer", "order": 0]) == ["order": "not_an_ordinal", "text": "required"])
    #expect(
      faults(["action": "decide_appeal", "outcome": "perhaps"]) == ["outcome": "unknown_value", "reason": "required"])
    #expect(faults(["action": "handle", "result": "x", "photos": ["a", "a"]]) == ["photos": "repeated"])
    #expect(faults(["action": "merge", "into": "here"]) == ["into": "malformed_case_id"])
  }
}
