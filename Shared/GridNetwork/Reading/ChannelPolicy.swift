public import Domain

/// What may be told to someone. Each kind has a template in every language of the network.
public enum NoticeKind: String, CaseIterable, Sendable {
  /// A case came to the department.
  case dispatched
  /// A case waits for a decision at the desk.
  case desked
  /// A department returned a case.
  case returned
  /// A handled case did not pass and came back.
  case reworked
  /// A task to verify a report or a result.
  case task
  case extensionRequested = "extension_requested"
  case extensionDecided = "extension_decided"
  case suspended
  case resumed
  case supervised
  // The acts of the ladder's rungs.
  case remind, yellow, red, supervise, flag
  /// To the reporter: filed, merged into another case, closed, rejected.
  case filed, merged, closed, rejected
  case appealDecided = "appeal_decided"
  /// A department assists in a case; it says that it has no part in it.
  case partAssigned = "part_assigned"
  case partReturned = "part_returned"
  /// Nothing more is asked of an assisting department: it was excused, or the case went elsewhere or is over.
  case partEnded = "part_ended"
  /// A case of which an assisting department had done its part did not pass, or was opened again.
  case partReworked = "part_reworked"
  case suspensionRequested = "suspension_requested"
  case suspensionDecided = "suspension_decided"
  /// A department answered a supervision order.
  case answered
  case coordinated, appointed, revisited, reopened, appealed, split
  /// Due times were computed again by a calendar that knows more.
  case recalculated
  /// The centre must supervise a case whose caller was dissatisfied or gave no rating.
  case mustSupervise = "must_supervise"
  /// A unit's statement to discipline inspection is late.
  case statementDue = "statement_due"
  /// The daily self-check found a clock without its rungs.
  case selfCheck = "self_check"
  /// The list of orders that were repeated three times or more.
  case repeatedOrders = "repeated_orders"
  /// A change of grids waits for an approval; it was approved, refused or taken back.
  case gridChangeAsked = "grid_change_asked"
  case gridChangeDecided = "grid_change_decided"
  /// A change of grids has come into force; it could not, or was not approved in time.
  case gridChangeInForce = "grid_change_in_force"
  case gridChangeFailed = "grid_change_failed"

  /// Every network says who hears of these; the others are told to nobody by a network that does not name them.
  static let required: [NoticeKind] = [
    .dispatched, .desked, .returned, .reworked, .task, .extensionRequested, .extensionDecided, .suspended, .resumed,
    .supervised, .remind, .yellow, .red, .supervise, .flag, .filed, .merged, .closed, .rejected, .appealDecided,
  ]
}

/// A way by which notices reach people.
public enum NoticeChannel: String, CaseIterable, Sendable {
  case inbox, webhook, smtp
}

/// Who hears of what on which channel (`channels.yaml`).
public struct ChannelPolicy: Sendable, Hashable {
  /// The rule of one kind of notice.
  public struct Notice: Sendable, Hashable {
    public let kind: NoticeKind
    /// Who hears of it; empty for those whom the rung or the case itself names.
    public let to: [Receiver]
    public let channels: [NoticeChannel]
    /// Sent in quiet hours too.
    public let urgent: Bool
    /// Gathered with others into one message at the digest times.
    public let digest: Bool
  }

  public struct Webhook: Sendable, Hashable {
    public let url: String
  }

  public struct Smtp: Sendable, Hashable {
    public let host: String
    public let port: Int
    public let sender: String
    public let usesTLS: Bool
  }

  /// Languages in which templates are written, the first for those who name none.
  public let languages: [String]
  /// Local times, minutes after midnight, in which only urgent notices leave; a span may pass midnight.
  public let quietHours: [CaseCondition.ClosedHours]
  /// Local times of the digests, minutes after midnight.
  public let digestMinutes: [Int]
  public let maxAttempts: Int
  /// Waits before each further attempt; the last is repeated.
  public let retryDelays: [Limit]
  /// Nil while no address is configured: the channel is off.
  public let webhook: Webhook?
  /// How long a webhook's answer is waited for, whether the address stands here or in the settings of the deployment.
  public let webhookTimeoutSeconds: Int
  public let smtp: Smtp?
  public let notices: [NoticeKind: Notice]
}

/// The texts of notices, by kind and language: the first line is the subject, the rest after an empty line the body.
/// `{name}` stands for a value of the case.
public struct NoticeTemplates: Sendable, Hashable {
  public struct Template: Sendable, Hashable {
    public let subject: String
    public let body: String
  }

  /// Values a template may ask for.
  public static let valueNames: Set<String> = [
    "case_id", "state", "category", "category_code", "description", "unit", "unit_code", "department", "clock",
    "due_at", "late", "rung", "act", "reason", "result", "granted", "merged_into", "accountability_id", "link",
    "network", "receiver", "count", "change_id", "grids", "codes", "kind",
    "effective_on",
  ]

  let templates: [NoticeKind: [String: Template]]
  let languages: [String]

  /// The template in the language, else in the network's first; nil only for a kind the network never sends.
  public func template(_ kind: NoticeKind, language: String) -> Template? {
    templates[kind]?[language] ?? languages.first.flatMap { templates[kind]?[$0] }
  }
}
