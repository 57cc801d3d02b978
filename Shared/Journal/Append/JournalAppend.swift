public import Domain
public import PostgresClient
public import Wire

/// The one statement that adds to a journal: the function `journal_append` of the first migration.
///
/// Whoever appends bounds the batch: by reports, commands, claimed cases or fired timers.
public enum JournalAppend {
  private static let statement = Statement(
    "journal_append",
    """
    SELECT first_seq, at, epoch, prev_hash, last_hash, first_case FROM journal_append(
      $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24,
      $25, $26, $27, $28, $29, $30)
    """)

  /// What an append needs: its call for the database and, once that has answered, the run to publish.
  public struct Batch: Sendable {
    public let district: UnitCode
    /// What carries it out, in this order; the first answers what ``result(_:)`` reads.
    public let calls: [PostgresCall]
    let changes: [CaseChange]
    let bodies: [[UInt8]]

    /// The run that was added and the numbers of the changes' cases, from the row that the statement answered.
    public func result(_ rows: PostgresRows) throws -> AppendResult {
      let row = try rows.onlyRow()
      let firstCase = try row.int64(5)
      var numbers: [Int64] = []
      var added: Int64 = 0
      var entries: [JournalRun.Entry] = []
      entries.reserveCapacity(bodies.count)
      for change in changes {
        let number: Int64
        if change.expectedVersion == 0 {
          number = firstCase + added
          added += 1
        } else {
          number = change.number
        }
        numbers.append(number)
        for event in change.events {
          entries.append(
            JournalRun.Entry(
              caseNumber: number, kind: event.kind.rawValue, actor: event.actor, body: bodies[entries.count]))
        }
      }
      let run = JournalRun(
        district: district, epoch: try row.int32(2), firstSeq: try row.int64(0),
        at: Instant(microseconds: try row.timestamp(1).microseconds), previousHash: try row.bytes(3),
        lastHash: try row.bytes(4), entries: entries)
      return AppendResult(run: run, caseNumbers: numbers)
    }
  }

  /// Encodes the changes; their events stand in the journal in this order.
  ///
  /// - Precondition: at least one change, each with at least one event, no case twice.
  public static func batch(_ changes: [CaseChange], district: UnitCode, now: Instant) -> Batch {
    precondition(!changes.isEmpty, "an append has at least one change")
    var columns = Columns(reserving: changes.count)
    var bodies: [[UInt8]] = []
    for (index, change) in changes.enumerated() {
      columns.add(change)
      for event in change.events {
        let body = EventCoding.encode(event)
        bodies.append(body)
        columns.eventCases.append(Int32(index + 1))
        columns.eventKinds.append(event.kind.rawValue)
        columns.eventActors.append(event.actor)
      }
    }
    let append = PostgresCall(
      statement,
      [.text(district.text), .timestamp(microseconds: now.microseconds)] + columns.parameters(bodies: bodies))
    return Batch(
      district: district, calls: [append] + PartRows(changes).calls(district), changes: changes, bodies: bodies)
  }
}

/// What an append added.
public struct AppendResult: Sendable {
  public let run: JournalRun
  /// The numbers of the cases, in the order of the changes.
  public let caseNumbers: [Int64]
}

/// The columns of a batch, one array each.
private struct Columns {
  private var numbers: [Int64] = []
  private var expected: [Int64] = []
  private var versions: [Int64] = []
  private var states: [String] = []
  private var units: [String] = []
  private var unitPaths: [String] = []
  private var categories: [String] = []
  private var sources: [String] = []
  private var priorities: [String] = []
  private var finders: [String] = []
  private var leads: [String?] = []
  private var facts: [Int32] = []
  private var filedAts: [PostgresTimestamp] = []
  private var filedDays: [Int32] = []
  private var latitudes: [Double?] = []
  private var longitudes: [Double?] = []
  private var dueAts: [PostgresTimestamp?] = []
  private var handleDueAts: [PostgresTimestamp?] = []
  private var dispatchedAts: [PostgresTimestamp?] = []
  private var handledAts: [PostgresTimestamp?] = []
  private var closedAts: [PostgresTimestamp?] = []
  private var updatedAts: [PostgresTimestamp] = []
  private var policyVersions: [Int32] = []
  private var snapshots: [[UInt8]] = []
  var eventCases: [Int32] = []
  var eventKinds: [String] = []
  var eventActors: [String] = []

  init(reserving count: Int) {
    numbers.reserveCapacity(count)
    snapshots.reserveCapacity(count)
    eventKinds.reserveCapacity(count)
  }

  mutating func add(_ change: CaseChange) {
    let value = change.value
    numbers.append(change.number)
    expected.append(change.expectedVersion)
    versions.append(value.version)
    states.append(value.state.rawValue)
    units.append(value.subject.unit.text)
    unitPaths.append(change.unitPath)
    categories.append(value.subject.category.text)
    sources.append(value.subject.source.rawValue)
    priorities.append(value.subject.priority.rawValue)
    finders.append(value.subject.finder)
    leads.append(value.lead?.department.text)
    facts.append(Int32(bitPattern: value.facts.rawValue))
    filedAts.append(PostgresTimestamp(value.subject.filedAt))
    filedDays.append(change.filedDay)
    latitudes.append(value.filing.point?.latitude)
    longitudes.append(value.filing.point?.longitude)
    dueAts.append(value.nextDueAt.map { PostgresTimestamp($0) })
    handleDueAts.append(value.handleDueAt.map { PostgresTimestamp($0) })
    dispatchedAts.append(value.dispatchedAt.map { PostgresTimestamp($0) })
    handledAts.append(value.handledAt.map { PostgresTimestamp($0) })
    closedAts.append(value.closedAt.map { PostgresTimestamp($0) })
    updatedAts.append(PostgresTimestamp(value.updatedAt))
    policyVersions.append(value.policyVersion)
    snapshots.append(CaseCoding.encode(value))
  }

  func parameters(bodies: [[UInt8]]) -> [PostgresParameter] {
    [
      .int64s(numbers), .int64s(expected), .int64s(versions), .texts(states), .texts(units), .texts(unitPaths),
      .texts(categories), .texts(sources), .texts(priorities), .texts(finders), .texts(leads), .int32s(facts),
      .timestamps(filedAts), .int32s(filedDays), .doubles(latitudes), .doubles(longitudes), .timestamps(dueAts),
      .timestamps(handleDueAts), .timestamps(dispatchedAts), .timestamps(handledAts), .timestamps(closedAts),
      .timestamps(updatedAts), .int32s(policyVersions), .bytesArray(snapshots), .int32s(eventCases),
      .texts(eventKinds), .texts(eventActors), .bytesArray(bodies),
    ]
  }
}

extension PostgresTimestamp {
  public init(_ instant: Instant) { self.init(microseconds: instant.microseconds) }
  public var instant: Instant { Instant(microseconds: microseconds) }
}
