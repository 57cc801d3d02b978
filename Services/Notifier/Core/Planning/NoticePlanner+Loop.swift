import Domain
import GridNetwork

/// Time, supervision, and what comes after the closing.
extension NoticePlanner {
  func planLater() -> [PlannedNotice] {
    switch event.detail {
    case .extensionRequested(let department, let by, let reason):
      return asked(.extensionRequested, department, reason: reason, wish: by.description)
    case .extensionGranted(let department, let by):
      return departments(
        .extensionDecided, [department],
        NoticeValues(dueAt: due(.handle, of: department), result: by.description, granted: true))
    case .extensionRefused(let department, let reason):
      return departments(.extensionDecided, [department], NoticeValues(reason: reason, granted: false))
    case .suspensionRequested(let department, let until, let reason):
      return asked(.suspensionRequested, department, reason: reason, wish: local(until))
    case .suspensionRefused(let department, let reason):
      return departments(.suspensionDecided, [department], NoticeValues(reason: reason, granted: false))
    case .suspended(let until, let reason): return suspended(until: until, reason: reason)
    case .resumed(let note):
      return departments(.resumed, concerned(by: .handle), NoticeValues(dueAt: due(.handle), reason: note))
    case .supervised(let supervision): return supervised(supervision)
    case .answered(_, let text, let department, _):
      return roles(.answered, NoticeValues(department: department ?? answering, result: text))
    case .coordinated(let coordination):
      let present = [event.after.lead].compactMap { $0 } + coordination.participants + coordination.excused
      return departments(.coordinated, distinct(present), NoticeValues(result: coordination.outcome))
    case .appointed(let appointment):
      let named = [appointment.lead].compactMap { $0 } + appointment.assists
      return departments(
        .appointed, distinct(named),
        NoticeValues(dueAt: due(.sign), reason: appointment.note, result: appointment.basis.rawValue))
    case .revisited(let revisit): return revisited(revisit)
    case .reopened(let reason, let assists):
      // Where it had no department the rules send it again, and the department hears by that.
      guard let lead = event.after.lead else { return [] }
      return departments(.reopened, [lead], NoticeValues(dueAt: due(.sign), reason: reason))
        + departments(.partReworked, assists, NoticeValues(reason: reason))
    case .appealed(let department, let reason): return appealed(department, reason: reason)
    case .appealDecided(let accepted, let reason, let department):
      return departments(
        .appealDecided, department.map { [$0] } ?? appellant, NoticeValues(reason: reason, granted: accepted))
    case .recalculated: return recalculated()
    default: return []
    }
  }

  /// The centre hears what a department asks for.
  private func asked(
    _ kind: NoticeKind, _ department: DepartmentCode, reason: String, wish: String
  ) -> [PlannedNotice] {
    roles(
      kind, NoticeValues(department: department, dueAt: due(.decide, of: department), reason: reason, result: wish),
      clockDepartment: department)
  }

  /// Assisting departments of which nothing more is asked: excused when the case went elsewhere or back, or because it is
  /// over. A meeting tells those that it excuses itself.
  func endedParts() -> [PlannedNotice] {
    var reason: String?
    var mergedInto: String?
    var ended = event.parts.filter { $0.step == .excused }.map(\.department)
    switch event.detail {
    case .coordinated: return []
    case .dispatched(let dispatch): reason = dispatch.note
    case .returned(let back): reason = back.reason
    case .voided(let why): reason = why
    case .merged(.into(let other)): mergedInto = other.description
    case .closed: break
    default: return []
    }
    if !event.after.state.isOpen {
      ended += event.clocks.filter { $0.matter == .part && !$0.isRunning }.compactMap(\.department)
    }
    let values = NoticeValues(reason: reason, mergedInto: mergedInto)
    return departments(.partEnded, distinct(ended).filter { $0 != event.after.lead }, values)
  }

  /// Whoever asked for it hears that it was granted; the others whose clocks stand still, that it was done.
  private func suspended(until: Instant, reason: String) -> [PlannedNotice] {
    let asker = event.clocks.first { $0.name == .decide && $0.matter == .request && !$0.isRunning }?.department
    let still = distinct(
      [event.after.lead].compactMap { $0 } + event.clocks.filter(\.isPaused).compactMap(\.department))
    let values = NoticeValues(dueAt: until, reason: reason, granted: true)
    return departments(.suspensionDecided, [asker].compactMap { $0 }, values)
      + departments(.suspended, still.filter { $0 != asker }, values)
  }

  private func supervised(_ supervision: Supervision) -> [PlannedNotice] {
    let values = NoticeValues(dueAt: due(.answer), act: supervision.form, reason: supervision.note)
    if let department = supervision.department { return departments(.supervised, [department], values) }
    return roles(.supervised, values)
  }

  private func revisited(_ revisit: Revisit) -> [PlannedNotice] {
    let values = NoticeValues(dueAt: due(.decide), reason: revisit.note, result: revisit.rating.rawValue)
    let told = event.after.lead == nil ? [] : roles(.revisited, values)
    return told + (revisit.mustSupervise ? roles(.mustSupervise, values) : [])
  }

  /// Those who decide by the policy, at the district, and whoever the channels name besides.
  private func appealed(_ department: DepartmentCode, reason: String) -> [PlannedNotice] {
    guard let rule = NoticeRule.of(.appealed, channels, policy) else { return [] }
    let top = policy.units.district(of: event.subject.unit) ?? event.subject.unit
    let deciding = (policy.casePolicy.appeals?.decidedBy ?? []).map(\.rawValue).sorted()
      .map { PlannedNotice.Hearer.role(ReceiverAddress(role: $0, unit: top)) }
    let named = addresses(rule, lead: nil, clockDepartment: department).filter { !deciding.contains($0) }
    return [
      notice(
        rule, deciding + named,
        NoticeValues(department: department, dueAt: due(.decide, of: department), reason: reason))
    ]
  }

  /// The department whose appeal was decided: its clock stops, or its part counts otherwise; else the lead.
  private var appellant: [DepartmentCode] {
    let clock = event.clocks.first { $0.name == .decide && $0.matter == .appeal }?.department
    return [clock ?? event.parts.first { $0.step == .counted }?.department ?? event.after.lead].compactMap { $0 }
  }

  /// Each department whose clocks moved, with its new due time.
  private func recalculated() -> [PlannedNotice] {
    let moved = event.clocks.filter(\.isRunning)
    let concerned = distinct(moved.compactMap(\.department))
    guard !concerned.isEmpty else {
      return roles(.recalculated, NoticeValues(clock: moved.first?.name.rawValue, dueAt: moved.first?.dueAt))
    }
    return concerned.flatMap { department in
      let clock = moved.first { $0.department == department }
      return departments(
        .recalculated, [department], NoticeValues(clock: clock?.name.rawValue, dueAt: clock?.dueAt))
    }
  }

  /// The lead department and those whose clock of that name the event set going.
  private func concerned(by name: ClockName) -> [DepartmentCode] {
    distinct(
      [event.after.lead].compactMap { $0 }
        + event.clocks.filter { $0.name == name && $0.isRunning }.compactMap(\.department))
  }

  /// The department whose answer it is, by the clock that stops.
  private var answering: DepartmentCode? {
    event.clocks.first { $0.name == .answer }?.department ?? event.after.lead
  }

  private func local(_ moment: Instant) -> String {
    let (date, time) = policy.calendar.zone.local(moment)
    return "\(date) \(time)"
  }

  private func distinct(_ departments: [DepartmentCode]) -> [DepartmentCode] {
    var seen: Set<DepartmentCode> = []
    return departments.filter { seen.insert($0).inserted }
  }
}
