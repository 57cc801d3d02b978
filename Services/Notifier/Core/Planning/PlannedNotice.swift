import Domain
import GridNetwork

/// Someone is to hear of something.
struct PlannedNotice: Sendable, Hashable {
  /// Who: holders of a role, or one person.
  enum Hearer: Sendable, Hashable {
    case role(ReceiverAddress)
    case person(String)
  }

  let kind: NoticeKind
  let hearers: [Hearer]
  let channels: [NoticeChannel]
  let urgent: Bool
  let digest: Bool
  /// What the event adds to the case's own values, for the templates.
  let values: NoticeValues
}

/// What a notice can tell besides where its case stands.
struct NoticeValues: Sendable, Hashable {
  var clock: String?
  var dueAt: Instant?
  var lateSeconds: Int64?
  var rung: String?
  var act: String?
  var reason: String?
  var result: String?
  var mergedInto: String?
}
