import Domain
import PostgresClient

/// The rows of `case_parts` as a batch of changes leaves them.
struct PartRows {
  private var numbers: [Int64] = []
  private var departments: [String] = []
  private var states: [String] = []
  private var facts: [Int32] = []

  /// Only of cases in which an event changed a part. A case that is new has none: parts come with the dispatch.
  init(_ changes: [CaseChange]) {
    for change in changes where change.events.contains(where: { !$0.parts.isEmpty }) {
      precondition(change.number > 0, "a case has a number before it has parts")
      for part in change.value.parts {
        numbers.append(change.number)
        departments.append(part.department.text)
        states.append(part.state.rawValue)
        facts.append(Int32(bitPattern: part.facts.rawValue))
      }
    }
  }

  // The statement itself and not the function of the schema that says the same: what an SQL function does is planned
  // anew at each call.
  private static let write = Statement(
    "case_parts_upsert",
    """
    INSERT INTO case_parts (district, case_number, department, state, facts)
    SELECT $1, n.* FROM unnest($2::bigint[], $3::text[], $4::text[], $5::integer[])
      AS n(number, department, state, facts)
    ON CONFLICT (district, case_number, department) DO UPDATE SET state = EXCLUDED.state, facts = EXCLUDED.facts
    """)

  /// Nothing where no part changed.
  func calls(_ district: UnitCode) -> [PostgresCall] {
    guard !numbers.isEmpty else { return [] }
    return [
      PostgresCall(
        Self.write, [.text(district.text), .int64s(numbers), .texts(departments), .texts(states), .int32s(facts)])
    ]
  }
}
