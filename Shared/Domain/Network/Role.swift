/// What a person or machine may do; each has one role at one unit.
public enum Role: String, CaseIterable, Sendable, Codable {
  /// Grid worker: finds, reports, verifies.
  case officer
  /// Works for a department: signs, handles, returns.
  case handler
  /// The desk of a centre: decides what no rule covers.
  case dispatcher
  /// Head of a unit's centre.
  case supervisor
  /// The 12345 hotline's centre.
  case hotline
  /// Discipline inspection.
  case inspector
  /// Reads everything, changes nothing.
  case auditor
  /// Runs the system.
  case admin
  /// A machine that reports.
  case source
}
