public import Domain

/// The fields of each action as callers write them: what the console reads, and what the command line explains.
public struct ActionField: Sendable, Hashable {
  public enum Need: String, Sendable {
    case required, optional
    /// As `note` says.
    case sometimes
  }
  public let name: String
  public let need: Need
  /// The words that it may hold; empty: free.
  public let words: [String]
  public let note: String

  private init(_ name: String, _ need: Need, _ note: String = "", words: [String] = []) {
    self.name = name
    self.need = need
    self.words = words
    self.note = note
  }

  /// The words of an outcome, the one that carries the action out first.
  public struct Outcome: Sendable {
    public let yes: String
    public let no: String
  }

  public static func outcome(of action: CaseAction) -> Outcome {
    switch action {
    case .contact: Outcome(yes: "reached", no: "unreached")
    case .decideAppeal: Outcome(yes: "accepted", no: "rejected")
    default: Outcome(yes: "pass", no: "fail")
    }
  }

  /// Every field of the action, in the order in which it is best explained.
  public static func of(_ action: CaseAction) -> [ActionField] {
    switch action {
    case .verifyReport: [outcomeField(action), ActionField("reason", .sometimes, "required when it fails")]
    case .settleOnSpot: [ActionField("measure", .required, "what was done"), note]
    case .dispatch, .redirect: [ActionField("department", .required, "the lead"), assists, note]
    case .sign: []
    case .return: [reason, ActionField("responsible", .optional, "the department that is, where known")]
    case .contact: [outcomeField(action), note]
    case .requestExtension: [ActionField("by", .required, "a limit, e.g. 3 work_days"), reason]
    case .grantExtension: [whose]
    case .refuseExtension: [whose, reason]
    case .suspend:
      [
        ActionField("until", .sometimes, "RFC 3339; the centre, without it, grants what was asked"),
        ActionField("reason", .sometimes, "required with until"),
      ]
    case .refuseSuspension, .void, .reopen, .appeal, .reveal, .erase: [reason]
    case .resume: [note]
    case .handle:
      [
        ActionField("result", .required),
        ActionField("checklist", .optional, "the items of the closing standard that are confirmed"),
        ActionField("photos", .optional, "ids of attachments"),
      ]
    case .verify:
      [
        outcomeField(action), ActionField("note", .sometimes, "required when it fails"),
        ActionField("photos", .optional, "ids of attachments that show what was found"),
      ]
    case .revisit: [ActionField("rating", .required, words: Satisfaction.allCases.map(\.rawValue)), note]
    case .supervise:
      [
        ActionField("form", .required, "a form that the policy names"), note,
        ActionField("department", .optional, "the addressee; the lead without it"),
        ActionField("jointly", .optional, "with whom (联合督办)"),
      ]
    case .answer:
      [
        ActionField("order", .optional, "the number of the order; the oldest that waits without it"),
        ActionField("text", .required),
      ]
    case .coordinate:
      [
        ActionField("outcome", .required, "what came of the meeting"),
        ActionField("participants", .optional, "departments"),
        ActionField("excused", .optional, "assisting departments of which nothing more is asked"),
      ]
    case .appoint:
      [
        ActionField("department", .sometimes, "the lead; required of a case at the desk"), assists,
        ActionField("basis", .optional, words: Appointment.Basis.allCases.map(\.rawValue)), note,
      ]
    case .merge: [ActionField("into", .required, "the case that stays")]
    case .split:
      [
        ActionField("category", .optional, "of the case that is split off"),
        ActionField("unit", .optional, "of the case that is split off"),
        ActionField("attachments", .optional, "ids of those that go along; the others stay"), note,
      ]
    case .decideAppeal: [outcomeField(action), reason]
    case .comment: [ActionField("text", .required)]
    }
  }

  private static let note = ActionField("note", .optional)
  private static let reason = ActionField("reason", .required)
  private static let assists = ActionField("assists", .optional, "assisting departments")
  private static let whose = ActionField(
    "department", .sometimes, "whose request; required where more than one waits")

  private static func outcomeField(_ action: CaseAction) -> ActionField {
    let outcome = outcome(of: action)
    return ActionField("outcome", .required, words: [outcome.yes, outcome.no])
  }
}
