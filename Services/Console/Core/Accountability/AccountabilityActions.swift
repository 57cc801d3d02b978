import Domain
import GridNetwork
import Operations
import WebAuth
import Wire

/// Carries out what is asked of records of discipline inspection, of the interface and of the pages alike.
struct AccountabilityActions: Sendable {
  let console: Console

  private var store: AccountabilityStore { AccountabilityStore(pool: console.pool) }

  /// The record, if the viewer may see it.
  ///
  /// - Throws: 404.
  func find(_ id: String?, _ view: CallerView) async throws -> AccountabilityRow {
    guard let id = id.flatMap({ PercentEncoding.decode($0) }), let row = try await store.find(id, view)
    else { throw Problem.notFound("There is no such record, or it is not for you to see.") }
    return row
  }

  /// Does what `action` and `note` of the body ask of the record.
  ///
  /// - Parameter expected: the version that the caller has seen; nil: whichever it is.
  /// - Returns: the record as the action left it.
  /// - Throws: `Problem`: 404, 412, 422, and what the machine refuses.
  func carryOut(
    _ body: JSONValue, on id: String?, expected: Int64?, _ view: CallerView
  ) async throws
    -> AccountabilityRow
  {
    var fields = try BodyFields(body)
    let action = fields.requiredChoice("action", of: AccountabilityAction.self, unknown: "unknown_action")
    let note = fields.text("note") ?? ""
    try fields.finish()
    let row = try await find(id, view)
    guard let action else { throw Problem.invalid(fields.faults) }
    if let expected, expected != Int64(row.record.version) {
      throw Problem.staleRecord(current: Int64(row.record.version))
    }
    let now = console.now
    let state: AccountabilityState
    do {
      state = try AccountabilityMachine(actor: view.actor, units: view.policy.units, now: now)
        .decide(row.record, action, note: note)
    } catch {
      throw Problem(error, zone: view.zone)
    }
    let limit = action == .acknowledge ? view.network.discipline.statementWithin : nil
    let statementDueAt = limit.map { view.policy.calendar.advance(from: now, by: $0).at }
    guard
      try await store.advance(
        row.record, to: state, action, note: note, by: view.actor, at: now, statementDueAt: statementDueAt)
    else {
      throw Problem.staleRecord(current: Int64(try await find(id, view).record.version))
    }
    return try await find(id, view)
  }
}
