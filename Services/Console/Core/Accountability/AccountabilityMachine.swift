import Domain

/// Where a record of discipline inspection stands.
enum AccountabilityState: String, CaseIterable, Sendable {
  /// The ladder's last rung has opened it.
  case open
  /// Discipline inspection has taken it up.
  case acknowledged
  /// The unit or department concerned has given its statement.
  case answered
  /// The finding: responsible.
  case upheld
  /// The finding: not responsible, with the reason.
  case waived
  case closed
}

enum AccountabilityAction: String, CaseIterable, Sendable {
  case acknowledge, statement, uphold, waive, close
}

/// What a record is about.
struct AccountabilityRecord: Sendable, Hashable {
  let id: String
  let caseID: CaseID
  let clock: String
  let rung: String
  let unit: UnitCode
  let department: DepartmentCode?
  let receivers: [String]
  let dueAt: Instant
  let openedAt: Instant
  var state: AccountabilityState
  /// Rises with every step.
  var version: Int32
}

/// Why an action on a record is refused. Nothing has changed.
enum AccountabilityRefusal: Error, Sendable, Hashable {
  case illegalTransition(AccountabilityState, allowed: [AccountabilityAction])
  case notYourRole(AccountabilityAction)
  /// A statement is given by the unit or department concerned.
  case notConcerned
  case noteRequired
}

/// Decides what may be done to a record of discipline inspection. Pure.
///
///     open ─acknowledge→ acknowledged ─statement→ answered ─uphold/waive→ upheld, waived ─close→ closed
///
/// A unit may answer before it was asked and more than once; one that stays silent does not keep the finding from being
/// made.
enum AccountabilityMachine {
  private struct Row {
    let from: Set<AccountabilityState>
    let to: AccountabilityState
    let roles: Set<Role>
    let needsNote: Bool
  }

  private static func row(_ action: AccountabilityAction) -> Row {
    switch action {
    case .acknowledge: Row(from: [.open], to: .acknowledged, roles: [.inspector], needsNote: false)
    case .statement:
      Row(
        from: [.open, .acknowledged, .answered], to: .answered, roles: [.supervisor, .handler, .dispatcher],
        needsNote: true)
    case .uphold: Row(from: [.acknowledged, .answered], to: .upheld, roles: [.inspector], needsNote: true)
    case .waive: Row(from: [.acknowledged, .answered], to: .waived, roles: [.inspector], needsNote: true)
    case .close: Row(from: [.upheld, .waived], to: .closed, roles: [.inspector], needsNote: false)
    }
  }

  /// The state that the action leads to.
  static func decide(
    _ record: AccountabilityRecord, _ action: AccountabilityAction, note: String, by actor: Actor, units: UnitTree
  ) throws(AccountabilityRefusal) -> AccountabilityState {
    let row = row(action)
    guard let role = actor.role, row.roles.contains(role) else { throw .notYourRole(action) }
    guard row.from.contains(record.state) else {
      throw .illegalTransition(record.state, allowed: allowed(record, by: actor, units: units))
    }
    if action == .statement, !isConcerned(record, actor, units) { throw .notConcerned }
    if row.needsNote, note.isEmpty { throw .noteRequired }
    return row.to
  }

  /// What this actor may do to the record now.
  static func allowed(
    _ record: AccountabilityRecord, by actor: Actor, units: UnitTree
  ) -> [AccountabilityAction] {
    AccountabilityAction.allCases.filter { action in
      let row = row(action)
      guard let role = actor.role, row.roles.contains(role), row.from.contains(record.state) else { return false }
      return action != .statement || isConcerned(record, actor, units)
    }
  }

  /// A department answers for itself; the head of a unit's centre for what lies in the unit.
  static func isConcerned(_ record: AccountabilityRecord, _ actor: Actor, _ units: UnitTree) -> Bool {
    if let department = actor.department { return department == record.department }
    guard let unit = actor.unit, actor.role != .handler else { return false }
    return units.contains(unit, record.unit)
  }
}
