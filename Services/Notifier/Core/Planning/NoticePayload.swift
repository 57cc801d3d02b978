import Domain
import GridNetwork
import Journal
import Wire

/// What a notice tells, in codes and numbers: the data of a webhook and the values of a template. It holds nothing of
/// the reporters but the numbers that platforms gave their own reports.
struct NoticePayload {
  let notice: PlannedNotice
  let event: JournalEvent
  let decoded: CaseEvent
  var result: String?
  var accountabilityID: String?
  /// The reports that it answers.
  var reports: [AnsweredReport] = []

  func encoded() -> [UInt8] {
    var writer = JSONWriter(capacity: 384)
    writer.beginObject()
    writer.member("notice", notice.kind.rawValue)
    writer.member("case_id", event.caseID.description)
    writer.member("district", event.district.text)
    writer.member("seq", event.seq)
    writer.member("event", event.kind)
    writer.member("at_microseconds", event.at.microseconds)
    writer.member("state", decoded.after.state.rawValue)
    writer.member("category_code", decoded.subject.category.text)
    writer.member("unit_code", decoded.subject.unit.text)
    writer.member("source", decoded.subject.source.rawValue)
    let values = notice.values
    writer.member("department_code", (values.department ?? decoded.after.lead)?.text)
    writer.member("clock", values.clock)
    writer.member("due_at_microseconds", values.dueAt?.microseconds)
    writer.member("late_seconds", values.lateSeconds)
    writer.member("rung", values.rung)
    writer.member("act", values.act)
    writer.member("reason", values.reason)
    writer.member("result", values.result ?? result)
    writer.member("granted", values.granted)
    writer.member("count", values.count)
    writer.member("merged_into", values.mergedInto)
    writer.member("split_into", values.splitInto)
    writer.member("accountability_id", accountabilityID)
    if notice.answers != .none { writeReports(to: &writer) }
    writer.endObject()
    return writer.bytes
  }

  /// By `submitter` and `external_id` a platform finds its own report again.
  private func writeReports(to writer: inout JSONWriter) {
    writer.key("reports")
    writer.beginArray()
    var seen: Set<[String]> = []
    for report in reports {
      guard let externalID = report.externalID, seen.insert([report.submitter, externalID]).inserted else { continue }
      writer.beginObject()
      writer.member("external_id", externalID)
      writer.member("submitter", report.submitter)
      writer.member("source", report.source)
      writer.member("case_id", CaseID(district: event.district, number: report.caseNumber).description)
      writer.endObject()
    }
    writer.endArray()
  }
}
