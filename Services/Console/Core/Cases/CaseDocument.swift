import Casework
import Domain
import Wire

/// Cases as the contract's JSON, for one caller.
struct CaseDocument {
  let policy: NetworkPolicy
  let zone: ZoneRules
  let actor: Actor
  let now: Instant

  init(_ view: CallerView, now: Instant) {
    policy = view.policy
    zone = view.zone
    actor = view.actor
    self.now = now
  }

  /// A row of a list.
  func write(_ summary: CaseSummary, to writer: inout JSONWriter) {
    writer.beginObject()
    writeMembers(of: summary, to: &writer)
    writer.endObject()
  }

  func writeMembers(of summary: CaseSummary, to writer: inout JSONWriter) {
    writer.member("id", summary.id.description)
    writer.member("version", summary.version)
    writer.member("state", summary.state.rawValue)
    writeCategory(summary.category, to: &writer)
    writer.member("description", summary.description)
    writer.member("address", summary.address)
    writer.member("location", point: summary.point)
    writer.member("unit", unit: summary.unit, policy: policy)
    writer.member("source", summary.source.rawValue)
    writer.member("priority", summary.priority.rawValue)
    writer.member("lead", summary.lead?.text)
    writer.member("filed_at", summary.filedAt, in: zone)
    writer.member("due_at", summary.dueAt, in: zone)
    writer.member("handle_due_at", summary.handleDueAt, in: zone)
    writer.member("overdue", summary.dueAt.map { $0 < now } ?? false)
    writer.member("closed_at", summary.closedAt, in: zone)
    writer.member("updated_at", summary.updatedAt, in: zone)
  }

  /// The whole case. Who reported is masked.
  func write(_ loaded: LoadedCase, report: ReportContent?, to writer: inout JSONWriter) {
    let value = loaded.value
    writer.beginObject()
    writer.member("id", loaded.id.description)
    writer.member("version", value.version)
    writer.member("state", value.state.rawValue)
    writeCategory(value.subject.category, to: &writer)
    writer.member("description", report?.description)
    writeLocation(value, address: report?.address, to: &writer)
    writer.member("unit", unit: value.subject.unit, policy: policy)
    writer.member("source", value.subject.source.rawValue)
    writer.member("priority", value.subject.priority.rawValue)
    writeTimes(of: value, to: &writer)
    writeAssignments(of: value, to: &writer)
    writer.objects("clocks", value.clocks) { write($1, isPaused: value.state == .suspended, to: &$0) }
    writer.objects("escalations", value.escalations) { write($1, to: &$0) }
    writer.object("counts") { writer in
      writer.member("returns", value.counts.returns)
      writer.member("reworks", value.counts.reworks)
      writer.member("extensions", value.counts.extensions)
      writer.member("reopens", value.counts.reopens)
      writer.member("duplicates", value.counts.duplicates)
    }
    writer.member("policy_version", value.policyVersion)
    writer.member("allowed_actions", texts: CaseMachine.allowedActions(value, by: actor).map(\.rawValue))
    writeReport(report, finder: value.subject.finder, to: &writer)
    writer.endObject()
  }

  private func writeCategory(_ code: CategoryCode, to writer: inout JSONWriter) {
    writer.member("category", code.text)
    let category = policy.catalogue[code]
    writer.object("category_name") { writer in
      writer.member("zh", category?.nameZh)
      writer.member("en", category?.nameEn)
    }
  }

  private func writeLocation(_ value: Case, address: String?, to writer: inout JSONWriter) {
    let filing = value.filing
    writer.key("location")
    guard filing.point != nil || address != nil else { return writer.null() }
    writer.beginObject()
    if let point = filing.point {
      writer.member("lat", point.latitude)
      writer.member("lng", point.longitude)
      writer.member("datum", "wgs84")
    }
    if let reading = filing.reading {
      writer.object("reading") { writer in
        writer.member("lat", reading.latitude)
        writer.member("lng", reading.longitude)
        writer.member("datum", reading.datum.rawValue)
      }
    }
    if let address { writer.member("address", address) }
    writer.member("layers", texts: value.subject.layers)
    writer.endObject()
  }

  private func writeTimes(of value: Case, to writer: inout JSONWriter) {
    writer.member("filed_at", value.subject.filedAt, in: zone)
    writer.member("occurred_at", value.filing.occurredAt, in: zone)
    writer.member("dispatched_at", value.dispatchedAt, in: zone)
    writer.member("handled_at", value.handledAt, in: zone)
    writer.member("closed_at", value.closedAt, in: zone)
    writer.member("updated_at", value.updatedAt, in: zone)
  }

  private func writeAssignments(of value: Case, to writer: inout JSONWriter) {
    writer.key("lead")
    if let lead = value.lead { write(lead, to: &writer) } else { writer.null() }
    writer.key("assists")
    writer.beginArray()
    for assist in value.assists { write(assist, to: &writer) }
    writer.endArray()
    writer.member("handled_by", value.handledBy)
    writer.member("merged_into", value.mergedInto?.description)
  }

  private func write(_ assignment: Assignment, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("department", assignment.department.text)
    if let officer = assignment.officer { writer.member("officer", officer) }
    writer.endObject()
  }

  /// The members of a clock. What is due is the stage now running; of a clock that has stopped, the whole.
  func write(_ clock: CaseClock, isPaused: Bool = false, to writer: inout JSONWriter) {
    writer.member("name", clock.name.rawValue)
    writer.member("department", clock.department?.text)
    writer.member("version", clock.version)
    writer.member("limit", clock.limitText)
    writer.member("started_at", clock.startedAt, in: zone)
    writer.member("due_at", clock.isRunning ? clock.dueAt : clock.finalDueAt, in: zone)
    if let stoppedAt = clock.stoppedAt { writer.member("stopped_at", stoppedAt, in: zone) }
    writer.member("paused", isPaused && clock.isRunning)
    writer.member("provisional", clock.provisional)
    writer.member("state", clock.state.rawValue)
    guard clock.stages.count > 1 else { return }
    writer.member("stage", clock.stage)
    writer.objects("stages", clock.stages) { writer, stage in
      writer.member("name", stage.name)
      writer.member("limit", stage.limit.description)
      writer.member("due_at", stage.dueAt, in: zone)
      writer.member("provisional", stage.provisional)
    }
  }

  private func write(_ reached: CaseEscalation, to writer: inout JSONWriter) {
    let escalation = reached.escalation
    writer.member("clock", escalation.clock.rawValue)
    writer.member("rung", escalation.rung)
    writer.member("act", escalation.act.rawValue)
    writer.member("to", texts: escalation.to)
    writer.member("fired_at", reached.firedAt, in: zone)
    writer.member("due_at", escalation.dueAt, in: zone)
    writer.member("late_seconds", escalation.lateSeconds)
  }

  private func writeReport(_ report: ReportContent?, finder: String, to writer: inout JSONWriter) {
    writer.member("finder", finder)
    guard let report else { return }
    writer.member("external_id", report.externalID)
    writer.object("reporter") { writer in
      writer.member("anonymous", report.isAnonymous)
      writer.member("name", report.reporterName.map(Masking.name))
      writer.member("phone", report.reporterPhone.map(Masking.phone))
      writer.member("erased", report.erasedAt != nil)
    }
    writer.key("subject")
    guard report.subjectKind != nil || report.subjectCode != nil || report.subjectName != nil else {
      return writer.null()
    }
    writer.beginObject()
    writer.member("kind", report.subjectKind)
    writer.member("code", report.subjectCode)
    // A person is masked as a reporter is; a firm or a shop is not.
    writer.member("name", report.subjectKind == "person" ? report.subjectName.map(Masking.name) : report.subjectName)
    writer.endObject()
  }
}
