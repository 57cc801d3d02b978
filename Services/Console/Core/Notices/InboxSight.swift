import Casework
import Domain
import Journal
import PostgresClient
import WebAuth

/// Which notices of the inbox are for a caller: those to them by name, those to their post, those meant for their post
/// that went to another, and those to a post where they are on duty now. Where their own post keeps a roster, notices
/// to it are theirs when they were on duty then or are now.
///
/// A notice stands in the district of its case. Who is on duty is a matter of the caller's own district or, of the city's
/// people, of the city.
struct InboxSight: Sendable {
  /// Where the caller's notices can stand.
  let districts: [UnitCode]
  private let receiver: [PostgresParameter]

  /// The statement's first parameters, ten of them.
  func parameters(in district: UnitCode) -> [PostgresParameter] { [.text(district.text)] + receiver }

  private static let duties = Statement(
    "inbox_duties",
    """
    SELECT s.role, s.unit, s.department FROM duty_shifts AS s
    WHERE s.district = $1 AND s.username = $2 AND s.removed_at IS NULL AND s.starts_at <= $3 AND s.ends_at > $3
      AND (s.substitute_for IS NULL
        OR EXISTS (SELECT FROM duty_absences AS a WHERE a.district = $1 AND a.username = s.substitute_for
                   AND a.removed_at IS NULL AND a.starts_at <= $3 AND a.ends_at > $3)
        OR NOT EXISTS (SELECT FROM users AS u WHERE u.district = $1 AND u.username = s.substitute_for
                       AND u.disabled_at IS NULL))
    """)

  private static let roster = Statement(
    "inbox_roster",
    """
    SELECT EXISTS (SELECT FROM duty_shifts WHERE district = $1 AND role = $2 AND unit = $3 AND department = $4
      AND substitute_for IS NULL AND removed_at IS NULL AND starts_at <= $5 AND ends_at > $6)
    """)

  /// - Parameter now: the moment at which it is asked who is on duty.
  static func of(_ view: CallerView, _ pool: PostgresPool, now: Instant) async throws -> InboxSight {
    let caller = view.caller
    let name = caller.kind == .user ? caller.name : ""
    let own = ReceiverAddress(role: caller.role.rawValue, unit: caller.unit, department: caller.department)
    let home = PostgresParameter.text(caller.district.text)
    let at = PostgresParameter.timestamp(microseconds: now.microseconds)
    let remembered = PostgresParameter.timestamp(
      microseconds: (now - DutyBook.rosterMemoryDays * 86_400).microseconds)
    let rows = try await pool.pipeline([
      PostgresCall(Self.duties, [home, .text(name), at]),
      PostgresCall(
        Self.roster,
        [
          home, .text(own.role), .text(own.unit.text), .text(own.department?.text ?? ""), at, remembered,
        ]),
    ])
    var duties = try rows[0].map { (role: try $0.text(0), unit: try $0.text(1), department: try $0.text(2)) }
    let recurring = try await DutyStore(pool: pool).duties(
      of: name, own: own, in: caller.district, at: now, calendar: view.policy.calendar)
    duties += recurring.posts.map { (role: $0.role, unit: $0.unit.text, department: $0.department?.text ?? "") }
    let isOnDuty = duties.contains {
      $0.role == own.role && $0.unit == own.unit.text && $0.department == own.department?.text ?? ""
    }
    let seesOwn = try isOnDuty || !(rows[1].onlyRow().bool(0) || recurring.ownKeepsRoster)
    return InboxSight(
      districts: view.territory.districts,
      receiver: [
        .text(name), .text(own.role), .text(own.unit.text), .text(own.department?.text ?? ""), .text(own.text),
        .bool(seesOwn), .texts(duties.map(\.role)), .texts(duties.map(\.unit)), .texts(duties.map(\.department)),
      ])
  }

  /// The rows of `inbox AS i` that are seen. Each branch has an index of its own.
  ///
  /// - Parameters:
  ///   - columns: of `i`; `seq` and `part` among them.
  ///   - condition: further ones on `i`.
  ///   - limit: rows of each branch at most, the newest.
  static func rows(_ columns: String, where condition: String, limit: String) -> String {
    let tail = "AND \(condition) ORDER BY i.seq DESC, i.part DESC LIMIT \(limit)"
    return """
      (SELECT \(columns) FROM inbox AS i WHERE i.district = $1 AND i.username = '' AND i.unit = $4 AND i.role = $3
         AND i.department = $5 AND (i.duty IS NULL OR $7) \(tail))
      UNION
      (SELECT \(columns) FROM inbox AS i WHERE i.district = $1 AND $2 <> '' AND i.username = $2 \(tail))
      UNION
      (SELECT \(columns) FROM inbox AS i WHERE i.district = $1 AND $2 <> '' AND i.duty @> ARRAY[$2] \(tail))
      UNION
      (SELECT \(columns) FROM inbox AS i WHERE i.district = $1 AND i.fallback_from = $6 AND $7 \(tail))
      UNION
      (SELECT i.* FROM unnest($8::text[], $9::text[], $10::text[]) AS p(role, unit, department)
       CROSS JOIN LATERAL (
         SELECT \(columns) FROM inbox AS i WHERE i.district = $1 AND i.username = '' AND i.unit = p.unit
           AND i.role = p.role AND i.department = p.department \(tail)) AS i)
      """
  }

  /// The same as a condition on a row `i` that is known.
  static let condition = """
    ((i.username = '' AND i.unit = $4 AND i.role = $3 AND i.department = $5 AND (i.duty IS NULL OR $7))
      OR ($2 <> '' AND (i.username = $2 OR i.duty @> ARRAY[$2])) OR (i.fallback_from = $6 AND $7)
      OR (i.username = '' AND (i.role, i.unit, i.department) IN
        (SELECT p.role, p.unit, p.department FROM unnest($8::text[], $9::text[], $10::text[])
           AS p(role, unit, department))))
    """
}
