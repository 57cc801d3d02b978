import Casework
import Domain
import GridNetwork
import Journal
import PostgresClient
import Wire

/// The orders that came again and again in a period.
struct RepeatedOrders: Sendable {
  struct Entry: Sendable {
    let number: Int64
    let reports: Int64
    let reporters: Int64
  }

  let district: UnitCode
  let begins: CivilDate
  /// The day after the last.
  let ends: CivilDate
  /// How many there are, though only the first of them are listed.
  let total: Int64
  let cases: [Entry]

  /// What stands in the inbox and leaves by the channels.
  func encoded(_ now: Instant) -> [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.member("notice", NoticeKind.repeatedOrders.rawValue)
    writer.member("district", district.text)
    writer.member("at_microseconds", now.microseconds)
    writer.member("from", begins.description)
    writer.member("to", ends.adding(days: -1).description)
    writer.member("count", total)
    writer.member("reason", "\(begins) – \(ends.adding(days: -1))")
    writer.member(
      "result",
      cases.map { "\(CaseID(district: district, number: $0.number)) ×\($0.reports)" }
        .joined(separator: ", "))
    writer.key("cases")
    writer.beginArray()
    for entry in cases {
      writer.beginObject()
      writer.member("case_id", CaseID(district: district, number: entry.number).description)
      writer.member("reports", entry.reports)
      writer.member("reporters", entry.reporters)
      writer.endObject()
    }
    writer.endArray()
    writer.endObject()
    return writer.bytes
  }
}

/// A list as a notice. No event of the journal tells of it: it stands beside the journal's end of that moment.
struct ListNotice {
  /// Below it are the places of the events' own notices and of what escalation tells.
  static let firstPart: Int32 = 2_000_000

  let list: RepeatedOrders
  let rule: ChannelPolicy.Notice
  let network: LoadedNetwork
  let outlets: NoticeOutlets
  let book: DutyBook
  let now: Instant

  init(
    list: RepeatedOrders, rule: ChannelPolicy.Notice, network: LoadedNetwork, outlets: NoticeOutlets, book: DutyBook,
    at now: Instant
  ) {
    self.list = list
    self.rule = rule
    self.network = network
    self.outlets = outlets
    self.book = book
    self.now = now
  }

  private static let insertInbox = Statement(
    "list_inbox",
    """
    INSERT INTO inbox (district, seq, part, role, unit, department, notice, case_number, at, duty, fallback_from,
                       details)
    SELECT $1, h.last_seq, $2 + n.place::integer
             + (SELECT count(*) FROM periodic_lists AS l WHERE l.district = $1)::integer * 100,
           n.role, n.unit, n.department, $3, 0, $4, string_to_array(n.duty, ','), n.fallback_from, $5
    FROM journal_head AS h, unnest($6::text[], $7::text[], $8::text[], $9::text[], $10::text[]) WITH ORDINALITY
      AS n(role, unit, department, duty, fallback_from, place)
    WHERE h.district = $1
    """)

  private static let insertWebhook = Statement(
    "list_webhook",
    """
    INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload,
                            next_attempt_at, created_at)
    SELECT $1, h.last_seq, $2 + (SELECT count(*) FROM periodic_lists AS l WHERE l.district = $1)::integer * 100,
           'webhook', $3, $4, 0, $5, $6, $7, $8
    FROM journal_head AS h WHERE h.district = $1
    """)

  private static let insertMails = Statement(
    "list_smtp",
    """
    INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload,
                            next_attempt_at, created_at)
    SELECT $1, h.last_seq, $2 + (SELECT count(*) FROM periodic_lists AS l WHERE l.district = $1)::integer * 100,
           'smtp:' || u.username, u.email, $4, 0, coalesce(u.language, $5), $6, $7, $8
    FROM journal_head AS h
    JOIN users AS u ON u.district = $1 AND u.username = ANY($3) AND u.email IS NOT NULL AND u.disabled_at IS NULL
    WHERE h.district = $1
    """)

  /// The statements that write it; whoever claimed the period in this transaction has counted it already.
  var calls: [PostgresCall] {
    let top = list.district
    let reached = rule.to.map {
      book.receivers($0.address(unit: top, lead: nil, policy: network.policy), at: now)
    }
    let payload = list.encoded(now)
    let planned = PlannedNotice(
      kind: .repeatedOrders, hearers: [], channels: rule.channels, urgent: rule.urgent, digest: false,
      values: NoticeValues())
    let sendAt = SendTime.of(planned, at: now, channels: network.channels, zone: network.policy.calendar.zone)
    let times: [PostgresParameter] = [.timestamp(PostgresTimestamp(sendAt)), .timestamp(PostgresTimestamp(now))]
    let head: [PostgresParameter] = [.text(top.text), .int32(Self.firstPart)]
    let language = PostgresParameter.text(network.channels.languages.first ?? "zh")
    var calls: [PostgresCall] = []
    if rule.channels.contains(.inbox), !reached.isEmpty {
      calls.append(
        PostgresCall(
          Self.insertInbox,
          head + [
            .text(rule.kind.rawValue), .timestamp(PostgresTimestamp(now)), .bytes(payload),
            .texts(reached.map(\.post.role)), .texts(reached.map(\.post.unit.text)),
            .texts(reached.map { $0.post.department?.text ?? "" }),
            .texts(reached.map { $0.isByDuty ? $0.people.joined(separator: ",") : nil }),
            .texts(reached.map { $0.fallbackFrom?.text }),
          ]))
    }
    if rule.channels.contains(.webhook), let url = outlets.webhookURL {
      calls.append(
        PostgresCall(
          Self.insertWebhook, head + [.text(url), .text(rule.kind.rawValue), language, .bytes(payload)] + times))
    }
    if rule.channels.contains(.smtp), outlets.smtpServer != nil {
      let people = Set(reached.flatMap(\.people)).sorted()
      calls.append(
        PostgresCall(
          Self.insertMails, head + [.texts(people), .text(rule.kind.rawValue), language, .bytes(payload)] + times))
    }
    return calls
  }
}
