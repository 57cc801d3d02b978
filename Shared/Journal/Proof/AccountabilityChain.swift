import Cryptography
public import Domain
public import PostgresClient

/// The chain under a record of discipline inspection: its opening, then each step, each hash covering the one before.
///
/// A step's hash is `SHA-256(f("gridloop-accountability-step-1") f(previous) f(district) f(id) f(step) f(action)
/// f(actor) f(SHA-256(note)) f(at))`, where `f` is the length in four bytes, big-endian, and then the bytes; numbers are
/// big-endian, `at` counts microseconds since 1970. The functions `accountability_opening` and
/// `accountability_step_hash` of the database compute the same.
public struct AccountabilityChain: Sendable {
  /// What a record was opened with.
  public struct Opening: Sendable, Hashable {
    public let caseID: CaseID
    public let id: String
    public let clock: String
    public let rung: String
    public let unit: UnitCode
    public let department: DepartmentCode?
    public let dueAt: Instant
    public let openedAt: Instant

    public init(
      caseID: CaseID, id: String, clock: String, rung: String, unit: UnitCode, department: DepartmentCode?,
      dueAt: Instant, openedAt: Instant
    ) {
      self.caseID = caseID
      self.id = id
      self.clock = clock
      self.rung = rung
      self.unit = unit
      self.department = department
      self.dueAt = dueAt
      self.openedAt = openedAt
    }
  }

  /// One step with the hash that was stored with it.
  public struct Step: Sendable, Hashable {
    public let step: Int32
    public let action: String
    public let actor: String
    public let note: String
    public let at: Instant
    public let hash: [UInt8]

    public init(step: Int32, action: String, actor: String, note: String, at: Instant, hash: [UInt8]) {
      self.step = step
      self.action = action
      self.actor = actor
      self.note = note
      self.at = at
      self.hash = hash
    }
  }

  /// What does not hold.
  public enum Fault: Sendable, Hashable, CustomStringConvertible {
    /// The step is not what was hashed, or does not continue the one before it.
    case changed(step: Int32)
    case missing(step: Int32)
    /// The record names another end than its steps have, or what it was opened with was changed.
    case end

    public var description: String {
      switch self {
      case .changed(let step): "step \(step) was changed after it was written"
      case .missing(let step): "step \(step) is missing"
      case .end: "the record names another end than its steps have"
      }
    }
  }

  private var link: [UInt8]
  private let opening: Opening

  public init(_ opening: Opening) {
    self.opening = opening
    var hasher = Fields("gridloop-accountability-1")
    hasher.add(opening.caseID.district.text)
    hasher.add(opening.id)
    hasher.add(opening.caseID.number)
    hasher.add(opening.clock)
    hasher.add(opening.rung)
    hasher.add(opening.unit.text)
    hasher.add(opening.department?.text ?? "")
    hasher.add(opening.dueAt.microseconds)
    hasher.add(opening.openedAt.microseconds)
    link = hasher.digest
  }

  /// - Parameters:
  ///   - steps: all steps of the record, in order.
  ///   - end: the hash that the record names as its last; nil where it has none yet, which its first step sets.
  public static func faults(_ opening: Opening, _ steps: [Step], end: [UInt8]?) -> [Fault] {
    var chain = AccountabilityChain(opening)
    var faults: [Fault] = []
    var next: Int32 = 1
    for step in steps {
      if step.step != next { faults.append(.missing(step: next)) }
      if chain.hash(step) != step.hash { faults.append(.changed(step: step.step)) }
      // Go on from what the row claims, so that one changed step is named once.
      chain.link = step.hash
      next = step.step + 1
    }
    if end != chain.link, !(end == nil && steps.isEmpty) { faults.append(.end) }
    return faults
  }

  private func hash(_ step: Step) -> [UInt8] {
    var hasher = Fields("gridloop-accountability-step-1")
    hasher.add(bytes: link)
    hasher.add(opening.caseID.district.text)
    hasher.add(opening.id)
    hasher.add(step.step)
    hasher.add(step.action)
    hasher.add(step.actor)
    hasher.add(bytes: SHA256.digest(of: step.note))
    hasher.add(step.at.microseconds)
    return hasher.digest
  }
}

/// Fields under one hash, each with its length before it.
private struct Fields {
  private var bytes: [UInt8] = []

  init(_ version: String) { add(version) }

  mutating func add(_ text: String) { add(bytes: Array(text.utf8)) }

  mutating func add(_ number: some FixedWidthInteger) {
    add(bytes: withUnsafeBytes(of: number.bigEndian) { Array($0) })
  }

  mutating func add(bytes field: [UInt8]) {
    bytes += withUnsafeBytes(of: Int32(field.count).bigEndian) { Array($0) }
    bytes += field
  }

  var digest: [UInt8] { SHA256.digest(of: bytes) }
}

/// Recomputes the chains of all records of a district.
public struct AccountabilityProof: Sendable {
  /// Records read at once.
  static let maxRecordsPerRead: Int64 = 500

  public struct Report: Sendable {
    public internal(set) var records: Int64 = 0
    public internal(set) var steps: Int64 = 0
    /// Each with its record.
    public internal(set) var faults: [(id: String, fault: AccountabilityChain.Fault)] = []
  }

  private let pool: PostgresPool

  public init(pool: PostgresPool) { self.pool = pool }

  private static let read = Statement(
    "accountability_proof",
    """
    SELECT a.id, a.case_number, a.clock, a.rung, a.unit, a.department, a.due_at, a.opened_at, a.chain, a.version,
      s.step, s.action, s.actor, s.note, s.at, s.hash
    FROM (SELECT * FROM accountability WHERE district = $1 AND id > $2 ORDER BY id LIMIT $3) AS a
    LEFT JOIN accountability_steps AS s ON s.district = a.district AND s.id = a.id
    ORDER BY a.id, s.step
    """)

  public func run(_ district: UnitCode) async throws -> Report {
    var report = Report()
    var after = ""
    while true {
      let rows = try await pool.query(
        Self.read, [.text(district.text), .text(after), .int64(Self.maxRecordsPerRead)])
      guard !rows.isEmpty else { return report }
      var first = rows.startIndex
      while first < rows.endIndex {
        let id = try rows[first].text(0)
        var steps: [AccountabilityChain.Step] = []
        var next = first
        while next < rows.endIndex, try rows[next].text(0) == id {
          if let step = try Self.step(rows[next]) { steps.append(step) }
          next += 1
        }
        try check(rows[first], district, steps, &report)
        first = next
        after = id
      }
    }
  }

  private func check(
    _ row: PostgresRow, _ district: UnitCode, _ steps: [AccountabilityChain.Step], _ report: inout Report
  ) throws {
    let opening = AccountabilityChain.Opening(
      caseID: CaseID(district: district, number: try row.int64(1)), id: try row.text(0), clock: try row.text(2),
      rung: try row.text(3), unit: UnitCode(try row.text(4)),
      department: try row.textOrNil(5).map { DepartmentCode($0) }, dueAt: try row.timestamp(6).instant,
      openedAt: try row.timestamp(7).instant)
    var faults = AccountabilityChain.faults(opening, steps, end: try row.bytesOrNil(8))
    // Every step raised the version by one: steps that were cut off at the end show here.
    let version = try row.int32(9)
    let last = steps.last?.step ?? 0
    if last + 1 < version { faults.append(.missing(step: last + 1)) }
    report.records += 1
    report.steps += Int64(steps.count)
    report.faults += faults.map { (opening.id, $0) }
  }

  private static func step(_ row: PostgresRow) throws -> AccountabilityChain.Step? {
    guard let number = try row.int32OrNil(10) else { return nil }
    return AccountabilityChain.Step(
      step: number, action: try row.text(11), actor: try row.text(12), note: try row.text(13),
      at: try row.timestamp(14).instant, hash: try row.bytes(15))
  }
}
