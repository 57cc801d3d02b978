import Domain

/// One event of every kind, and of every form that a kind has, with fixed values.
enum GoldenEvents {
  static let moment = Instant(microseconds: 1_772_413_200_123_456)
  static let subject = CaseSubject(
    unit: "440306017001001", category: "0105", source: .officer, filedAt: moment - 60, finder: "user:li",
    priority: .urgent, layers: ["fire/f1", "safety/9"])
  static let bareSubject = CaseSubject(
    unit: "d", category: "0101", source: .citizen, filedAt: moment, finder: "source:app")
  static let filing = Filing(
    point: GeoPoint(latitude: 22.5558, longitude: 113.8836),
    reading: PlaceReading(latitude: 22.5527547, longitude: 113.8884864, datum: .gcj02),
    occurredAt: moment - 600, contentDigest: [UInt8](0..<32), policyVersion: 3)
  static let bareFiling = Filing(
    point: nil, reading: nil, occurredAt: nil, contentDigest: [], policyVersion: 1)

  static func clock(_ name: ClockName, stage: Int, stoppedAt: Instant?, _ state: CaseClock.State) throws -> CaseClock {
    CaseClock(
      name: name, department: "urban", version: 2, startedAt: moment,
      stages: [
        ClockStage(name: "fence", limit: try Limit("3 urgent_hours"), dueAt: moment + 10_800, provisional: false),
        ClockStage(name: "restore", limit: try Limit("5 work_days"), dueAt: moment + 604_800, provisional: true),
      ], stage: stage, stoppedAt: stoppedAt, state: state)
  }

  static func all() throws -> [CaseEvent] {
    let other = CaseID(district: "440306", number: 1_024)
    let escalation = Escalation(
      clock: .handle, clockVersion: 33, rung: "red", act: .red, to: ["supervisor@440306017", "handler@440306/urban"],
      dueAt: moment + 10_800, rungAt: moment + 10_800, lateSeconds: 7)
    let filed = CaseStanding(state: .filed, lead: nil, facts: [.reported, .filed, .valid])
    let dispatched = CaseStanding(
      state: .dispatched, lead: "urban", facts: [.reported, .filed, .valid, .dispatched])
    let running = try clock(.handle, stage: 0, stoppedAt: nil, .running)
    let second = try clock(.handle, stage: 1, stoppedAt: nil, .running)
    let late = try clock(.sign, stage: 0, stoppedAt: moment + 700_000, .late)
    func event(
      _ detail: EventDetail, _ before: CaseStanding?, _ after: CaseStanding, _ clocks: [CaseClock] = [],
      of subject: CaseSubject = subject
    ) -> CaseEvent {
      CaseEvent(
        detail: detail, at: moment, actor: "user:wu", subject: subject, before: before, after: after, clocks: clocks)
    }
    func moved(_ state: CaseState, _ facts: CaseFacts = [.reported, .filed, .valid]) -> CaseStanding {
      CaseStanding(state: state, lead: nil, facts: facts)
    }
    return [
      event(.reported(bareFiling), nil, moved(.reported, .reported), of: bareSubject),
      event(.filed(filing), nil, filed),
      event(.rejected(reason: "nothing there"), moved(.reported, .reported), moved(.void, .reported)),
      event(.merged(.repeated(source: .camera, reporter: "source:camera", contentDigest: [9, 8])), filed, filed),
      event(.merged(.into(other)), filed, moved(.merged, [.reported, .filed])),
      event(.merged(.absorbed(other)), filed, filed),
      event(
        .dispatched(
          Dispatch(lead: "urban", assists: ["water", "power"], rule: "street order", note: "", policyVersion: 3)),
        filed, dispatched, [running]),
      event(
        .dispatched(Dispatch(lead: "urban", assists: [], rule: nil, note: "由专人派遣", policyVersion: 3)), filed,
        dispatched),
      event(.desked(reason: .unroutable, note: ""), filed, moved(.desk)),
      event(.signed, dispatched, CaseStanding(state: .signed, lead: "urban", facts: [.signed, .lateSign]), [late]),
      event(.returned(reason: "not ours", responsible: "water"), dispatched, moved(.desk)),
      event(
        .handled(result: "fenced", stage: 0, isFinal: false), moved(.signed), moved(.signed), [second]),
      event(.handled(result: "done", stage: 1, isFinal: true), moved(.signed), moved(.handled)),
      event(.verified(passed: true, note: ""), moved(.handled), moved(.handled)),
      event(.reworked(note: "still there"), moved(.handled), dispatched),
      event(.closed(.onSpot(action: "told", note: "moved")), filed, moved(.closed)),
      event(.closed(.verified), moved(.handled), moved(.closed)),
      event(.voided(reason: "error"), filed, moved(.void, [.reported, .filed])),
      event(.escalated(escalation), dispatched, dispatched),
      event(
        .flagged(accountabilityID: "440306-1024-handle-33-red", clock: .handle, rung: "red"), dispatched, dispatched),
      event(.commented(text: "说明"), filed, filed),
    ]
  }
}

extension [UInt8] {
  var hex: String {
    map { byte in
      let digits = String(byte, radix: 16)
      return digits.count == 1 ? "0" + digits : digits
    }.joined()
  }
}
