import Casework
import Domain
import Journal
import PostgresClient

/// The cases of one batch as the fired rungs make them, and what is to be written with them.
struct Firing {
  /// A rung that was reached.
  struct Reached {
    let caseNumber: Int64
    let escalation: Escalation
  }

  private let district: UnitCode
  private let policy: NetworkPolicy
  private let now: Instant
  private let original: [Int64: LoadedCase]
  private var values: [Int64: Case]
  private var events: [Int64: [CaseEvent]] = [:]
  private var ended: [TimerKey: Instant] = [:]
  private var next: [TimerRow] = []
  private(set) var reached: [Reached] = []
  private(set) var flags: [(caseNumber: Int64, flag: LadderMachine.Flag)] = []
  /// Cases whose suspension ended.
  private(set) var woken = 0

  init(district: UnitCode, loaded: [LoadedCase], policy: NetworkPolicy, now: Instant) {
    self.district = district
    self.policy = policy
    self.now = now
    original = Dictionary(uniqueKeysWithValues: loaded.map { ($0.id.number, $0) })
    values = original.mapValues(\.value)
  }

  /// Fires the timers rung by rung in the order of their times, each case's among themselves.
  ///
  /// - Parameters:
  ///   - due: in the order of their times.
  ///   - horizon: what a timer of before has to fire after it waits for a later batch, behind those who have waited
  ///     longer; a timer of after it fires all that is due.
  mutating func fire(_ due: [DueTimer], horizon: Instant) {
    var byCase: [Int64: [DueTimer]] = [:]
    for timer in due { byCase[timer.caseNumber, default: []].append(timer) }
    for number in byCase.keys.sorted() {
      var waiting = byCase[number] ?? []
      while let index = waiting.indices.min(by: { waiting[$0].at < waiting[$1].at }) {
        let timer = waiting.remove(at: index)
        let limit = timer.at <= horizon ? min(horizon, now) : now
        let turn = min(waiting.map(\.at).min() ?? limit, limit)
        guard let later = fire(timer, upTo: turn) else { continue }
        if later.at <= limit { waiting.append(later) } else { next.append(later.row) }
      }
    }
  }

  /// Fires what the timer has to fire by then; the timer as it is to go on, nil when it has ended.
  private mutating func fire(_ timer: DueTimer, upTo turn: Instant) -> DueTimer? {
    if let value = values[timer.caseNumber] {
      let later: DueTimer? =
        switch timer.target {
        case .clock(let wake): climb(wake, of: value, timer, upTo: turn)
        case .suspension: wake(value, timer)
        }
      if let later { return later }
    }
    ended[timer.key] = TimerRows.always
    return nil
  }

  private mutating func climb(
    _ wake: LadderMachine.Wake, of value: Case, _ timer: DueTimer, upTo turn: Instant
  ) -> DueTimer? {
    let id = CaseID(district: district, number: timer.caseNumber)
    guard
      let outcome = LadderMachine.fire(
        wake, value, id: id, by: .service("escalation"), policy: policy, now: now, upTo: turn)
    else { return nil }
    take(outcome.draft, of: timer.caseNumber)
    for case .escalated(let escalation) in outcome.draft.events.map(\.detail) {
      reached.append(Reached(caseNumber: timer.caseNumber, escalation: escalation))
    }
    flags += outcome.flags.map { (timer.caseNumber, $0) }
    return outcome.next.map { timer.going(on: $0) }
  }

  /// The clocks that run again get their timers as the journal is followed, like those of every other event.
  private mutating func wake(_ value: Case, _ timer: DueTimer) -> DueTimer? {
    if let draft = CaseMachine.wake(value, by: .service("escalation"), policy: policy, now: now) {
      take(draft, of: timer.caseNumber)
      woken += 1
      return nil
    }
    // Resumed and suspended anew before the journal's follower came so far.
    guard value.state == .suspended, let until = value.suspendedUntil else { return nil }
    return timer.going(onAt: until)
  }

  private mutating func take(_ draft: CaseDraft, of caseNumber: Int64) {
    values[caseNumber] = draft.value
    events[caseNumber, default: []] += draft.events
  }

  /// Nil when nothing was fired.
  func batch() -> JournalAppend.Batch? {
    let changes = events.filter { !$0.value.isEmpty }.keys.sorted().compactMap { number -> CaseChange? in
      guard let loaded = original[number], let value = values[number], let events = events[number] else { return nil }
      return CaseChange(
        number: number, expectedVersion: loaded.value.version, value: value, events: events,
        unitPath: policy.unitPath(value.subject.unit), filedDay: policy.filedDay(value.subject.filedAt))
    }
    return changes.isEmpty ? nil : JournalAppend.batch(changes, district: district, now: now)
  }

  func timerCalls() -> [PostgresCall] {
    TimerRows.deleteCalls(district, ended) + TimerRows.upsertCalls(district, next)
  }

  private static let insertEscalations = Statement(
    "escalations_insert",
    """
    INSERT INTO escalations (district, case_number, clock, clock_version, rung, act, receivers, due_at, rung_at,
                             fired_at, late_seconds)
    SELECT $1, n.case_number, n.clock, n.clock_version, n.rung, n.act, string_to_array(n.receivers, ' '), n.due_at,
           n.rung_at, $2, n.late_seconds
    FROM unnest($3::bigint[], $4::text[], $5::integer[], $6::text[], $7::text[], $8::text[], $9::timestamptz[],
                $10::timestamptz[], $11::bigint[])
      AS n(case_number, clock, clock_version, rung, act, receivers, due_at, rung_at, late_seconds)
    """)

  private static let insertRecords = Statement(
    "accountability_insert",
    """
    INSERT INTO accountability (district, id, case_number, clock, rung, unit, department, receivers, due_at, opened_at,
                                chain)
    SELECT $1, n.id, n.case_number, n.clock, n.rung, n.unit, n.department, string_to_array(n.receivers, ' '), n.due_at,
           $2, accountability_opening($1, n.id, n.case_number, n.clock, n.rung, n.unit, n.department, n.due_at, $2)
    FROM unnest($3::text[], $4::bigint[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[],
                $10::timestamptz[])
      AS n(id, case_number, clock, rung, unit, department, receivers, due_at)
    """)

  /// The rows that lists and discipline inspection read; their keys refuse a rung that fires twice.
  func recordCalls() -> [PostgresCall] {
    guard !reached.isEmpty else { return [] }
    let firedAt = PostgresParameter.timestamp(microseconds: now.microseconds)
    let escalations = reached.map(\.escalation)
    var calls = [
      PostgresCall(
        Self.insertEscalations,
        [
          .text(district.text), firedAt, .int64s(reached.map(\.caseNumber)),
          .texts(escalations.map(\.clock.rawValue)), .int32s(escalations.map(\.clockVersion)),
          .texts(escalations.map(\.rung)), .texts(escalations.map(\.act.rawValue)),
          .texts(escalations.map { $0.to.joined(separator: " ") }),
          .timestamps(escalations.map { PostgresTimestamp($0.dueAt) }),
          .timestamps(escalations.map { PostgresTimestamp($0.rungAt) }), .int64s(escalations.map(\.lateSeconds)),
        ])
    ]
    if !flags.isEmpty {
      calls.append(
        PostgresCall(
          Self.insertRecords,
          [
            .text(district.text), firedAt, .texts(flags.map(\.flag.id)), .int64s(flags.map(\.caseNumber)),
            .texts(flags.map(\.flag.clock.rawValue)), .texts(flags.map(\.flag.rung)),
            .texts(flags.map { values[$0.caseNumber]?.subject.unit.text ?? district.text }),
            .texts(flags.map { $0.flag.department?.text }),
            .texts(flags.map { $0.flag.to.joined(separator: " ") }),
            .timestamps(flags.map { PostgresTimestamp($0.flag.dueAt) }),
          ]))
    }
    return calls
  }
}
