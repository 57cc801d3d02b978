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
      event(.signed(), dispatched, CaseStanding(state: .signed, lead: "urban", facts: [.signed, .lateSign]), [late]),
      event(.returned(Return(reason: "not ours", responsible: "water")), dispatched, moved(.desk)),
      event(
        .handled(HandedIn(result: "fenced", stage: 0, isFinal: false)), moved(.signed), moved(.signed), [second]),
      event(.handled(HandedIn(result: "done", stage: 1, isFinal: true)), moved(.signed), moved(.handled)),
      event(.verified(passed: true, note: ""), moved(.handled), moved(.handled)),
      event(.reworked(note: "still there"), moved(.handled), dispatched),
      event(.closed(.onSpot(action: "told", note: "moved")), filed, moved(.closed)),
      event(.closed(.verified), moved(.handled), moved(.closed)),
      event(.voided(reason: "error"), filed, moved(.void, [.reported, .filed])),
      event(.escalated(escalation), dispatched, dispatched),
      event(
        .flagged(accountabilityID: "440306-1024-handle-33-red", clock: .handle, rung: "red"), dispatched, dispatched),
      event(.commented(text: "说明"), filed, filed),
    ] + (try later(dispatched, moved(.signed), other))
  }

  /// What the whole closed loop added; behind the others, so that theirs keep their places.
  private static func later(
    _ dispatched: CaseStanding, _ signed: CaseStanding, _ other: CaseID
  ) throws -> [CaseEvent] {
    let twoDays = try Limit("2 work_days")
    let paused = CaseClock(
      name: .handle, matter: .part, department: "water", version: 3, startedAt: moment,
      stages: [
        ClockStage(
          name: "", limit: twoDays, dueAt: moment + 172_800, provisional: false,
          extensions: [twoDays, try Limit("3 work_hours")])
      ], pausedAt: moment + 60, paused: 5_000_000, rebasedAt: moment + 30)
    let parts = [
      PartChange(department: "water", step: .assigned, before: [], after: .dispatched),
      PartChange(department: "power", step: .excused, before: [.dispatched, .lateSign], after: .lateSign),
    ]
    let details: [EventDetail] = [
      .dispatched(
        Dispatch(
          lead: "urban", assists: ["water"], rule: nil, note: "", policyVersion: 3, appointed: true, rejectsReturn: true
        )),
      .signed(part: "water"),
      .returned(Return(reason: "no pipe", responsible: nil, part: "water")),
      .handled(
        HandedIn(
          result: "done", stage: 0, isFinal: true, checklist: ["fenced", "signed"], photos: ["a1", "b2"], part: "water")
      ),
      .split(.into(other)), .split(.from(other)), .contacted(reached: true, note: "called"),
      .extensionRequested(department: "urban", by: twoDays, reason: "rain"),
      .extensionGranted(department: "urban", by: twoDays), .extensionRefused(department: "urban", reason: "no"),
      .suspensionRequested(department: "urban", until: moment + 864_000, reason: "frost"),
      .suspensionRefused(department: "urban", reason: "no frost"), .suspended(until: moment + 864_000, reason: "frost"),
      .resumed(note: "thaw"), .revisited(Revisit(rating: .dissatisfied, note: "still dark", mustSupervise: true)),
      .supervised(
        Supervision(
          number: 2, form: "joint", note: "see to it", department: "urban", awaitsAnswer: true, jointly: ["监察局"])),
      .answered(order: 2, text: "seen to"),
      .coordinated(Coordination(outcome: "agreed", participants: ["urban", "water"], excused: ["water"])),
      .appointed(Appointment(lead: "urban", assists: ["water"], basis: .leads, note: "指定")),
      .carded(Card(cause: .rejectedReturns, count: 2, act: .red, to: ["supervisor@d"], department: "urban")),
      .reopened(reason: "again"), .appealed(department: "urban", reason: "flood"),
      .appealDecided(accepted: true, reason: "it was"), .recalculated(policyVersion: 4), .revealed(reason: "call back"),
      .erased(reason: "asked to"),
    ]
    return details.map { detail in
      CaseEvent(
        detail: detail, at: moment, actor: "user:wu", subject: subject, before: dispatched, after: signed,
        clocks: [paused], parts: parts)
    }
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
