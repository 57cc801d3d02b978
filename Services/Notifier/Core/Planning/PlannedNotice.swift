import Domain
import GridNetwork

/// Someone is to hear of something.
struct PlannedNotice: Sendable, Hashable {
  /// Who: holders of a role, or one person.
  enum Hearer: Sendable, Hashable {
    case role(ReceiverAddress)
    case person(String)
  }

  /// Which reports of a case a notice answers.
  enum Answering: Sendable, Hashable {
    case none
    /// The report that began the case.
    case first
    /// The report that joined it by this event.
    case joining
    /// Every report of the case and of all that ended in it; whoever handed one in hears of it, once.
    case all
  }

  let kind: NoticeKind
  let hearers: [Hearer]
  let channels: [NoticeChannel]
  let urgent: Bool
  let digest: Bool
  /// What the event adds to the case's own values, for the templates.
  let values: NoticeValues
  var answers: Answering = .none
}

/// What a notice can tell besides where its case stands.
struct NoticeValues: Sendable, Hashable {
  /// The department that is concerned, where that is not the lead.
  var department: DepartmentCode?
  var clock: String?
  var dueAt: Instant?
  var lateSeconds: Int64?
  var rung: String?
  var act: String?
  var reason: String?
  var result: String?
  var granted: Bool?
  var count: Int?
  var mergedInto: String?
  var splitInto: String?
  var accountabilityID: String?
}
