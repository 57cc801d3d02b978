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
    case .verifyReport: [outcomeField(action), sometimes("reason", "required when it fails")]
    case .settleOnSpot: [required("measure", "what was done"), note]
    case .dispatch, .redirect: [required("department", "the lead"), assists, note]
    case .sign: []
    case .return: [reason, optional("responsible", "the department that is, where known")]
    case .contact: [outcomeField(action), note]
    case .requestExtension: [required("by", "a limit, e.g. 3 work_days"), reason]
    case .grantExtension: [whose]
    case .refuseExtension: [whose, reason]
    case .suspend: [until, sometimes("reason", "required with until")]
    case .refuseSuspension, .void, .reopen, .appeal, .reveal, .erase: [reason]
    case .resume: [note]
    case .handle: [required("result"), checklist, optional("photos", "ids of attachments")]
    case .verify: [outcomeField(action), sometimes("note", "required when it fails"), photosOfWhatWasFound]
    case .revisit: [ActionField("rating", .required, words: Satisfaction.allCases.map(\.rawValue)), note]
    case .supervise: [form, note, addressee, optional("jointly", "with whom (联合督办)")]
    case .answer: [order, required("text")]
    case .coordinate: [required("outcome", "what came of the meeting"), participants, excused]
    case .appoint: [appointed, assists, basis, note]
    case .merge: [required("into", "the case that stays")]
    case .split: [ofTheNewCase("category"), ofTheNewCase("unit"), attachments, note]
    case .decideAppeal: [outcomeField(action), reason]
    case .comment: [required("text")]
    }
  }

  private static func required(_ name: String, _ note: String = "") -> ActionField {
    ActionField(name, .required, note)
  }
  private static func optional(_ name: String, _ note: String) -> ActionField { ActionField(name, .optional, note) }
  private static func sometimes(_ name: String, _ note: String) -> ActionField { ActionField(name, .sometimes, note) }

  private static func outcomeField(_ action: CaseAction) -> ActionField {
    let outcome = outcome(of: action)
    return ActionField("outcome", .required, words: [outcome.yes, outcome.no])
  }

  private static func ofTheNewCase(_ name: String) -> ActionField { optional(name, "of the case that is split off") }

  private static let note = ActionField("note", .optional)
  private static let reason = required("reason")
  private static let assists = optional("assists", "assisting departments")
  private static let whose = sometimes("department", "whose request; required where more than one waits")
  private static let until = sometimes("until", "RFC 3339; the centre, without it, grants what was asked")
  private static let checklist = optional("checklist", "the items of the closing standard that are confirmed")
  private static let photosOfWhatWasFound = optional("photos", "ids of attachments that show what was found")
  private static let form = required("form", "a form that the policy names")
  private static let addressee = optional("department", "the addressee; the lead without it")
  private static let order = optional("order", "the number of the order; the oldest that waits without it")
  private static let participants = optional("participants", "departments")
  private static let excused = optional("excused", "assisting departments of which nothing more is asked")
  private static let appointed = sometimes("department", "the lead; required of a case at the desk")
  private static let basis = ActionField(
    "basis", .optional, words: Appointment.Basis.allCases.map(\.rawValue))
  private static let attachments = optional("attachments", "ids of those that go along; the others stay")
}
