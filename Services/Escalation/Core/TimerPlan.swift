import Domain
import Journal
import PostgresClient
import Wire

/// What events do to the timers: the first rung of each clock that started or moved on, the end of a suspension, nothing
/// for what stopped or stands still.
struct TimerPlan {
  private var rows: [TimerKey: TimerRow?] = [:]

  /// The later of two events about one clock decides.
  mutating func add(_ event: JournalEvent, policy: NetworkPolicy) throws {
    guard let outline = try event.outline(withClocks: true) else { return }
    let traits = outline.subject.traits(policy: policy, reopened: outline.after.facts.contains(.reopened))
    let isUrgent = outline.subject.priority == .urgent
    for clock in outline.clocks {
      let wake = LadderMachine.firstWake(clock, traits: traits, policy: policy)
      rows[.of(clock, caseNumber: event.caseNumber)] = .some(
        wake.map { TimerRow($0, caseNumber: event.caseNumber, isUrgent: isUrgent) })
    }
    if outline.after.state == .suspended {
      if case .suspended(let until, _)? = try suspension(event)?.detail {
        rows[.suspension(of: event.caseNumber)] = TimerRow(
          suspensionOf: event.caseNumber, until: until, isUrgent: isUrgent)
      }
    } else if outline.before?.state == .suspended {
      rows[.suspension(of: event.caseNumber)] = .some(nil)
    }
  }

  private func suspension(_ event: JournalEvent) throws -> CaseEvent? {
    event.kind == EventKind.suspended.rawValue ? try event.decoded() : nil
  }

  /// The statements that bring the timers there; none when nothing changes.
  func calls(_ district: UnitCode) -> [PostgresCall] {
    TimerRows.deleteCalls(district, rows.filter { $0.value == nil }.keys)
      + TimerRows.upsertCalls(district, rows.values.compactMap { $0 })
  }
}
