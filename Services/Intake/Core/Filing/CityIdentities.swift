import Domain
import PostgresClient

/// Which district holds a report of a sender of the whole city.
///
/// `reports` is unique by key and external id in its district only, and the point of a report may have moved to another
/// one when it is sent again. So such a sender's keys and ids stand under the city as well, each with the district that
/// took it, written in the transaction of the report: of two that come at once for two districts, the second waits for
/// the first and then finds it. On a sharded database this is one more shard in the transaction, for these senders
/// only.
enum CityIdentities {
  static func key(_ text: String) -> String { "key:" + text }
  static func externalID(_ text: String) -> String { "id:" + text }

  /// What a request is known by.
  static func identities(_ request: FilingRequest) -> [String] {
    guard request.city != nil else { return [] }
    var identities: [String] = []
    if request.identity.isKeyGiven { identities.append(key(request.identity.key)) }
    if let id = request.identity.externalID { identities.append(externalID(id)) }
    return identities
  }

  /// Takes the requests' identities for this district, where no other district has them, and returns the others by the
  /// district that holds them.
  static func claim(
    _ requests: [FilingRequest], for district: UnitCode, in transaction: Transaction
  ) throws -> [UnitCode: Set<Claim>] {
    var held: [UnitCode: Set<Claim>] = [:]
    for (city, requests) in Dictionary(grouping: requests.filter { $0.city != nil }, by: { $0.city ?? district }) {
      let claims = Set(
        requests.flatMap { request in
          identities(request).map { Claim(submitter: request.actor.text, identity: $0) }
        }
      ).sorted { ($0.submitter, $0.identity) < ($1.submitter, $1.identity) }
      guard !claims.isEmpty else { continue }
      let rows = try transaction.query(
        take,
        [
          .text(city.text), .text(district.text), .texts(claims.map(\.submitter)), .texts(claims.map(\.identity)),
        ])
      for row in rows {
        let target = UnitCode(try row.text(2))
        guard target != district else { continue }
        held[target, default: []].insert(Claim(submitter: try row.text(0), identity: try row.text(1)))
      }
    }
    return held
  }

  struct Claim: Hashable, Sendable {
    let submitter: String
    let identity: String
  }

  /// Moves identities under which the district that held them has no report: what was sent there was refused.
  static func move(
    _ claims: Set<Claim>, of requests: [FilingRequest], to district: UnitCode, in transaction: Transaction
  ) throws {
    guard !claims.isEmpty, let city = requests.lazy.compactMap(\.city).first else { return }
    let claims = claims.sorted { ($0.submitter, $0.identity) < ($1.submitter, $1.identity) }
    _ = try transaction.query(
      change,
      [.text(city.text), .text(district.text), .texts(claims.map(\.submitter)), .texts(claims.map(\.identity))])
  }

  // An update that changes nothing locks the row, so that the answer holds until this transaction ends.
  private static let take = Statement(
    "intake_city_claim",
    """
    INSERT INTO city_reports AS c (district, submitter, identity, target)
    SELECT $1, n.submitter, n.identity, $2 FROM unnest($3::text[], $4::text[]) AS n(submitter, identity)
    ORDER BY n.submitter, n.identity
    ON CONFLICT (district, submitter, identity) DO UPDATE SET target = c.target
    RETURNING submitter, identity, target
    """)

  private static let change = Statement(
    "intake_city_move",
    """
    UPDATE city_reports AS c SET target = $2 FROM unnest($3::text[], $4::text[]) AS n(submitter, identity)
    WHERE c.district = $1 AND c.submitter = n.submitter AND c.identity = n.identity
    """)
}
