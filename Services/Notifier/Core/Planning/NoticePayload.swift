import Domain
import GridNetwork
import Journal
import Wire

/// What a notice tells, in codes and numbers: the data of a webhook and the values of a template. It holds nothing of
/// the reporter.
struct NoticePayload {
  let notice: PlannedNotice
  let event: JournalEvent
  let decoded: CaseEvent

  init(_ notice: PlannedNotice, event: JournalEvent, decoded: CaseEvent) {
    self.notice = notice
    self.event = event
    self.decoded = decoded
  }

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
    writer.member("department_code", decoded.after.lead?.text)
    let values = notice.values
    writer.member("clock", values.clock)
    writer.member("due_at_microseconds", values.dueAt?.microseconds)
    writer.member("late_seconds", values.lateSeconds)
    writer.member("rung", values.rung)
    writer.member("act", values.act)
    writer.member("reason", values.reason)
    writer.member("result", values.result)
    writer.member("merged_into", values.mergedInto)
    writer.endObject()
    return writer.bytes
  }
}
