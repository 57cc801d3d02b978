import Domain

/// A report that has passed every check but those that only the database can make.
final class FilingRequest: Sendable {
  let report: Report
  let content: ReportContent
  let attachments: [String]
  let actor: Actor
  let identity: ReportIdentity
  /// The policy that the report was checked against.
  let policy: NetworkPolicy
  /// The district where the place lies: its journal takes the report.
  let district: UnitCode
  /// Set for a sender of a whole city, whose keys and external ids are unique in all districts together.
  let city: UnitCode?
  /// The case that it adds to by its sender's word; nil where the rules decide whether it repeats one.
  let joins: Int64?

  init(
    report: Report, content: ReportContent, attachments: [String], actor: Actor, identity: ReportIdentity,
    policy: NetworkPolicy, district: UnitCode, city: UnitCode? = nil, joins: Int64? = nil
  ) {
    self.report = report
    self.content = content
    self.attachments = attachments
    self.actor = actor
    self.identity = identity
    self.policy = policy
    self.district = district
    self.city = city
    self.joins = joins
  }
}

/// By what a report is known again when it is sent twice.
struct ReportIdentity: Sendable, Hashable {
  /// The key that the sender gave, or one made for this request alone: after a commit whose outcome is unknown the
  /// report is looked for under it.
  let key: String
  let isKeyGiven: Bool
  let externalID: String?
  /// SHA-256 of the bytes that were sent, 32 bytes.
  let bodyHash: [UInt8]

  init(key: String?, externalID: String?, bodyHash: [UInt8]) {
    self.key = key ?? OwnKeys.next()
    isKeyGiven = key != nil
    self.externalID = externalID
    self.bodyHash = bodyHash
  }
}
