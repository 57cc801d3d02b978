public import Domain
import GridNetwork
import Journal
public import PostgresClient

/// The tables of changes of grids. Every function throws `PostgresError`.
public struct GridChangeStore: Sendable {
  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  /// What became of a proposal that was to be stored.
  public enum Storing: Sendable {
    case stored(id: String)
    /// Open changes speak of some of its codes: each with the change's id.
    case taken([(code: UnitCode, id: String)])
  }

  /// Stores a proposal and asks for its first approvals, in one transaction.
  public func propose(_ proposal: GridProposal, at now: Instant) async throws -> Storing {
    let plan = proposal.plan
    return try await pool.transaction { transaction -> Storing in
      let row = try transaction.query(
        Self.insert,
        [
          .text(proposal.district.text), .text(proposal.network), .text(plan.kind.rawValue),
          .texts(plan.grids.map(\.text)), .texts(plan.proposed.map(\.code.text)), .text(plan.reason),
          .text("\(plan.effective)"), .timestamp(microseconds: proposal.effectiveAt.microseconds),
          .bytes(proposal.before), .bytes(DrawnGrid.collection(proposal.drawn)),
          .texts(proposal.approvals.map(\.text)), .text(proposal.proposer.text), .text(proposal.proposerPost.text),
          .timestamp(microseconds: now.microseconds), .timestamp(microseconds: proposal.dueAt.microseconds),
        ]
      ).onlyRow()
      guard let id = try row.textOrNil(0) else {
        return .taken(
          try row.texts(1).map { text in
            let parts = text.split(separator: " ").map(String.init)
            return (UnitCode(parts[0]), parts.count > 1 ? parts[1] : "")
          })
      }
      let asked = GridChangeNotices(
        id: id, plan: plan, proposer: proposal.proposerPost, version: 0
      ).asked(proposal.approvals.filter { $0.level == 1 }, until: proposal.dueAt, at: now)
      _ = try transaction.finalPipeline([asked.asking(in: proposal.district)])
      return .stored(id: id)
    }
  }

  /// Writes a decision down and tells of it, in one transaction. False when the change has moved on meanwhile.
  ///
  /// - Parameter dueAt: until when those who are asked next have time; nil while nobody new is asked.
  public func decide(
    _ change: GridChange, _ decision: GridDecision, _ outcome: GridDecisionOutcome, note: String, by actor: Actor,
    at now: Instant, dueAt: Instant?
  ) async throws -> Bool {
    let notices = GridChangeNotices(change)
    let told =
      (outcome.asked.isEmpty ? [] : [notices.asked(outcome.asked, until: dueAt ?? change.effectiveAt, at: now)])
      + [notices.decided(change, outcome, note: note, at: now)]
    return try await pool.transaction { transaction in
      let hasAdvanced = try transaction.query(
        Self.advance,
        Self.advance(
          change, outcome.state, decision.rawValue, post: outcome.given?.text ?? "", by: actor, note: note, at: now,
          dueAt: outcome.state == .approved ? change.effectiveAt : dueAt)
      ).onlyRow().bool(0)
      guard hasAdvanced else { return false }
      _ = try transaction.finalPipeline(told.map { $0.asking(in: change.district) })
      return true
    }
  }

  /// Moves a change that has come to its end on its day; belongs into the transaction of what it does.
  static func end(
    _ change: GridChange, _ state: GridChangeState, note: String, networkVersion: Int32? = nil, at now: Instant
  ) -> PostgresCall {
    PostgresCall(
      advance,
      advance(
        change, state, state.rawValue, post: "", by: .service("escalation"), note: note, at: now,
        networkVersion: networkVersion))
  }

  private static func advance(
    _ change: GridChange, _ state: GridChangeState, _ action: String, post: String, by actor: Actor, note: String,
    at now: Instant, networkVersion: Int32? = nil, dueAt: Instant? = nil
  ) -> [PostgresParameter] {
    [
      .text(change.district.text), .text(change.id), .int32(change.version), .text(state.rawValue), .text(action),
      .text(post), .text(actor.text), .text(note), .timestamp(microseconds: now.microseconds), .int32(networkVersion),
      .timestamp(dueAt.map { PostgresTimestamp(microseconds: $0.microseconds) }),
    ]
  }

  /// Changes of one district, the newest first; those before `last` where a list goes on.
  ///
  /// - Parameter states: none means all.
  public func list(
    _ district: UnitCode, states: [GridChangeState] = [], before last: (at: Instant, number: Int64)? = nil, limit: Int
  ) async throws -> [GridChange] {
    try await read(
      Self.page,
      [
        .text(district.text), .texts(states.map(\.rawValue)),
        .timestamp(last.map { PostgresTimestamp(microseconds: $0.at.microseconds) }), .int64(last?.number ?? 0),
        .int64(Int64(limit)),
      ])
  }

  /// Nil when there is none of that id.
  public func change(_ id: String, of district: UnitCode) async throws -> GridChange? {
    try await read(Self.one, [.text(district.text), .text(id)]).first
  }

  /// Open changes of the districts whose day, or whose level's time, has come, in the order in which it came.
  func due(_ districts: [UnitCode], at now: Instant, limit: Int) async throws -> [GridChange] {
    try await read(
      Self.due,
      [
        .texts(districts.map(\.text)), .timestamp(microseconds: now.microseconds), .int64(Int64(limit)),
      ])
  }

  private func read(_ statement: Statement, _ parameters: [PostgresParameter]) async throws -> [GridChange] {
    let rows = try await pool.query(statement, parameters)
    guard !rows.isEmpty else { return [] }
    var steps: [String: [GridChange.Step]] = [:]
    let keys = try rows.map { (try $0.text(0), try $0.text(1)) }
    for row in try await pool.query(
      Self.steps, [.texts(Set(keys.map(\.0)).sorted()), .texts(keys.map(\.1))])
    {
      let step = GridChange.Step(
        number: try row.int32(1), action: try row.text(2), approval: GridApproval(text: try row.text(3)),
        actor: try row.text(4), note: try row.text(5), at: try row.timestamp(6).instant, hash: try row.bytes(7))
      steps[try row.text(0), default: []].append(step)
    }
    return try rows.map { try GridChange($0, steps: steps[try $0.text(1)] ?? []) }
  }
}

extension GridChangeStore {
  private static let columns =
    """
    district, id, number, version, network, kind, state, grids, reason, effective_on::text, effective_at, before, after,
    approvals, proposed_by, proposer_post, proposed_at, ended_at, outcome, network_version, chain, due_at
    """

  private static let insert = Statement(
    "grid_changes_propose",
    """
    SELECT id, taken
    FROM grid_change_propose($1, $2, $3, $4, $5, $6, $7::text::date, $8, $9, $10, $11, $12, $13, $14, $15)
    """)

  static let advance = Statement(
    "grid_changes_advance", "SELECT grid_change_advance($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)")

  private static let page = Statement(
    "grid_changes_page",
    """
    SELECT \(columns) FROM grid_changes
    WHERE district = $1 AND (cardinality($2::text[]) = 0 OR state = ANY ($2))
      AND ($3::timestamptz IS NULL OR (proposed_at, number) < ($3, $4))
    ORDER BY proposed_at DESC, number DESC LIMIT $5
    """)

  private static let one = Statement(
    "grid_changes_one", "SELECT \(columns) FROM grid_changes WHERE district = $1 AND id = $2")

  private static let due = Statement(
    "grid_changes_due",
    """
    SELECT \(columns) FROM grid_changes
    WHERE district = ANY ($1) AND state IN ('proposed', 'approved') AND due_at <= $2
    ORDER BY due_at, district, number LIMIT $3
    """)

  private static let steps = Statement(
    "grid_change_steps",
    """
    SELECT id, step, action, post, actor, note, at, hash FROM grid_change_steps
    WHERE district = ANY ($1) AND id = ANY ($2) ORDER BY id, step
    """)
}

extension GridChange {
  fileprivate init(_ row: PostgresRow, steps: [Step]) throws {
    after = try row.bytes(12)
    let drawn = (try? DrawnGrid.read(collection: after).grids) ?? []
    district = UnitCode(try row.text(0))
    id = try row.text(1)
    number = try row.int64(2)
    version = try row.int32(3)
    network = try row.text(4)
    guard let kind = GridChangeKind(rawValue: try row.text(5)), let state = GridChangeState(rawValue: try row.text(6)),
      let effective = try? CivilDate(try row.text(9)), let post = ReceiverAddress(try row.text(15))
    else { throw GridChangeFault.unreadable(id) }
    self.state = state
    plan = GridChangePlan(
      kind: kind, grids: try row.texts(7).map { UnitCode($0) }, proposed: drawn.map(\.grid), reason: try row.text(8),
      effective: effective)
    effectiveAt = try row.timestamp(10).instant
    before = try row.bytes(11)
    self.drawn = drawn
    approvals = try row.texts(13).compactMap { GridApproval(text: $0) }
    proposedBy = try row.text(14)
    proposerPost = post
    proposedAt = try row.timestamp(16).instant
    endedAt = try row.timestampOrNil(17)?.instant
    outcome = try row.textOrNil(18)
    networkVersion = try row.int32OrNil(19)
    chain = try row.bytes(20)
    dueAt = try row.timestamp(21).instant
    self.steps = steps
  }
}

/// What of a stored change cannot be used.
public enum GridChangeFault: Error, Sendable, Hashable, CustomStringConvertible {
  case unreadable(String)

  public var description: String {
    switch self {
    case .unreadable(let id): "the change of grids \(id) is of a form that this version does not know"
    }
  }
}
