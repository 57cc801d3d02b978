import Casework
import Domain
import GridNetwork
import Journal
import PostgresClient

/// Where a notice stands among all of its district: at the event that it tells of, or at the journal's end of its moment,
/// and its place beside the others there.
struct NoticePlace: Sendable, Hashable {
  let seq: Int64
  var part: Int32
  /// 0 for what is of no one case.
  let caseNumber: Int64
  let at: Instant
}

/// The rows of `inbox` and `deliveries` that notices make.
struct NoticeRows {
  private struct Inbox {
    let seq: Int64
    let part: Int32
    let address: ReceiverAddress?
    let person: String
    /// Those on duty, separated by commas; nil for everyone at the address.
    let duty: String?
    let fallbackFrom: String?
    let kind: NoticeKind
    let caseNumber: Int64
    let at: Instant
    let details: [UInt8]?
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
    let person: String
  }

  private let district: UnitCode
  private let zone: ZoneRules
  private let channels: ChannelPolicy
  private let outlets: NoticeOutlets
  private let book: DutyBook
  private let reporters: Reporters
  private var inbox: [Inbox] = []
  private var webhooks: [Delivery] = []
  private var mails: [Delivery] = []
  /// Notices that nobody was found for.
  private(set) var unheard: [UnheardNotice] = []

  init(
    district: UnitCode, zone: ZoneRules, channels: ChannelPolicy, outlets: NoticeOutlets, book: DutyBook,
    reporters: Reporters
  ) {
    self.district = district
    self.zone = zone
    self.channels = channels
    self.outlets = outlets
    self.book = book
    self.reporters = reporters
  }

  /// - Parameter accountabilityID: of the record that the event's rung opened.
  mutating func add(
    _ notices: [PlannedNotice], event: JournalEvent, decoded: CaseEvent, accountabilityID: String? = nil
  ) {
    var place = NoticePlace(seq: event.seq, part: 0, caseNumber: event.caseNumber, at: event.at)
    for notice in notices {
      let reports = notice.answers == .none ? [] : reporters.reports(answeredBy: notice.answers, event)
      let result = reporters.result(before: event.seq)
      place.part = add(notice, at: place, reports: reports) {
        NoticePayload(
          notice: notice, event: event, decoded: decoded, result: result, accountabilityID: accountabilityID,
          reports: reports
        ).encoded()
      }
    }
  }

  /// The rows of one notice.
  ///
  /// - Parameters:
  ///   - details: what the inbox shows besides the case.
  ///   - payload: what leaves by other channels; asked for only where something does.
  /// - Returns: the first part that is free after it.
  @discardableResult
  mutating func add(
    _ notice: PlannedNotice, at place: NoticePlace, reports: [AnsweredReport] = [], details: [UInt8]? = nil,
    payload encode: () -> [UInt8]
  ) -> Int32 {
    let posts = notice.channels.contains(.webhook) && outlets.webhookURL != nil
    let mails = notice.channels.contains(.smtp) && outlets.smtpServer != nil
    let leaves = posts || mails
    let payload = leaves ? encode() : []
    let sendAt = leaves ? SendTime.of(notice, at: place.at, channels: channels, zone: zone) : place.at
    var part = place.part
    func delivery(_ part: Int32, _ person: String) -> Delivery {
      Delivery(
        seq: place.seq, part: part, kind: notice.kind, caseNumber: place.caseNumber, digest: notice.digest,
        sendAt: sendAt, createdAt: place.at, payload: payload, person: person)
    }
    // A platform hears once of each notice, whoever else does.
    if posts { webhooks.append(delivery(part, "")) }
    var mailed: Set<String> = []
    for hearer in hearers(of: notice, reports) {
      let reached = reach(hearer, notice.kind, place)
      if notice.channels.contains(.inbox) {
        inbox.append(
          Inbox(
            seq: place.seq, part: part, address: reached.post, person: reached.person, duty: reached.duty,
            fallbackFrom: reached.fallbackFrom, kind: notice.kind, caseNumber: place.caseNumber, at: place.at,
            details: details))
      }
      if mails {
        for name in reached.people where mailed.insert(name).inserted { self.mails.append(delivery(part, name)) }
      }
      part += 1
    }
    return part + 1
  }

  /// Those whom the notice names, and whoever handed in a report that it answers; nobody twice.
  private func hearers(of notice: PlannedNotice, _ reports: [AnsweredReport]) -> [PlannedNotice.Hearer] {
    guard notice.answers == .all else { return notice.hearers }
    var told = Set(notice.hearers)
    return notice.hearers
      + reports.compactMap { Reporters.person($0.submitter) }.map { .person($0) }
      .filter { told.insert($0).inserted }
  }

  private struct Reached {
    var post: ReceiverAddress?
    var person = ""
    var duty: String?
    var fallbackFrom: String?
    var people: [String] = []
  }

  /// Whom a notice reaches at the moment of what it tells.
  private mutating func reach(
    _ hearer: PlannedNotice.Hearer, _ kind: NoticeKind, _ place: NoticePlace
  ) -> Reached {
    switch hearer {
    case .person(let name): return Reached(person: name, people: [name])
    case .role(let address):
      let receivers = book.receivers(address, at: place.at)
      if receivers.isNobody {
        unheard.append(
          UnheardNotice(
            address: address.text, notice: kind.rawValue,
            caseID: place.caseNumber == 0 ? "" : CaseID(district: district, number: place.caseNumber).description))
      }
      return Reached(
        post: receivers.post, duty: receivers.isByDuty ? receivers.people.joined(separator: ",") : nil,
        fallbackFrom: receivers.fallbackFrom?.text, people: receivers.people)
    }
  }

  private static let insertInbox = Statement(
    "inbox_insert",
    """
    INSERT INTO inbox (district, seq, part, role, unit, department, username, notice, case_number, at, duty,
                       fallback_from, details)
    SELECT $1, n.seq, n.part, n.role, n.unit, n.department, n.username, n.notice, n.case_number, n.at,
           string_to_array(n.duty, ','), n.fallback_from, n.details
    FROM unnest($2::bigint[], $3::integer[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[],
                $10::timestamptz[], $11::text[], $12::text[], $13::bytea[])
      AS n(seq, part, role, unit, department, username, notice, case_number, at, duty, fallback_from, details)
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

  /// One mail per person who is reached and has an address.
  private static let insertMails = Statement(
    "deliveries_smtp",
    """
    INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, digest, payload,
                            next_attempt_at, created_at)
    SELECT $1, n.seq, n.part, 'smtp:' || u.username, u.email, n.notice, n.case_number, coalesce(u.language, $2),
           n.digest, n.payload, n.send_at, n.created_at
    FROM unnest($3::bigint[], $4::integer[], $5::text[], $6::bigint[], $7::boolean[], $8::bytea[], $9::timestamptz[],
                $10::timestamptz[], $11::text[])
      AS n(seq, part, notice, case_number, digest, payload, send_at, created_at, username)
    JOIN users AS u ON u.district = ANY($12) AND u.username = n.username AND u.email IS NOT NULL
      AND u.disabled_at IS NULL
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
            .timestamps(inbox.map { PostgresTimestamp($0.at) }), .texts(inbox.map(\.duty)),
            .texts(inbox.map(\.fallbackFrom)), .bytesArray(inbox.map(\.details)),
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
            .timestamps(mails.map { PostgresTimestamp($0.createdAt) }), .texts(mails.map(\.person)),
            .texts(book.homes.map(\.text)),
          ]))
    }
    return calls
  }
}
