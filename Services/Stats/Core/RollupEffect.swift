public import Casework
import Domain
import GridNetwork
public import Journal
public import PostgresClient

/// Keeps `rollup_daily` equal to what the journal says.
public struct RollupEffect: JournalEffect {
  /// The consumer's name in `positions`.
  public static let consumer = "stats"
  /// Figures may be so old. A case that is filed and dispatched within it changes one row and not two.
  public static let paceMicroseconds: Int64 = 200_000

  private let policies: PolicyStore

  public init(policies: PolicyStore) { self.policies = policies }

  /// The statements by the facts that they change, the fewest first: most batches only file and dispatch, and a row of
  /// four columns costs half of one with all.
  private static let upserts = [
    Upsert("rollup_upsert_dispatching", [.reported, .valid, .filed, .dispatched]),
    Upsert("rollup_upsert", CaseFacts.named.reduce(into: []) { $0.insert($1.fact) }),
  ]

  public func apply(_ events: [JournalEvent], in transaction: Transaction) throws {
    guard let district = events.first?.district else { return }
    guard let policy = policies.current(district)?.policy else {
      throw EffectNotReady(PolicyFault.noNetwork(district).description)
    }
    var delta = RollupDelta()
    for event in events {
      if let outline = try event.outline(withClocks: false) { delta.add(outline, policy: policy) }
    }
    let rows = delta.changed
    guard !rows.isEmpty else { return }
    guard let upsert = Self.upserts.first(where: { $0.facts.isSuperset(of: delta.facts) }) else {
      preconditionFailure("the last statement changes every fact")
    }
    let call = upsert.call(rows, district: district)
    _ = try transaction.query(call.statement, call.parameters)
  }
}

/// Adds differences of some facts to `rollup_daily`.
private struct Upsert {
  let facts: CaseFacts
  private let indices: [Int]
  private let statement: Statement

  /// One row per key, one array per column; the columns' names are the contract's names of the facts.
  init(_ name: String, _ facts: CaseFacts) {
    self.facts = facts
    indices = CaseFacts.named.indices.filter { facts.contains(CaseFacts.named[$0].fact) }
    let names = indices.map { CaseFacts.named[$0].name }
    let columns = names.joined(separator: ", ")
    let arrays = names.indices.map { "$\($0 + 9)::bigint[]" }.joined(separator: ", ")
    let sums = names.map { "\($0) = r.\($0) + EXCLUDED.\($0)" }.joined(separator: ", ")
    statement = Statement(
      name,
      """
      INSERT INTO rollup_daily AS r (district, day, unit, category, department, source, part, excluded, \(columns))
      SELECT $1, DATE '1970-01-01' + n.day, n.unit, n.category, n.department, n.source,
             n.part, n.excluded, \(names.map { "n.\($0)" }.joined(separator: ", "))
      FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], $7::boolean[],
                  $8::boolean[], \(arrays))
        AS n(day, unit, category, department, source, part, excluded, \(columns))
      ON CONFLICT (district, day, unit, category, department, source, part, excluded) DO UPDATE SET \(sums)
      """)
  }

  func call(_ rows: [(key: RollupDelta.Key, differences: [Int64])], district: UnitCode) -> PostgresCall {
    var parameters: [PostgresParameter] = [
      .text(district.text), .int32s(rows.map(\.key.day)), .texts(rows.map(\.key.unit.text)),
      .texts(rows.map(\.key.category.text)), .texts(rows.map(\.key.department)),
      .texts(rows.map(\.key.source.rawValue)), .bools(rows.map(\.key.isPart)), .bools(rows.map(\.key.isExcluded)),
    ]
    for fact in indices { parameters.append(.int64s(rows.map { $0.differences[fact] })) }
    return PostgresCall(statement, parameters)
  }
}
