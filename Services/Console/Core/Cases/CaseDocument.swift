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

  /// The whole case. Who reported is masked, unless `reporters` says who they are to someone who asked for it.
  func write(
    _ loaded: LoadedCase, report: ReportContent?, reporters: [Reporter]? = nil, to writer: inout JSONWriter
  ) {
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
    writer.objects("clocks", value.clocks) { write($1, to: &$0) }
    writer.objects("escalations", value.escalations) { write($1, to: &$0) }
    let text = report?.description?.lowercased() ?? ""
    LoopDocument(policy: policy, zone: zone).write(value, text: text, to: &writer)
    writer.member("policy_version", value.policyVersion)
    let allowed = CaseMachine.allowedActions(value, by: actor, policy: policy, now: now, text: text)
    writer.member("allowed_actions", texts: allowed.map(\.rawValue))
    ReporterDocument(actor: actor, zone: zone)
      .write(report, finder: value.subject.finder, unmasked: reporters, to: &writer)
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
    if let lead = value.lead {
      writer.beginObject()
      writer.member("department", lead.department.text)
      if let officer = lead.officer { writer.member("officer", officer) }
      writer.member("appointed", lead.appointed)
      writer.endObject()
    } else {
      writer.null()
    }
    writer.objects("assists", value.parts) { writer, part in
      writer.member("department", part.department.text)
      writer.member("state", part.state.rawValue)
      if let officer = part.officer { writer.member("officer", officer) }
      if let handledBy = part.handledBy { writer.member("handled_by", handledBy) }
      writer.member("appointed", part.appointed)
    }
    writer.member("handled_by", value.handledBy)
    writer.member("merged_into", value.mergedInto?.description)
  }

  /// The members of a clock. What is due is the stage now running; of a clock that has stopped, the whole.
  func write(_ clock: CaseClock, to writer: inout JSONWriter) {
    writer.member("name", clock.name.rawValue)
    writer.member("matter", clock.matter.rawValue)
    writer.member("department", clock.department?.text)
    writer.member("version", clock.version)
    writer.member("limit", clock.limitText)
    writer.member("started_at", clock.startedAt, in: zone)
    writer.member("due_at", clock.isRunning ? clock.dueAt : clock.finalDueAt, in: zone)
    if let stoppedAt = clock.stoppedAt { writer.member("stopped_at", stoppedAt, in: zone) }
    writer.member("paused", clock.isPaused)
    if clock.isPaused { writer.member("paused_at", clock.pausedAt, in: zone) }
    writer.member("provisional", clock.provisional)
    writer.member("state", clock.state.rawValue)
    let extended = clock.stages.flatMap(\.extensions)
    if !extended.isEmpty { writer.member("extended_by", texts: extended.map(\.description)) }
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
}
