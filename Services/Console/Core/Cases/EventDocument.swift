import Cryptography
import Domain
import Journal
import Wire

/// Events of the journal as the contract's JSON.
struct EventDocument {
  let policy: NetworkPolicy
  let zone: ZoneRules

  init(_ policy: NetworkPolicy) {
    self.policy = policy
    zone = policy.calendar.zone
  }

  /// An event as a case's journal lists it. An event of a kind that this version does not know has no data.
  func write(_ event: JournalEvent, _ decoded: CaseEvent?, hash: [UInt8], to writer: inout JSONWriter) {
    writer.beginObject()
    writeHead(event, decoded, to: &writer)
    writer.member("hash", Hexadecimal.encode(hash))
    writer.endObject()
  }

  /// An event as the live stream sends it: also which case and place it is about.
  func writeForStream(_ event: JournalEvent, _ decoded: CaseEvent, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("case_id", event.caseID.description)
    writer.member("unit", unit: decoded.subject.unit, policy: policy)
    writer.member("category", decoded.subject.category.text)
    writer.member("lead", decoded.after.lead?.text)
    writeHead(event, decoded, to: &writer)
    writer.endObject()
  }

  private func writeHead(_ event: JournalEvent, _ decoded: CaseEvent?, to writer: inout JSONWriter) {
    writer.member("seq", event.seq)
    writer.member("at", event.at, in: zone)
    writer.member("kind", event.kind)
    writer.member("actor", event.actor)
    writer.member("state", decoded?.after.state.rawValue)
    writer.key("data")
    guard let decoded else { return writer.null() }
    writer.beginObject()
    writeDetail(of: decoded, to: &writer)
    if !decoded.clocks.isEmpty { writeClocks(decoded.clocks, to: &writer) }
    if !decoded.parts.isEmpty { writeParts(decoded.parts, to: &writer) }
    writer.endObject()
  }

  private func writeClocks(_ clocks: [CaseClock], to writer: inout JSONWriter) {
    writer.objects("clocks", clocks) { writer, clock in
      writer.member("name", clock.name.rawValue)
      writer.member("matter", clock.matter.rawValue)
      if let department = clock.department { writer.member("department", department.text) }
      writer.member("version", clock.version)
      writer.member("limit", clock.limitText)
      writer.member("state", clock.state.rawValue)
      writer.member("due_at", clock.isRunning ? clock.dueAt : clock.finalDueAt, in: zone)
      if clock.isPaused { writer.member("paused_at", clock.pausedAt, in: zone) }
      if clock.provisional { writer.member("provisional", true) }
    }
  }

  private func writeParts(_ parts: [PartChange], to writer: inout JSONWriter) {
    writer.objects("parts", parts) { writer, part in
      writer.member("department", part.department.text)
      writer.member("step", part.step.rawValue)
    }
  }

  private func writeDetail(of decoded: CaseEvent, to writer: inout JSONWriter) {
    switch decoded.detail {
    case .reported(let filing), .filed(let filing): writeFiling(filing, decoded.subject, to: &writer)
    case .reopened(let reason, let assists):
      writer.member("reason", reason)
      writer.member("assists", texts: assists.map(\.text))
    case .rejected(let reason), .voided(let reason), .revealed(let reason), .erased(let reason):
      writer.member("reason", reason)
    case .merged(let merge): writeMerge(merge, to: &writer)
    case .split(.into(let other, let attachments)):
      writer.member("into", other.description)
      writer.member("attachments", texts: attachments)
    case .split(.from(let other, let attachments)):
      writer.member("from", other.description)
      writer.member("attachments", texts: attachments)
    case .dispatched(let dispatch): write(dispatch, to: &writer)
    case .desked(let reason, let note):
      writer.member("reason", reason.rawValue)
      writer.member("note", note)
    case .signed(let part): writer.member("part", part?.text)
    case .returned(let back):
      writer.member("reason", back.reason)
      writer.member("responsible", back.responsible?.text)
      writer.member("part", back.part?.text)
    case .handled(let result): write(result, to: &writer)
    case .contacted(let reached, let note):
      writer.member("outcome", reached ? "reached" : "unreached")
      writer.member("note", note)
    case .verified(let passed, let note, let photos):
      writer.member("outcome", passed ? "pass" : "fail")
      writer.member("note", note)
      if !photos.isEmpty { writer.member("photos", texts: photos) }
    case .reworked(let note, let assists):
      writer.member("note", note)
      writer.member("assists", texts: assists.map(\.text))
    case .resumed(let note): writer.member("note", note)
    case .closed(let closing): writeClosing(closing, to: &writer)
    case .escalated(let escalation): writeEscalation(escalation, to: &writer)
    case .flagged(let accountabilityID, let clock, let rung):
      writer.member("accountability_id", accountabilityID)
      writer.member("clock", clock.rawValue)
      writer.member("rung", rung)
    case .recalculated(let version): writer.member("policy_version", version)
    case .commented(let text): writer.member("text", text)
    default: LoopEventDocument(zone: zone).write(decoded.detail, to: &writer)
    }
  }

  private func write(_ dispatch: Dispatch, to writer: inout JSONWriter) {
    writer.member("department", dispatch.lead.text)
    writer.member("assists", texts: dispatch.assists.map(\.text))
    writer.member("rule", dispatch.rule)
    writer.member("note", dispatch.note)
    writer.member("policy_version", dispatch.policyVersion)
    if dispatch.appointed { writer.member("appointed", true) }
    if dispatch.rejectsReturn { writer.member("rejects_return", true) }
  }

  private func write(_ result: HandedIn, to writer: inout JSONWriter) {
    writer.member("result", result.result)
    writer.member("stage", result.stage)
    writer.member("final", result.isFinal)
    writer.member("checklist", texts: result.checklist)
    writer.member("photos", texts: result.photos)
    writer.member("part", result.part?.text)
  }

  private func writeFiling(_ filing: Filing, _ subject: CaseSubject, to writer: inout JSONWriter) {
    writer.member("priority", subject.priority.rawValue)
    writer.member("location", point: filing.point)
    writer.member("layers", texts: subject.layers)
    writer.member("occurred_at", filing.occurredAt, in: zone)
    writer.member("content_digest", Hexadecimal.encode(filing.contentDigest))
    writer.member("policy_version", filing.policyVersion)
  }

  private func writeMerge(_ merge: Merge, to writer: inout JSONWriter) {
    switch merge {
    case .repeated(let source, let reporter, let contentDigest):
      writer.member("source", source.rawValue)
      writer.member("reporter", reporter)
      writer.member("content_digest", Hexadecimal.encode(contentDigest))
    case .into(let other): writer.member("into", other.description)
    case .absorbed(let other): writer.member("absorbed", other.description)
    }
  }

  private func writeClosing(_ closing: Closing, to writer: inout JSONWriter) {
    switch closing {
    case .onSpot(let action, let note):
      writer.member("closing", "on_spot")
      writer.member("measure", action)
      writer.member("note", note)
    case .verified: writer.member("closing", "verified")
    }
  }

  private func writeEscalation(_ escalation: Escalation, to writer: inout JSONWriter) {
    writer.member("clock", escalation.clock.rawValue)
    writer.member("clock_version", escalation.clockVersion)
    writer.member("rung", escalation.rung)
    writer.member("act", escalation.act.rawValue)
    writer.member("to", texts: escalation.to)
    writer.member("due_at", escalation.dueAt, in: zone)
    writer.member("rung_at", escalation.rungAt, in: zone)
    writer.member("late_seconds", escalation.lateSeconds)
  }
}
