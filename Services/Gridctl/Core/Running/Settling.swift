import Domain
import Platform
import PostgresClient
import Wire

/// What the system has still to do at one moment.
struct OpenWork: Sendable, Equatable {
  struct Lag: Sendable, Equatable {
    let consumer: String
    let district: String
    let events: Int64
  }

  var lags: [Lag] = []
  var filedCases: Int64 = 0
  var timersDue: Int64 = 0
  var deliveriesDue: Int64 = 0
  /// Districts whose timers are being brought under a new policy.
  var policiesBegun: Int64 = 0
  /// Statements to discipline inspection that did not come and are not told of yet.
  var statementsDue: Int64 = 0
  /// Notices that services asked for and that are not told yet.
  var noticesAsked: Int64 = 0
  /// Changes of grids whose time has come.
  var gridChangesDue: Int64 = 0

  var isNone: Bool {
    lags.isEmpty && filedCases == 0 && timersDue == 0 && deliveriesDue == 0 && policiesBegun == 0 && statementsDue == 0
      && noticesAsked == 0 && gridChangesDue == 0
  }

  /// Each thing that is open, as a sentence.
  var sentences: [String] {
    var sentences = lags.map { "\($0.consumer) is \(Figures.grouped($0.events)) events behind in \($0.district)" }
    if filedCases > 0 { sentences.append("\(Figures.grouped(filedCases)) cases wait to be dispatched") }
    if timersDue > 0 { sentences.append("\(Figures.grouped(timersDue)) timers are due") }
    if policiesBegun > 0 { sentences.append("\(Figures.grouped(policiesBegun)) policies are being brought in") }
    if statementsDue > 0 { sentences.append("\(Figures.grouped(statementsDue)) statements are overdue") }
    if noticesAsked > 0 { sentences.append("\(Figures.grouped(noticesAsked)) notices are not told yet") }
    if gridChangesDue > 0 { sentences.append("\(Figures.grouped(gridChangesDue)) changes of grids are due") }
    if deliveriesDue > 0 { sentences.append("\(Figures.grouped(deliveriesDue)) deliveries are due") }
    return sentences
  }

  var json: JSONValue {
    [
      "lags": .array(
        lags.map {
          ["consumer": .string($0.consumer), "district": .string($0.district), "events": .integer($0.events)]
        }),
      "filed_cases": .integer(filedCases), "timers_due": .integer(timersDue), "deliveries_due": .integer(deliveriesDue),
      "policies_begun": .integer(policiesBegun), "statements_due": .integer(statementsDue),
      "notices_asked": .integer(noticesAsked), "grid_changes_due": .integer(gridChangesDue),
    ]
  }
}

/// Waits until nothing is open.
struct Settling {
  /// The consumers that keep a position of their own.
  static let consumers = ["escalation", "notifier", "stats"]
  /// Between two looks, in milliseconds: at first, and at most.
  static let minPollMilliseconds: Int64 = 20
  static let maxPollMilliseconds: Int64 = 50

  struct Outcome {
    let open: OpenWork
    let waitedMicroseconds: Int64

    var answer: Answer {
      let json: JSONValue = [
        "settled": .bool(open.isNone), "waited_ms": .integer(waitedMicroseconds / 1_000), "open": open.json,
      ]
      let waited = Figures.duration(microseconds: waitedMicroseconds)
      guard !open.isNone else { return Answer(json, text: "settled after \(waited)") }
      return Answer(
        json, text: "not settled after \(waited):\n  " + open.sentences.joined(separator: "\n  "), isGood: false)
    }
  }

  let pool: PostgresPool
  let clock: any WallClock

  private static let lagging = Statement(
    "gridctl_lags",
    """
    SELECT c.name, h.district, h.last_seq - coalesce(p.seq, 0) FROM journal_head AS h
    CROSS JOIN unnest($1::text[]) AS c(name)
    LEFT JOIN positions AS p ON p.district = h.district AND p.consumer = c.name
    WHERE h.last_seq > coalesce(p.seq, 0) ORDER BY 1, 2
    """)

  private static let counts = Statement(
    "gridctl_open_work",
    """
    SELECT (SELECT count(*) FROM cases WHERE state = 'filed'),
      (SELECT count(*) FROM journal_head AS h JOIN timers AS t ON t.district = h.district WHERE t.fire_at <= $1),
      (SELECT count(*) FROM deliveries WHERE state = 'pending' AND next_attempt_at <= $1),
      (SELECT count(*) FROM timer_policies AS p WHERE p.through IS NOT NULL
         OR p.version < (SELECT max(v.version) FROM network_versions AS v WHERE v.district = p.district)),
      (SELECT count(*) FROM accountability
       WHERE state = 'acknowledged' AND NOT statement_late AND statement_due_at <= $1),
      (SELECT count(*) FROM asked_notices WHERE told_at IS NULL),
      (SELECT count(*) FROM grid_changes WHERE state IN ('proposed', 'approved') AND due_at <= $1)
    """)

  /// What is open now, in one view of the database.
  func look() async throws -> OpenWork {
    let now = clock.microseconds
    return try await pool.transaction(.readOnlySnapshot) { transaction in
      let results = try transaction.finalPipeline([
        PostgresCall(Self.lagging, [.texts(Self.consumers)]),
        PostgresCall(Self.counts, [.timestamp(microseconds: now)]),
      ])
      let row = try results[1].onlyRow()
      return OpenWork(
        lags: try results[0].map { row in
          OpenWork.Lag(consumer: try row.text(0), district: try row.text(1), events: try row.int64(2))
        },
        filedCases: try row.int64(0), timersDue: try row.int64(1), deliveriesDue: try row.int64(2),
        policiesBegun: try row.int64(3), statementsDue: try row.int64(4),
        noticesAsked: try row.int64(5), gridChangesDue: try row.int64(6))
    }
  }

  /// Looks again and again until nothing is open or the time is over. Survives a database that restarts.
  func wait(milliseconds: Int64) async throws -> Outcome {
    let started = MonotonicClock.microseconds
    let deadline = started + milliseconds * 1_000
    var poll = Self.minPollMilliseconds
    while true {
      var open: OpenWork?
      do {
        open = try await look()
      } catch let error as PostgresError where error.isRetriable && MonotonicClock.microseconds < deadline {
        open = nil
      }
      let now = MonotonicClock.microseconds
      if let open, open.isNone || now >= deadline { return Outcome(open: open, waitedMicroseconds: now - started) }
      try await MonotonicClock.wait(until: min(now + poll * 1_000, max(deadline, now + 1_000)))
      poll = min(poll * 2, Self.maxPollMilliseconds)
    }
  }
}
