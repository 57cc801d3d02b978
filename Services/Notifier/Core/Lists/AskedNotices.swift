import Casework
import Domain
import GridNetwork
import Logging
import PostgresClient
import Wire

/// Tells what services ask for rather than what the journal says: that a unit's statement is late, what the daily
/// self-check found. Whoever hears of it is found as for every other notice.
public struct AskedNotices: Sendable {
  /// Told in one transaction at most.
  static let maxNotices = 100

  private let rounds: NoticeRounds

  public init(rounds: NoticeRounds) {
    self.rounds = rounds
  }

  /// Works until the task is cancelled.
  public func run() async {
    await rounds.run(complaint: "what was asked for cannot be told") { district in
      while try await tell(district) == Self.maxNotices {}
    }
  }

  /// The places below are those of the events' own notices, from `PeriodicLists.firstPart` on those of lists.
  private static let firstPart: Int32 = 1_000_000

  private static let beside = Statement(
    "asked_notice_place",
    """
    SELECT h.last_seq, 1 + greatest($2,
      (SELECT max(part) FROM inbox AS i WHERE i.district = $1 AND i.seq = h.last_seq AND i.part < $3),
      (SELECT max(part) FROM deliveries AS d WHERE d.district = $1 AND d.seq = h.last_seq AND d.part < $3))
    FROM journal_head AS h WHERE h.district = $1
    """)

  private static let cases = Statement(
    "asked_notice_cases",
    "SELECT number, state, category, unit, source FROM cases WHERE district = $1 AND number = ANY($2)")

  /// Tells what waits; how many notices that were.
  @discardableResult
  func tell(_ district: UnitCode) async throws -> Int {
    guard let look = rounds.look(at: district) else { return 0 }
    return try await rounds.tell(look) { transaction, rows in
      let asked = try AskedNotice.claim(district, at: look.now, max: Self.maxNotices, in: transaction)
      guard !asked.isEmpty else { return 0 }
      let read = try transaction.pipeline([
        PostgresCall(
          Self.beside, [.text(district.text), .int32(Self.firstPart - 1), .int32(PeriodicLists.firstPart)]),
        PostgresCall(Self.cases, [.text(district.text), .int64s(Set(asked.compactMap(\.caseNumber)).sorted())]),
      ])
      let end = try read[0].onlyRow()
      var standing: [Int64: Standing] = [:]
      for row in read[1] { standing[try row.int64(0)] = try Standing(row) }
      var part = try end.int32(1)
      for request in asked {
        guard let notice = Self.planned(request, look.network) else { continue }
        let place = NoticePlace(
          seq: try end.int64(0), part: part, caseNumber: request.caseNumber ?? 0, at: request.askedAt)
        part = rows.add(notice, at: place, details: request.details.bytes()) {
          Self.payload(request, standing[request.caseNumber ?? 0], district, seq: place.seq)
        }
      }
      return asked.count
    }
  }

  /// Those whom the network's channels name, and those whom the request names; nobody twice.
  private static func planned(_ request: AskedNotice, _ network: LoadedNetwork) -> PlannedNotice? {
    guard let rule = NoticeRule.of(request.kind, network.channels, network.policy) else { return nil }
    let named = rule.to.map {
      $0.address(
        unit: request.unit, lead: request.department, clockDepartment: request.department, policy: network.policy)
    }
    var told: Set<ReceiverAddress> = []
    return PlannedNotice(
      kind: rule.kind,
      hearers: (request.hearers + named).filter { told.insert($0).inserted }.map { .role($0) },
      channels: rule.channels, urgent: rule.urgent, digest: rule.digest, values: NoticeValues())
  }

  private struct Standing {
    let state: String
    let category: String
    let unit: String
    let source: String

    init(_ row: PostgresRow) throws {
      state = try row.text(1)
      category = try row.text(2)
      unit = try row.text(3)
      source = try row.text(4)
    }
  }

  /// The members that every notice has, and the request's own.
  private static func payload(
    _ request: AskedNotice, _ standing: Standing?, _ district: UnitCode, seq: Int64
  ) -> [UInt8] {
    var writer = JSONWriter(capacity: 512)
    writer.beginObject()
    writer.member("notice", request.kind.rawValue)
    writer.member("case_id", request.caseNumber.map { CaseID(district: district, number: $0).description })
    writer.member("district", district.text)
    writer.member("seq", seq)
    writer.member("event", String?.none)
    writer.member("at_microseconds", request.askedAt.microseconds)
    writer.member("state", standing?.state)
    writer.member("category_code", standing?.category)
    writer.member("unit_code", standing?.unit ?? request.unit.text)
    writer.member("source", standing?.source)
    writer.member("department_code", request.department?.text)
    for member in request.details.objectValue?.members ?? [] { writer.member(member.key, member.value) }
    writer.endObject()
    return writer.bytes
  }
}
