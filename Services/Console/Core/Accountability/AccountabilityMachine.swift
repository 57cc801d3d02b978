import Domain

/// Where a record of discipline inspection stands.
enum AccountabilityState: String, CaseIterable, Sendable {
  /// The ladder's last rung has opened it.
  case open
  /// Discipline inspection has taken it up; the time for the unit's statement runs.
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
  var acknowledgedAt: Instant?
  /// Until when the unit must give its statement; nil before it was asked, or where the policy sets no time.
  var statementDueAt: Instant?
  var statementAt: Instant?
  /// The statement did not come in time, and those concerned were told.
  var statementLate = false
  /// `upheld` or `waived`, also once it is closed.
  var finding: AccountabilityState?
  var decidedAt: Instant?
  var closedAt: Instant?
  /// The hash of the last step.
  var chain: [UInt8]?
  /// Who had a hand in the case on the side of those concerned, or gave a statement: none of them may decide.
  var participants: Set<String> = []
}

/// Why an action on a record is refused. Nothing has changed.
enum AccountabilityRefusal: Error, Sendable, Hashable {
  case illegalTransition(AccountabilityState, allowed: [AccountabilityAction])
  case notYourRole(AccountabilityAction)
  /// A statement is given by the unit or department concerned.
  case notConcerned
  /// Whoever handled the case, or spoke for those concerned, does not decide.
  case separationOfDuty
  /// Whom the record is addressed to besides discipline inspection reads it and decides nothing.
  case secondReceiver
  /// Nobody is held responsible before the unit has been heard, or its time has run out.
  case statementPending(until: Instant)
  case noteRequired
}

/// Decides what may be done to a record of discipline inspection. Pure.
///
///     open ─acknowledge→ acknowledged ─statement→ answered ─uphold/waive→ upheld, waived ─close→ closed
///
/// A unit may answer before it was asked and more than once. One that stays silent keeps the finding from being made
/// only until its time has run out; a finding in its favour need not wait.
struct AccountabilityMachine {
  let actor: Actor
  let units: UnitTree
  let now: Instant

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
      Row(from: [.open, .acknowledged, .answered], to: .answered, roles: [.supervisor, .handler], needsNote: true)
    case .uphold: Row(from: [.acknowledged, .answered], to: .upheld, roles: [.inspector], needsNote: true)
    case .waive: Row(from: [.acknowledged, .answered], to: .waived, roles: [.inspector], needsNote: true)
    case .close: Row(from: [.upheld, .waived], to: .closed, roles: [.inspector], needsNote: false)
    }
  }

  /// The state that the action leads to.
  func decide(
    _ record: AccountabilityRecord, _ action: AccountabilityAction, note: String
  ) throws(AccountabilityRefusal) -> AccountabilityState {
    if let refusal = refusal(record, action) { throw refusal }
    let row = Self.row(action)
    if row.needsNote, note.isEmpty { throw .noteRequired }
    return row.to
  }

  /// What this actor may do to the record now.
  func allowed(_ record: AccountabilityRecord) -> [AccountabilityAction] {
    AccountabilityAction.allCases.filter { refusal(record, $0, naming: false) == nil }
  }

  private func refusal(
    _ record: AccountabilityRecord, _ action: AccountabilityAction, naming: Bool = true
  ) -> AccountabilityRefusal? {
    let row = Self.row(action)
    guard let role = actor.role, row.roles.contains(role) else { return .notYourRole(action) }
    guard row.from.contains(record.state) else {
      return .illegalTransition(record.state, allowed: naming ? allowed(record) : [])
    }
    guard action != .statement else { return isConcerned(record) ? nil : .notConcerned }
    if !isAddressed(record) { return .secondReceiver }
    if record.participants.contains(actor.text) { return .separationOfDuty }
    if let department = actor.department, department == record.department { return .separationOfDuty }
    if action == .uphold, record.state == .acknowledged, !record.statementLate, let due = record.statementDueAt,
      now < due
    {
      return .statementPending(until: due)
    }
    return nil
  }

  /// A department answers for itself; the head of a unit's centre for what lies in the unit.
  func isConcerned(_ record: AccountabilityRecord) -> Bool {
    if actor.role == .handler { return actor.department != nil && actor.department == record.department }
    guard let unit = actor.unit else { return false }
    return units.contains(unit, record.unit)
  }

  /// Discipline inspection decides; an inspector of another body, as of the procuratorate, only what is addressed to
  /// that body alone.
  private func isAddressed(_ record: AccountabilityRecord) -> Bool {
    guard let department = actor.department else { return true }
    let inspectors = record.receivers.compactMap { ReceiverAddress($0) }.filter { $0.role == Role.inspector.rawValue }
    return !inspectors.isEmpty && inspectors.allSatisfy { $0.department == department }
  }
}
