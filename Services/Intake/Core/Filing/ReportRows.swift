import Domain
import Journal
import PostgresClient

/// Writes the reports of one commit and binds their attachments, in the transaction of the append and after it.
///
/// The numbers that the append gives are not known to the client yet; they follow from the head row, which this
/// transaction holds and has just advanced: the last case minus the new ones plus the ordinal.
enum ReportRows {
  private static let insert = Statement(
    "intake_insert_reports",
    """
    INSERT INTO reports (district, case_number, part, source, submitter, external_id, idempotency_key, body_hash, seq,
      received_at, description, address, reporter_name, reporter_phone, anonymous, subject_kind, subject_code,
      subject_name, given_category, salt, category, unit, latitude, longitude, suppression)
    SELECT $1, CASE WHEN n.number = 0 THEN h.last_case - $2 + n.ordinal ELSE n.number END, n.part, n.source,
      n.submitter, n.external_id, n.idempotency_key, n.body_hash, h.last_seq - $3 + n.event, h.last_at, n.description,
      n.address, n.reporter_name, n.reporter_phone, n.anonymous, n.subject_kind, n.subject_code, n.subject_name,
      n.given_category, n.salt, n.category, n.unit, n.latitude, n.longitude, n.suppression
    FROM journal_head AS h,
      unnest($4::int8[], $5::int8[], $6::int8[], $7::text[], $8::text[], $9::text[], $10::text[], $11::bytea[],
        $12::int8[], $13::text[], $14::text[], $15::text[], $16::text[], $17::bool[], $18::text[], $19::text[],
        $20::text[], $21::text[], $22::bytea[], $23::text[], $24::text[], $25::float8[], $26::float8[], $27::text[])
      AS n(number, ordinal, part, source, submitter, external_id, idempotency_key, body_hash, event, description,
        address, reporter_name, reporter_phone, anonymous, subject_kind, subject_code, subject_name, given_category,
        salt, category, unit, latitude, longitude, suppression)
    WHERE h.district = $1
    """)

  private static let bind = Statement(
    "intake_bind_attachments",
    """
    UPDATE attachments AS a
    SET case_number = CASE WHEN n.number = 0 THEN h.last_case - $2 + n.ordinal ELSE n.number END
    FROM journal_head AS h, unnest($3::text[], $4::int8[], $5::int8[]) AS n(id, number, ordinal)
    WHERE h.district = $1 AND a.district = $1 AND a.id = n.id
    """)

  /// The statements for the reports that the plan places.
  static func calls(_ plan: FilingPlan, _ requests: [FilingRequest], district: UnitCode) -> [PostgresCall] {
    var ordinals: [Int64] = []
    var added: Int64 = 0
    for change in plan.changes {
      if change.expectedVersion == 0 { added += 1 }
      ordinals.append(added)
    }
    let placed = plan.placed
    let rows = placed.map { requests[$0.place] }
    // Of a report that joined a case; of one that began it these are the case's.
    let own = placed.map { $0.part.part == 0 ? nil : requests[$0.place].report }
    let numbers = placed.map { plan.changes[$0.part.slot].number }
    let events = placed.map { Int64(plan.firstEvents[$0.part.slot] + $0.part.lastEvent + 1) }
    var calls = [
      PostgresCall(
        insert,
        [
          .text(district.text), .int64(added), .int64(Int64(plan.eventCount)), .int64s(numbers),
          .int64s(placed.map { ordinals[$0.part.slot] }), .int64s(placed.map(\.part.part)),
          .texts(rows.map(\.report.source.rawValue)), .texts(rows.map(\.actor.text)),
          .texts(rows.map(\.identity.externalID)), .texts(rows.map(\.identity.key)),
          .bytesArray(rows.map(\.identity.bodyHash)), .int64s(events), .texts(rows.map(\.content.description)),
          .texts(rows.map(\.content.address)), .texts(rows.map(\.content.reporterName)),
          .texts(rows.map(\.content.reporterPhone)), .bools(rows.map(\.content.isAnonymous)),
          .texts(rows.map(\.content.subjectKind)), .texts(rows.map(\.content.subjectCode)),
          .texts(rows.map(\.content.subjectName)), .texts(rows.map(\.content.givenCategory)),
          .bytesArray(rows.map(\.content.salt)), .texts(own.map { $0?.category.text }),
          .texts(own.map { $0?.unit.text }), .doubles(own.map { $0?.point?.latitude }),
          .doubles(own.map { $0?.point?.longitude }), .texts(placed.map(\.part.suppression)),
        ])
    ]
    let bound = placed.flatMap { entry in requests[entry.place].attachments.map { (id: $0, slot: entry.part.slot) } }
    if !bound.isEmpty {
      calls.append(
        PostgresCall(
          bind,
          [
            .text(district.text), .int64(added), .texts(bound.map(\.id)),
            .int64s(bound.map { plan.changes[$0.slot].number }), .int64s(bound.map { ordinals[$0.slot] }),
          ]))
    }
    return calls + suppressionCalls(plan, ordinals, added: added, district: district)
  }

  private static let take = Statement(
    "intake_suppressions_take",
    """
    UPDATE suppressions AS s
    SET reports = s.reports + n.reports,
      case_number = CASE WHEN n.number IS NULL THEN s.case_number
        WHEN n.number = 0 THEN h.last_case - $2 + n.ordinal ELSE n.number END
    FROM journal_head AS h, unnest($3::text[], $4::int8[], $5::int8[], $6::int8[]) AS n(id, reports, number, ordinal)
    WHERE h.district = $1 AND s.district = $1 AND s.id = n.id
    """)

  /// Counts what was taken under suppressions and writes the cases that they send reports to.
  private static func suppressionCalls(
    _ plan: FilingPlan, _ ordinals: [Int64], added: Int64, district: UnitCode
  ) -> [PostgresCall] {
    let taken = Dictionary(grouping: plan.placed.filter { $0.part.suppression != nil }) { $0.part.suppression ?? "" }
    guard !taken.isEmpty else { return [] }
    let ids = taken.keys.sorted()
    let slots = ids.map { plan.begun[$0] ?? taken[$0]?.last?.part.slot }
    return [
      PostgresCall(
        take,
        [
          .text(district.text), .int64(added), .texts(ids), .int64s(ids.map { Int64(taken[$0]?.count ?? 0) }),
          .int64s(slots.map { slot in slot.map { plan.changes[$0].number } }),
          .int64s(slots.map { slot in slot.map { ordinals[$0] } }),
        ])
    ]
  }
}
