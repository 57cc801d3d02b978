import Casework
import Domain

extension CaseSight {
  /// Whether the event is for the eyes of this sight: of a case that it covers before or after the event, so that a
  /// department also hears that a case has left it. Discipline inspection hears what opens its records.
  func covers(_ event: CaseEvent, policy: NetworkPolicy) -> Bool {
    guard covers(unitPath: policy.unitPath(event.subject.unit)) || isSubmitter else { return false }
    switch restriction {
    case .none: return true
    case .department(let department): return event.before?.lead == department || event.after.lead == department
    case .accountable: return event.kind == .flagged
    case .submitted(let actor): return event.subject.finder == actor
    case .nothing: return false
    }
  }

  private var isSubmitter: Bool {
    if case .submitted = restriction { return true }
    return false
  }
}
