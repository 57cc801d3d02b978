import Domain
import GridNetwork
import Journal
import PostgresClient

/// The rows of `inbox` and `deliveries` that a run of events makes.
struct NoticeRows {
  private struct Inbox {
    let seq: Int64
    let part: Int32
    let address: ReceiverAddress?
    let person: String
    let kind: NoticeKind
    let caseNumber: Int64
    let at: Instant
  }

  private struct Delivery {
    let seq: Int64
    let part: Int32
    let kind: NoticeKind
    let caseNumber: Int64
    let digest: Bool
    let sendAt: Instant
    let createdAt: Instant
    let payload: [UInt8]
    let address: ReceiverAddress?
    let person: String
  }

  private let district: UnitCode
  private let zone: ZoneRules
  private let channels: ChannelPolicy
  private let outlets: NoticeOutlets
  private var inbox: [Inbox] = []
  private var webhooks: [Delivery] = []
  private var mails: [Delivery] = []

  init(district: UnitCode, zone: ZoneRules, channels: ChannelPolicy, outlets: NoticeOutlets) {
    self.district = district
    self.zone = zone
    self.channels = channels
    self.outlets = outlets
  }

  mutating func add(_ notices: [PlannedNotice], event: JournalEvent, decoded: CaseEvent) {
    var part: Int32 = 0
    for notice in notices {
      let leaves =
        (notice.channels.contains(.webhook) && outlets.webhookURL != nil)
        || (notice.channels.contains(.smtp) && outlets.smtpServer != nil)
      let payload = leaves ? NoticePayload(notice, event: event, decoded: decoded).encoded() : []
      let sendAt = leaves ? SendTime.of(notice, at: event.at, channels: channels, zone: zone) : event.at
      func delivery(_ part: Int32, _ address: ReceiverAddress?, _ person: String) -> Delivery {
        Delivery(
          seq: event.seq, part: part, kind: notice.kind, caseNumber: event.caseNumber, digest: notice.digest,
          sendAt: sendAt, createdAt: event.at, payload: payload, address: address, person: person)
      }
      // A platform hears once of each notice, whoever else does.
      if notice.channels.contains(.webhook), outlets.webhookURL != nil { webhooks.append(delivery(part, nil, "")) }
      for hearer in notice.hearers {
        let address: ReceiverAddress? = if case .role(let address) = hearer { address } else { nil }
        let person = if case .person(let name) = hearer { name } else { "" }
        if notice.channels.contains(.inbox) {
          inbox.append(
            Inbox(
              seq: event.seq, part: part, address: address, person: person, kind: notice.kind,
              caseNumber: event.caseNumber, at: event.at))
        }
        if notice.channels.contains(.smtp), outlets.smtpServer != nil {
          mails.append(delivery(part, address, person))
        }
        part += 1
      }
      part += 1
    }
  }

  private static let insertInbox = Statement(
    "inbox_insert",
    """
    INSERT INTO inbox (district, seq, part, role, unit, department, username, notice, case_number, at)
    SELECT $1, n.* FROM unnest($2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                               $9::bigint[], $10::timestamptz[])
      AS n(seq, part, role, unit, department, username, notice, case_number, at)
    ON CONFLICT DO NOTHING
    """)

  private static let insertWebhooks = Statement(
    "deliveries_webhook",
    """
    INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, digest, payload,
                            next_attempt_at, created_at)
    SELECT $1, n.seq, n.part, 'webhook', $2, n.notice, n.case_number, $3, false, n.payload, n.send_at, n.created_at
    FROM unnest($4::bigint[], $5::integer[], $6::text[], $7::bigint[], $8::bytea[], $9::timestamptz[],
                $10::timestamptz[])
      AS n(seq, part, notice, case_number, payload, send_at, created_at)
    ON CONFLICT DO NOTHING
    """)

  /// One mail per person who holds the role there and has an address.
  private static let insertMails = Statement(
    "deliveries_smtp",
    """
    INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, digest, payload,
                            next_attempt_at, created_at)
    SELECT $1, n.seq, n.part, 'smtp:' || u.username, u.email, n.notice, n.case_number, coalesce(u.language, $2),
           n.digest, n.payload, n.send_at, n.created_at
    FROM unnest($3::bigint[], $4::integer[], $5::text[], $6::bigint[], $7::boolean[], $8::bytea[], $9::timestamptz[],
                $10::timestamptz[], $11::text[], $12::text[], $13::text[], $14::text[])
      AS n(seq, part, notice, case_number, digest, payload, send_at, created_at, role, unit, department, username)
    JOIN users AS u ON u.district = $1 AND u.email IS NOT NULL AND u.disabled_at IS NULL
      AND CASE WHEN n.username <> '' THEN u.username = n.username
               ELSE u.role = n.role AND u.unit = n.unit AND coalesce(u.department, '') = n.department END
    ON CONFLICT DO NOTHING
    """)

  /// The statements that write the rows; none when nobody is to hear of anything.
  var calls: [PostgresCall] {
    var calls: [PostgresCall] = []
    let language = PostgresParameter.text(channels.languages.first ?? "zh")
    if !inbox.isEmpty {
      calls.append(
        PostgresCall(
          Self.insertInbox,
          [
            .text(district.text), .int64s(inbox.map(\.seq)), .int32s(inbox.map(\.part)),
            .texts(inbox.map { $0.address?.role ?? "" }), .texts(inbox.map { $0.address?.unit.text ?? "" }),
            .texts(inbox.map { $0.address?.department?.text ?? "" }), .texts(inbox.map(\.person)),
            .texts(inbox.map(\.kind.rawValue)), .int64s(inbox.map(\.caseNumber)),
            .timestamps(inbox.map { PostgresTimestamp($0.at) }),
          ]))
    }
    if !webhooks.isEmpty {
      calls.append(
        PostgresCall(
          Self.insertWebhooks,
          [
            .text(district.text), .text(outlets.webhookURL ?? ""), language, .int64s(webhooks.map(\.seq)),
            .int32s(webhooks.map(\.part)), .texts(webhooks.map(\.kind.rawValue)),
            .int64s(webhooks.map(\.caseNumber)), .bytesArray(webhooks.map(\.payload)),
            .timestamps(webhooks.map { PostgresTimestamp($0.sendAt) }),
            .timestamps(webhooks.map { PostgresTimestamp($0.createdAt) }),
          ]))
    }
    if !mails.isEmpty {
      calls.append(
        PostgresCall(
          Self.insertMails,
          [
            .text(district.text), language, .int64s(mails.map(\.seq)), .int32s(mails.map(\.part)),
            .texts(mails.map(\.kind.rawValue)), .int64s(mails.map(\.caseNumber)), .bools(mails.map(\.digest)),
            .bytesArray(mails.map(\.payload)), .timestamps(mails.map { PostgresTimestamp($0.sendAt) }),
            .timestamps(mails.map { PostgresTimestamp($0.createdAt) }), .texts(mails.map { $0.address?.role ?? "" }),
            .texts(mails.map { $0.address?.unit.text ?? "" }),
            .texts(mails.map { $0.address?.department?.text ?? "" }), .texts(mails.map(\.person)),
          ]))
    }
    return calls
  }
}
