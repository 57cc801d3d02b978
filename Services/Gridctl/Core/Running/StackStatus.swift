import Domain
import Operations
import PostgresClient
import Wire

/// How a stack stands, read in one view of the database.
struct StackStatus: Sendable {
  struct Instance: Sendable {
    let service: String
    let name: String
    let pid: Int32
    let version: String
    let startedAt: Instant
    /// By the database's clock, as the stack's own may be simulated.
    let ageMicroseconds: Int64
    let silentMicroseconds: Int64
    let health: String?
    let http: String?
    let details: JSONValue

    var isSilent: Bool { silentMicroseconds > StackStatus.aliveMicroseconds }
  }

  struct Consumer: Sendable {
    let name: String
    let district: String
    let seq: Int64
    let head: Int64
    let quarantined: Int64
  }

  /// A process silent for longer counts as dead.
  static let aliveMicroseconds: Int64 = 5_000_000

  var instances: [Instance] = []
  var consumers: [Consumer] = []
  var open = OpenWork()
  /// Since when the case that waits longest has been filed, by the stack's clock.
  var oldestFiledAt: Instant?
  var timers: Int64 = 0
  var failedDeliveries: Int64 = 0
  var now = Instant(microseconds: 0)

  private static let instancesStatement = Statement(
    "gridctl_instances",
    """
    SELECT service, instance, pid, version, started_at,
      (extract(epoch FROM clock_timestamp() - heartbeat_at) * 1000000)::bigint,
      health_endpoint, http_endpoint, details, (extract(epoch FROM clock_timestamp() - started_at) * 1000000)::bigint
    FROM instances ORDER BY service, instance
    """)

  private static let consumersStatement = Statement(
    "gridctl_consumers",
    """
    SELECT c.name, h.district, coalesce(p.seq, 0), h.last_seq,
      (SELECT count(*) FROM quarantine AS q
       WHERE q.district = h.district AND q.consumer = c.name AND q.released_at IS NULL)
    FROM journal_head AS h CROSS JOIN unnest($1::text[]) AS c(name)
    LEFT JOIN positions AS p ON p.district = h.district AND p.consumer = c.name ORDER BY 2, 1
    """)

  private static let countsStatement = Statement(
    "gridctl_status_counts",
    """
    SELECT (SELECT count(*) FROM cases WHERE state = 'filed'), (SELECT min(filed_at) FROM cases WHERE state = 'filed'),
      (SELECT count(*) FROM timers), (SELECT count(*) FROM timers WHERE fire_at <= $1),
      (SELECT count(*) FROM deliveries WHERE state = 'pending' AND next_attempt_at <= $1),
      (SELECT count(*) FROM deliveries WHERE state = 'failed')
    """)

  static func read(_ pool: PostgresPool, now: Int64) async throws -> StackStatus {
    try await pool.transaction(.readOnlySnapshot) { transaction in
      let results = try transaction.finalPipeline([
        PostgresCall(instancesStatement), PostgresCall(consumersStatement, [.texts(Settling.consumers)]),
        PostgresCall(countsStatement, [.timestamp(microseconds: now)]),
      ])
      var status = StackStatus()
      status.now = Instant(microseconds: now)
      status.instances = try results[0].map(instance)
      status.consumers = try results[1].map { row in
        Consumer(
          name: try row.text(0), district: try row.text(1), seq: try row.int64(2), head: try row.int64(3),
          quarantined: try row.int64(4))
      }
      let counts = try results[2].onlyRow()
      status.oldestFiledAt = try counts.instantOrNil(1)
      status.timers = try counts.int64(2)
      status.failedDeliveries = try counts.int64(5)
      status.open = OpenWork(
        lags: status.consumers.filter { $0.head > $0.seq }.map {
          OpenWork.Lag(consumer: $0.name, district: $0.district, events: $0.head - $0.seq)
        },
        filedCases: try counts.int64(0), timersDue: try counts.int64(3), deliveriesDue: try counts.int64(4))
      return status
    }
  }

  private static func instance(_ row: PostgresRow) throws -> Instance {
    Instance(
      service: try row.text(0), name: try row.text(1), pid: try row.int32(2), version: try row.text(3),
      startedAt: try row.instant(4), ageMicroseconds: try row.int64(9), silentMicroseconds: try row.int64(5),
      health: try row.textOrNil(6),
      http: try row.textOrNil(7), details: (try? JSONParser.parse(try row.text(8))) ?? .null)
  }
}

extension StackStatus {
  var answer: Answer { Answer(json, text: text) }

  private var json: JSONValue {
    [
      "version": .string(Version.text), "now": .string(now.rfc3339()),
      "services": .array(
        instances.map { instance in
          [
            "service": .string(instance.service), "instance": .string(instance.name),
            "pid": .integer(Int64(instance.pid)), "version": .string(instance.version),
            "started_at": .string(instance.startedAt.rfc3339()),
            "heartbeat_age_ms": .integer(instance.silentMicroseconds / 1_000), "silent": .bool(instance.isSilent),
            "health": .text(instance.health), "http": .text(instance.http), "details": instance.details,
          ]
        }),
      "consumers": .array(
        consumers.map { consumer in
          [
            "consumer": .string(consumer.name), "district": .string(consumer.district),
            "position": .integer(consumer.seq), "head": .integer(consumer.head),
            "lag": .integer(consumer.head - consumer.seq), "quarantined": .integer(consumer.quarantined),
          ]
        }),
      "filed_cases": .integer(open.filedCases), "oldest_filed_at": .text(oldestFiledAt?.rfc3339()),
      "timers": .integer(timers), "timers_due": .integer(open.timersDue),
      "deliveries_due": .integer(open.deliveriesDue), "deliveries_failed": .integer(failedDeliveries),
      "settled": .bool(open.isNone),
    ]
  }

  private var text: String {
    var processes = Table([
      .init("service"), .init("instance"), .init("pid", .right), .init("version"), .init("up for"), .init("heard"),
      .init("health"), .init("http"),
    ])
    for instance in instances {
      processes.add(
        instance.service, instance.name, String(instance.pid), instance.version,
        Figures.duration(microseconds: max(instance.ageMicroseconds, 0)),
        (instance.isSilent ? "SILENT " : "") + Figures.duration(microseconds: instance.silentMicroseconds) + " ago",
        instance.health ?? "–", instance.http ?? "–")
    }
    var lags = Table([
      .init("district"), .init("consumer"), .init("position", .right), .init("head", .right), .init("lag", .right),
      .init("quarantined", .right),
    ])
    for consumer in consumers {
      lags.add(
        consumer.district, consumer.name, Figures.grouped(consumer.seq), Figures.grouped(consumer.head),
        Figures.grouped(consumer.head - consumer.seq), Figures.grouped(consumer.quarantined))
    }
    let waiting = oldestFiledAt.map {
      ", the oldest for \(Figures.duration(microseconds: max(now.microseconds - $0.microseconds, 0)))"
    }
    return """
      \(processes.isEmpty ? "no service runs" : processes.text)

      \(lags.isEmpty ? "no district has a journal" : lags.text)

      waiting for dispatch  \(Figures.grouped(open.filedCases))\(waiting ?? "")
      timers                \(Figures.grouped(timers)), \(Figures.grouped(open.timersDue)) due
      deliveries            \(Figures.grouped(open.deliveriesDue)) due, \(Figures.grouped(failedDeliveries)) failed
      """
  }
}
