public import Domain
public import GridNetwork
import Journal
public import PostgresClient
public import Wire

/// A notice that no event of the journal tells: a service asks for it in the transaction of what it is about, and the
/// notifier tells it like all others, with receivers on duty, channels and templates. Each is told once.
public struct AskedNotice: Sendable, Equatable {
  /// What it is about, unique in the district: asked for twice it is told once.
  public let id: String
  public let kind: NoticeKind
  /// Nil for what is of no one case.
  public let caseNumber: Int64?
  /// The place and the department that it is about: what `role@tier` and `role@lead` of the channels mean.
  public let unit: UnitCode
  public let department: DepartmentCode?
  /// Who hears of it besides those whom the channels name.
  public let hearers: [ReceiverAddress]
  public let askedAt: Instant
  /// An object: what it tells besides where its case stands, in the names of docs/webhooks.md.
  public let details: JSONValue

  public init(
    id: String, kind: NoticeKind, caseNumber: Int64?, unit: UnitCode, department: DepartmentCode? = nil,
    hearers: [ReceiverAddress], askedAt: Instant, details: JSONValue
  ) {
    self.id = id
    self.kind = kind
    self.caseNumber = caseNumber
    self.unit = unit
    self.department = department
    self.hearers = hearers
    self.askedAt = askedAt
    self.details = details
  }

  private static let insert = Statement(
    "asked_notice_insert",
    """
    INSERT INTO asked_notices (district, id, notice, case_number, unit, department, hearers, details, asked_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) ON CONFLICT DO NOTHING
    """)

  /// Asks for it; belongs into the transaction of what it is about.
  public func asking(in district: UnitCode) -> PostgresCall {
    PostgresCall(
      Self.insert,
      [
        .text(district.text), .text(id), .text(kind.rawValue), .int64(caseNumber ?? 0), .text(unit.text),
        .text(department?.text ?? ""), .texts(hearers.map(\.text)), .bytes(details.bytes()),
        .timestamp(microseconds: askedAt.microseconds),
      ])
  }

  private static let claim = Statement(
    "asked_notice_claim",
    """
    UPDATE asked_notices AS n SET told_at = $2
    FROM (SELECT id FROM asked_notices WHERE district = $1 AND told_at IS NULL
          ORDER BY asked_at, id LIMIT $3 FOR UPDATE) AS waiting
    WHERE n.district = $1 AND n.id = waiting.id
    RETURNING n.id, n.notice, n.case_number, n.unit, n.department, n.hearers, n.details, n.asked_at
    """)

  /// The oldest that wait, as told now, so many at most. Copies of the notifier take turns: the rows stay locked until the
  /// transaction ends. One of a kind that this version does not know is passed over.
  public static func claim(
    _ district: UnitCode, at now: Instant, max count: Int, in transaction: Transaction
  ) throws -> [AskedNotice] {
    let rows = try transaction.query(
      claim, [.text(district.text), .timestamp(microseconds: now.microseconds), .int64(Int64(count))])
    return try rows.compactMap { row in
      guard let kind = NoticeKind(rawValue: try row.text(1)) else { return nil }
      let (number, department) = (try row.int64(2), try row.text(4))
      return AskedNotice(
        id: try row.text(0), kind: kind, caseNumber: number == 0 ? nil : number, unit: UnitCode(try row.text(3)),
        department: department.isEmpty ? nil : DepartmentCode(department),
        hearers: try row.texts(5).compactMap { ReceiverAddress($0) }, askedAt: try row.timestamp(7).instant,
        details: (try? JSONParser.parse(try row.bytes(6))) ?? [:])
    }.sorted { ($0.askedAt, $0.id) < ($1.askedAt, $1.id) }
  }
}
