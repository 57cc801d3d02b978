import Casework
import Cryptography
import Domain
import Journal
import PostgresClient
import Wire

/// Everything that speaks for or against whoever is held responsible: the record and its steps, the case with its
/// clocks, its whole journal with hashes, every rung that fired, every notice with what became of it, the digests of the
/// photographs, and the proof that none of it was changed.
struct Evidence: Sendable {
  let view: CallerView
  let now: Instant
  let row: AccountabilityRow
  let steps: [AccountabilityChain.Step]
  let loaded: LoadedCase?
  let report: ReportContent?
  let events: [(event: JournalEvent, hash: [UInt8], decoded: CaseEvent?)]
  let journal: [JournalReader.Row]
  let escalations: PostgresRows
  let notices: PostgresRows
  let deliveries: PostgresRows
  let attachments: PostgresRows
  let proof: EvidenceProof

  private static let readEscalations = Statement(
    "evidence_escalations",
    """
    SELECT clock, clock_version, rung, act, receivers, due_at, rung_at, fired_at, late_seconds FROM escalations
    WHERE district = $1 AND case_number = $2 ORDER BY fired_at, clock, rung
    """)

  private static let readNotices = Statement(
    "evidence_notices",
    """
    SELECT seq, part, role, unit, department, notice, at, read_at, read_by FROM inbox
    WHERE district = $1 AND case_number = $2 ORDER BY seq, part
    """)

  private static let readDeliveries = Statement(
    "evidence_deliveries",
    """
    SELECT seq, part, channel, notice, state, attempts, created_at, delivered_at FROM deliveries
    WHERE district = $1 AND case_number = $2 ORDER BY seq, part, channel
    """)

  private static let readAttachments = Statement(
    "evidence_attachments",
    """
    SELECT id, media_type, octet_length(content), sha256, uploaded_by, uploaded_at, case_number, split_from
    FROM attachments WHERE district = $1 AND (case_number = $2 OR split_from = $2) ORDER BY uploaded_at, id
    """)

  static func gather(_ row: AccountabilityRow, console: Console, view: CallerView) async throws -> Evidence {
    let id = row.record.caseID
    let key: [PostgresParameter] = [.text(id.district.text), .int64(id.number)]
    // The record itself gives the right to see its case, also to a department that has lost it since.
    let sight = CaseSight(
      territory: Territory(districts: [id.district], unitPath: ""), restriction: .none)
    let found = try await console.cases.find(id, sight)
    let events = try await console.reader.rows(of: id)
    let steps = try await AccountabilityStore(pool: console.pool).steps(row.record)
    return Evidence(
      view: view, now: console.now, row: row,
      steps: steps, loaded: found?.loaded,
      report: found?.report,
      events: try events.map { ($0.event, $0.hash, try $0.event.decoded()) }, journal: events,
      escalations: try await console.pool.query(readEscalations, key),
      notices: try await console.pool.query(readNotices, key),
      deliveries: try await console.pool.query(readDeliveries, key),
      attachments: try await console.pool.query(readAttachments, key),
      proof: try await EvidenceProof.gather(
        row.record, steps: steps, events: events.map { ($0.event.seq, $0.hash) }, reader: console.reader,
        shelf: console.checkpoints))
  }

  func write(to writer: inout JSONWriter) throws {
    writer.beginObject()
    AccountabilityDocument(view, now: now).writeMembers(of: row, to: &writer)
    writeSteps(to: &writer)
    let document = CaseDocument(view, now: now)
    writer.key("case")
    if let loaded { document.write(loaded, report: report, to: &writer) } else { writer.null() }
    let clocks = loaded?.value.clocks.filter { $0.name.rawValue == row.record.clock } ?? []
    writer.objects("clocks", clocks) { document.write($1, to: &$0) }
    writer.key("events")
    writer.beginArray()
    let eventDocument = EventDocument(view.policy)
    for item in events { eventDocument.write(item.event, item.decoded, hash: item.hash, to: &writer) }
    writer.endArray()
    writeJournal(to: &writer)
    try writeEscalations(to: &writer)
    try writeNotices(to: &writer)
    try writeAttachments(to: &writer)
    proof.write(to: &writer)
    writer.endObject()
  }

  private func writeSteps(to writer: inout JSONWriter) {
    writer.objects("steps", steps) { writer, step in
      writer.member("step", step.step)
      writer.member("action", step.action)
      writer.member("actor", step.actor)
      writer.member("note", step.note)
      writer.member("at", step.at, in: view.zone)
      writer.member("hash", Hexadecimal.encode(step.hash))
    }
  }

  /// What the hashes cover, byte for byte.
  private func writeJournal(to writer: inout JSONWriter) {
    writer.objects("journal", journal) { writer, row in
      writer.member("district", row.event.district.text)
      writer.member("seq", row.event.seq)
      writer.member("epoch", row.event.epoch)
      writer.member("at_microseconds", row.event.at.microseconds)
      writer.member("prev_hash", Hexadecimal.encode(row.previousHash))
      writer.member("case_number", row.event.caseNumber)
      writer.member("kind", row.event.kind)
      writer.member("actor", row.event.actor)
      writer.member("body", Hexadecimal.encode(row.event.body))
      writer.member("hash", Hexadecimal.encode(row.hash))
    }
  }

  private func writeEscalations(to writer: inout JSONWriter) throws {
    try writer.objects("escalations", escalations) { writer, row in
      writer.member("clock", try row.text(0))
      writer.member("clock_version", try row.int32(1))
      writer.member("rung", try row.text(2))
      writer.member("act", try row.text(3))
      writer.member("to", texts: try row.texts(4))
      writer.member("due_at", try row.timestamp(5).instant, in: view.zone)
      writer.member("rung_at", try row.timestamp(6).instant, in: view.zone)
      writer.member("fired_at", try row.timestamp(7).instant, in: view.zone)
      writer.member("late_seconds", try row.int64(8))
    }
  }

  private func writeNotices(to writer: inout JSONWriter) throws {
    try writer.objects("notices", notices) { writer, row in
      let (seq, part) = (try row.int64(0), try row.int32(1))
      writer.member("seq", seq)
      writer.member("part", part)
      writer.member("role", try row.text(2))
      writer.member("unit", try row.text(3))
      let department = try row.text(4)
      writer.member("department", department.isEmpty ? nil : department)
      writer.member("notice", try row.text(5))
      writer.member("at", try row.timestamp(6).instant, in: view.zone)
      writer.member("read_at", try row.timestampOrNil(7)?.instant, in: view.zone)
      writer.member("read_by", try row.textOrNil(8))
    }
    try writer.objects("deliveries", deliveries) { writer, row in
      writer.member("seq", try row.int64(0))
      writer.member("part", try row.int32(1))
      writer.member("channel", try row.text(2))
      writer.member("notice", try row.text(3))
      writer.member("state", try row.text(4))
      writer.member("attempts", try row.int32(5))
      writer.member("created_at", try row.timestamp(6).instant, in: view.zone)
      writer.member("delivered_at", try row.timestampOrNil(7)?.instant, in: view.zone)
    }
  }

  private func writeAttachments(to writer: inout JSONWriter) throws {
    try writer.objects("attachments", attachments) { writer, row in
      writer.member("id", try row.text(0))
      writer.member("media_type", try row.text(1))
      writer.member("bytes", try row.int32(2))
      writer.member("sha256", Hexadecimal.encode(try row.bytes(3)))
      writer.member("uploaded_by", try row.text(4))
      writer.member("uploaded_at", try row.timestamp(5).instant, in: view.zone)
      // What went along with a case that was split off speaks in both.
      writer.member("case_id", caseID(try row.int64(6)))
      writer.member("split_from", try row.int64OrNil(7).map(caseID))
    }
  }

  private func caseID(_ number: Int64) -> String {
    CaseID(district: row.record.caseID.district, number: number).description
  }
}
