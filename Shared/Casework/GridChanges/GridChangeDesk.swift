public import Domain
import GridNetwork
public import PostgresClient

/// What someone asks for: the change as a feature collection has it, before anything of it is checked.
public struct GridChangeRequest: Sendable {
  public let kind: GridChangeKind
  public let grids: [UnitCode]
  /// A feature collection (RFC 7946): each new grid with `code`, `name_zh` or `name_en`, `parent` where it is another
  /// than that of the grids, `exclusive` and `layers`.
  public let features: [UInt8]
  public let effective: CivilDate
  public let reason: String

  public init(kind: GridChangeKind, grids: [UnitCode], features: [UInt8], effective: CivilDate, reason: String) {
    self.kind = kind
    self.grids = grids
    self.features = features
    self.effective = effective
    self.reason = reason
  }
}

/// Why a proposal or a decision is not taken.
public enum GridChangeDenial: Error, Sendable, Hashable {
  /// The network's files say nothing of changes of grids: they change with a new version of the files only.
  case fixed
  /// The caller holds none of these posts at a unit in which one of the grids lies.
  case mayNotPropose([GridPost])
  case invalid([GridPlanFault])
  /// Open changes speak of some of its codes: each with the change's id.
  case taken([Taken])
  case refused(GridChangeRefusal)
  /// It has another version than the caller has seen; the version it has.
  case stale(Int32)

  public struct Taken: Sendable, Hashable {
    public let code: UnitCode
    public let id: String

    public init(code: UnitCode, id: String) {
      self.code = code
      self.id = id
    }
  }
}

/// Takes proposals and decisions: checks them against the newest plan, and writes down what comes of them.
public struct GridChangeDesk: Sendable {
  private let pool: PostgresPool
  private let store: GridChangeStore

  public init(pool: PostgresPool) {
    self.pool = pool
    store = GridChangeStore(pool: pool)
  }

  /// Stores a proposal that nothing is wrong with, and asks those who approve first.
  ///
  /// - Parameter policy: of the network in which the proposer works.
  /// - Returns: the id of the change.
  /// - Throws: ``GridChangeDenial``; `PostgresError`.
  public func propose(
    _ request: GridChangeRequest, by actor: Actor, policy: NetworkPolicy, at now: Instant
  ) async throws -> String {
    guard let rule = policy.gridChanges else { throw GridChangeDenial.fixed }
    guard let district = request.grids.lazy.compactMap({ policy.units.district(of: $0) }).first else {
      throw GridChangeDenial.invalid([
        GridPlanFault(
          field: "grids", code: request.grids.isEmpty ? "required" : "unknown_unit",
          detail: "Name grids of the network that give way.")
      ])
    }
    let (drawn, plan) = try Self.read(request, policy)
    guard GridChangeMachine.mayPropose(actor, plan, rule: rule, units: policy.units) else {
      throw GridChangeDenial.mayNotPropose(rule.proposedBy)
    }
    let files = try await GridPlanFiles.read(district, pool)
    let checked = try await files.withNetwork { network, source in
      let check = GridChangeCheck(network: network, source: source)
      let drawn = check.snapped(drawn, to: plan.grids)
      return Checked(
        policy: network.policy, drawn: drawn, before: check.before(plan.grids), faults: try check.faults(plan, drawn))
    }
    let (units, calendar) = (checked.policy.units, checked.policy.calendar)
    let faults =
      checked.faults + GridPlanCheck(plan, units: units).dayFaults(notice: rule.notice, calendar: calendar, now: now)
    guard faults.isEmpty else { throw GridChangeDenial.invalid(faults) }
    let approvals = GridChangeMachine.approvals(plan, rule: rule, units: units)
    let effectiveAt = calendar.zone.instant(of: plan.effective)
    let proposal = GridProposal(
      network: files.name, district: district, plan: plan, drawn: checked.drawn, before: checked.before,
      effectiveAt: effectiveAt,
      dueAt: GridChangeMachine.dueAt(
        approvals.filter { $0.level == 1 }, from: now, effectiveAt: effectiveAt, calendar: calendar),
      approvals: approvals, proposer: actor)
    switch try await store.propose(proposal, at: now) {
    case .stored(let id): return id
    case .taken(let taken): throw GridChangeDenial.taken(taken.map { .init(code: $0.code, id: $0.id) })
    }
  }

  private struct Checked: Sendable {
    let policy: NetworkPolicy
    let drawn: [DrawnGrid]
    let before: [UInt8]
    let faults: [GridPlanFault]
  }

  private static func read(
    _ request: GridChangeRequest, _ policy: NetworkPolicy
  ) throws(GridChangeDenial) -> (drawn: [DrawnGrid], plan: GridChangePlan) {
    let parents = Set(request.grids.compactMap { policy.units[$0]?.parent })
    let read: (grids: [DrawnGrid], faults: [GridPlanFault])
    do throws(GeoJSONFault) {
      read = try DrawnGrid.read(collection: request.features, parent: parents.count == 1 ? parents.first : nil)
    } catch {
      throw .invalid([
        GridPlanFault(field: "features", code: "malformed_geojson", detail: "It is no GeoJSON: \(error.message).")
      ])
    }
    guard read.faults.isEmpty else { throw .invalid(read.faults) }
    return (
      read.grids,
      GridChangePlan(
        kind: request.kind, grids: request.grids, proposed: read.grids.map(\.grid), reason: request.reason,
        effective: request.effective)
    )
  }

  /// Carries a decision out on the change as the caller has seen it.
  ///
  /// - Parameters:
  ///   - version: that the caller has seen; nil for any.
  ///   - calendar: by which the time of the next level is counted.
  /// - Throws: ``GridChangeDenial``; `PostgresError`.
  public func decide(
    _ change: GridChange, version: Int64?, _ decision: GridDecision, note: String, by actor: Actor,
    calendar: WorkingCalendar, at now: Instant
  ) async throws {
    if let version, version != Int64(change.version) { throw GridChangeDenial.stale(change.version) }
    let outcome: GridDecisionOutcome
    do throws(GridChangeRefusal) {
      outcome = try GridChangeMachine.decide(
        change.standing, decision, reason: note, by: actor, now: now, dueAt: change.dueAt)
    } catch {
      throw GridChangeDenial.refused(error)
    }
    let dueAt =
      outcome.asked.isEmpty
      ? nil
      : GridChangeMachine.dueAt(outcome.asked, from: now, effectiveAt: change.effectiveAt, calendar: calendar)
    guard
      try await store.decide(change, decision, outcome, note: note, by: actor, at: now, dueAt: dueAt)
    else {
      throw GridChangeDenial.stale(try await store.change(change.id, of: change.district)?.version ?? change.version)
    }
  }
}
