import Domain
import Wire

/// What happened around the handling: more time, supervision, coordination, ratings, appeals, cards.
struct LoopEventDocument {
  let zone: ZoneRules

  func write(_ detail: EventDetail, to writer: inout JSONWriter) {
    switch detail {
    case .extensionRequested(let department, let by, let reason):
      writer.member("department", department.text)
      writer.member("by", by.description)
      writer.member("reason", reason)
    case .extensionGranted(let department, let by):
      writer.member("department", department.text)
      writer.member("by", by.description)
    case .extensionRefused(let department, let reason), .suspensionRefused(let department, let reason),
      .appealed(let department, let reason):
      writer.member("department", department.text)
      writer.member("reason", reason)
    case .suspensionRequested(let department, let until, let reason):
      writer.member("department", department.text)
      writer.member("until", until, in: zone)
      writer.member("reason", reason)
    case .suspended(let until, let reason):
      writer.member("until", until, in: zone)
      writer.member("reason", reason)
    case .revisited(let revisit):
      writer.member("rating", revisit.rating.rawValue)
      writer.member("note", revisit.note)
      writer.member("must_supervise", revisit.mustSupervise)
    case .supervised(let supervision): write(supervision, to: &writer)
    case .answered(let order, let text, let department, let orderedBy):
      writer.member("order", order)
      writer.member("text", text)
      writer.member("department", department?.text)
      writer.member("ordered_by", orderedBy)
    case .coordinated(let meeting):
      writer.member("outcome", meeting.outcome)
      writer.member("participants", texts: meeting.participants.map(\.text))
      writer.member("excused", texts: meeting.excused.map(\.text))
    case .appointed(let appointment):
      writer.member("department", appointment.lead?.text)
      writer.member("assists", texts: appointment.assists.map(\.text))
      writer.member("basis", appointment.basis.rawValue)
      writer.member("note", appointment.note)
    case .carded(let card):
      writer.member("cause", card.cause.rawValue)
      writer.member("count", card.count)
      writer.member("act", card.act.rawValue)
      writer.member("to", texts: card.to)
      writer.member("department", card.department?.text)
    case .appealDecided(let accepted, let reason, let department):
      writer.member("outcome", accepted ? "accepted" : "rejected")
      writer.member("reason", reason)
      writer.member("department", department?.text)
    default: preconditionFailure("\(detail.kind) is written among the events of the handling")
    }
  }

  private func write(_ supervision: Supervision, to writer: inout JSONWriter) {
    writer.member("order", supervision.number)
    writer.member("form", supervision.form)
    writer.member("note", supervision.note)
    writer.member("department", supervision.department?.text)
    writer.member("awaits_answer", supervision.awaitsAnswer)
    writer.member("jointly", texts: supervision.jointly)
  }
}
