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

  /// One row per key, one array per column; the columns' names are the contract's names of the facts.
  private static let upsert: Statement = {
    let names = CaseFacts.named.map(\.name)
    let columns = names.joined(separator: ", ")
    let arrays = names.indices.map { "$\($0 + 7)::bigint[]" }.joined(separator: ", ")
    let sums = names.map { "\($0) = r.\($0) + EXCLUDED.\($0)" }.joined(separator: ", ")
    return Statement(
      "rollup_upsert",
      """
      INSERT INTO rollup_daily AS r (district, day, unit, category, department, source, \(columns))
      SELECT $1, DATE '1970-01-01' + n.day, n.unit, n.category, n.department, n.source,
             \(names.map { "n.\($0)" }.joined(separator: ", "))
      FROM unnest($2::integer[], $3::text[], $4::text[], $5::text[], $6::text[], \(arrays))
        AS n(day, unit, category, department, source, \(columns))
      ON CONFLICT (district, day, unit, category, department, source) DO UPDATE SET \(sums)
      """)
  }()

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
    var parameters: [PostgresParameter] = [
      .text(district.text), .int32s(rows.map(\.key.day)), .texts(rows.map(\.key.unit.text)),
      .texts(rows.map(\.key.category.text)), .texts(rows.map(\.key.department)),
      .texts(rows.map(\.key.source.rawValue)),
    ]
    for fact in CaseFacts.named.indices { parameters.append(.int64s(rows.map { $0.differences[fact] })) }
    _ = try transaction.query(Self.upsert, parameters)
  }
}
