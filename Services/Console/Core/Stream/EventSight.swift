import Casework
import Domain

extension CaseSight {
  /// Whether the event is for the eyes of this sight: of a case that it covers before or after the event, so that a
  /// department also hears that a case has left it, and an assisting one what befalls its part. Discipline inspection
  /// hears what opens its records, and of appeals.
  func covers(_ event: CaseEvent, policy: NetworkPolicy) -> Bool {
    guard covers(unitPath: policy.unitPath(event.subject.unit)) || isSubmitter else { return false }
    switch restriction {
    case .none: return true
    case .department(let department):
      return event.before?.lead == department || event.after.lead == department || event.concernsPart(of: department)
    case .accountable: return [.flagged, .appealed, .appealDecided].contains(event.kind)
    case .submitted(let actor): return event.subject.finder == actor
    case .nothing: return false
    }
  }

  private var isSubmitter: Bool {
    if case .submitted = restriction { return true }
    return false
  }
}

extension CaseEvent {
  /// Whether it changed the department's own part of the case, or a clock of its own.
  fileprivate func concernsPart(of department: DepartmentCode) -> Bool {
    parts.contains { $0.department == department } || clocks.contains { $0.department == department }
  }
}
