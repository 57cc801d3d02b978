import Domain
import Journal
import PostgresClient
import Wire

/// What events do to the timers: the first rung of each clock that started or moved on, the end of a suspension, nothing
/// for what stands still. A clock that was stopped too late keeps the timer of a rung that was due before: it fires late.
struct TimerPlan {
  private enum Entry {
    case stands(TimerRow)
    /// What was to be woken from then on falls away.
    case ends(from: Instant)
  }

  private var entries: [TimerKey: Entry] = [:]

  /// The later of two events about one clock decides.
  mutating func add(_ event: JournalEvent, policy: NetworkPolicy) throws {
    guard let outline = try event.outline(withClocks: true) else { return }
    let traits = outline.subject.traits(policy: policy, reopened: outline.after.facts.contains(.reopened))
    let isUrgent = outline.subject.priority == .urgent
    for clock in outline.clocks {
      let key = TimerKey.of(clock, caseNumber: event.caseNumber)
      if let end = clock.ranUntil {
        let isLate = end > clock.dueAt
        if isLate, case .stands(let row)? = entries[key], row.clockVersion == clock.wakeVersion, row.at < end {
          continue
        }
        entries[key] = .ends(from: isLate ? end : TimerRows.always)
      } else if let wake = LadderMachine.firstWake(clock, traits: traits, policy: policy) {
        entries[key] = .stands(TimerRow(wake, caseNumber: event.caseNumber, isUrgent: isUrgent))
      } else {
        entries[key] = .ends(from: TimerRows.always)
      }
    }
    let key = TimerKey.suspension(of: event.caseNumber)
    if outline.after.state == .suspended {
      if case .suspended(let until, _)? = try suspension(event)?.detail {
        entries[key] = .stands(TimerRow(suspensionOf: event.caseNumber, until: until, isUrgent: isUrgent))
      }
    } else if outline.before?.state == .suspended {
      entries[key] = .ends(from: TimerRows.always)
    }
  }

  private func suspension(_ event: JournalEvent) throws -> CaseEvent? {
    event.kind == EventKind.suspended.rawValue ? try event.decoded() : nil
  }

  /// The statements that bring the timers there; none when nothing changes.
  func calls(_ district: UnitCode) -> [PostgresCall] {
    var (ended, rows): ([TimerKey: Instant], [TimerRow]) = ([:], [])
    for (key, entry) in entries {
      switch entry {
      case .stands(let row): rows.append(row)
      case .ends(let from): ended[key] = from
      }
    }
    return TimerRows.deleteCalls(district, ended) + TimerRows.upsertCalls(district, rows)
  }
}
