import Domain
import PostgresClient

/// What the commands of one commit are decided by, besides their cases: read under the cases' locks.
struct CommandContext: Sendable {
  let district: UnitCode
  let policy: NetworkPolicy
  let now: Instant
  /// The lower-cased descriptions, where the policy's conditions read them.
  private let texts: [Int64: String]
  /// The attachments that commands name and that exist, each with the case that it is bound to.
  private let attachments: [String: Int64?]
  /// The number of the district's last case; the head of the journal is locked where one is to be split off.
  let lastCase: Int64

  /// - Parameter numbers: the cases whose locks the transaction holds.
  init(
    district: UnitCode, policy: NetworkPolicy, now: Instant, requests: [CommandRequest], numbers: [Int64],
    in transaction: Transaction
  ) throws {
    self.district = district
    self.policy = policy
    self.now = now
    texts = policy.readsTexts ? try Self.texts(district, numbers, in: transaction) : [:]
    attachments = try Self.attachments(district, Set(requests.flatMap(\.attachments)), in: transaction)
    let splits = requests.contains { $0.command.action == .split }
    lastCase = splits ? try Self.lockHead(district, in: transaction) : 0
  }

  func text(of number: Int64) -> String { texts[number] ?? "" }

  /// Those of the attachments that do not exist or belong to another case.
  func unknown(_ ids: [String], for number: Int64) -> [String] {
    ids.filter { id in
      guard let bound = attachments[id] else { return true }
      return bound.map { $0 != number } ?? false
    }
  }

  /// Those of the attachments that are not the case's own.
  func notOwn(_ ids: [String], of number: Int64) -> [String] {
    ids.filter { attachments[$0].flatMap { $0 } != number }
  }

  private static let descriptions = Statement(
    "command_descriptions",
    """
    SELECT case_number, lower(description) FROM reports
    WHERE district = $1 AND case_number = ANY($2) AND part = 0 AND description IS NOT NULL
    """)

  private static func texts(
    _ district: UnitCode, _ numbers: [Int64], in transaction: Transaction
  ) throws -> [Int64: String] {
    var texts: [Int64: String] = [:]
    for row in try transaction.query(descriptions, [.text(district.text), .int64s(numbers)]) {
      texts[try row.int64(0)] = try row.text(1)
    }
    return texts
  }

  private static let named = Statement(
    "command_attachments", "SELECT id, case_number FROM attachments WHERE district = $1 AND id = ANY($2)")

  private static func attachments(
    _ district: UnitCode, _ ids: Set<String>, in transaction: Transaction
  ) throws -> [String: Int64?] {
    guard !ids.isEmpty else { return [:] }
    var found: [String: Int64?] = [:]
    for row in try transaction.query(named, [.text(district.text), .texts(ids.sorted())]) {
      found.updateValue(try row.int64OrNil(1), forKey: try row.text(0))
    }
    return found
  }

  private static let head = Statement(
    "command_head", "SELECT last_case FROM journal_head WHERE district = $1 FOR UPDATE")

  /// Taken after the locks of the cases, as the append does.
  private static func lockHead(_ district: UnitCode, in transaction: Transaction) throws -> Int64 {
    guard let row = try transaction.query(head, [.text(district.text)]).first else {
      throw PolicyFault.noNetwork(district)
    }
    return try row.int64(0)
  }
}
