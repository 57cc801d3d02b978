/// Where a case stands (DESIGN §5, docs/case-machine.md).
public enum CaseState: String, CaseIterable, Sendable {
  /// Needs verifying before it counts as filed (核实).
  case reported
  /// Filed, waiting for the dispatcher (立案).
  case filed
  /// A person must decide where it goes.
  case desk
  /// Sent to a department, waiting for its signature (派遣).
  case dispatched
  /// The department has accepted it (签收).
  case signed
  /// The department says it is done; someone else must verify (处置).
  case handled
  /// Verified and closed (结案).
  case closed
  /// Set aside with an end date (挂账).
  case suspended
  /// Rejected or withdrawn (作废).
  case void
  /// Joined to another case (并案).
  case merged

  /// Whether anything still has to happen.
  public var isOpen: Bool {
    switch self {
    case .reported, .filed, .desk, .dispatched, .signed, .handled, .suspended: true
    case .closed, .void, .merged: false
    }
  }
}
