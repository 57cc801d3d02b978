import Domain
import DomainSamples
import Testing

@Suite("Whatever happens to a case") struct CasePropertyTests {
  static let journeys = 400
  static let maxJourneys = 8_000
  static let steps = 60
  let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  @Test("its events alone make it, in time, and its facts hold together") func journeys() {
    let seed = UInt64.random(in: .min ... .max)
    var states: Set<CaseState> = []
    var kinds: Set<EventKind> = []
    let rare: Set<EventKind> = [.carded, .recalculated]
    // Some kinds are rare: the walk goes on, to a bound, until each has come about.
    for journey in 0..<UInt64(Self.maxJourneys) {
      if journey >= Self.journeys, kinds.union(rare).count == EventKind.allCases.count { break }
      var walk = RandomWalk(seed: seed &+ journey, policy: policy)
      let place = "seed \(seed &+ journey)"
      for _ in 0..<Self.steps {
        let before = walk.sample.events.count
        guard walk.step() else { continue }
        for event in walk.sample.events[before...] { check(event, place) }
        check(walk.sample.value, place)
        states.insert(walk.sample.value.state)
      }
      checkFold(walk.sample, place)
      kinds.formUnion(walk.sample.events.map(\.kind))
    }
    // A walk of this length that misses a state or a kind altogether would be one in very many.
    #expect(Set(CaseState.allCases).subtracting(states) == [], "seed \(seed)")
    // The walk's policy gives no cards and its calendar knows every year.
    #expect(Set(EventKind.allCases).subtracting(kinds) == rare, "seed \(seed)")
  }

  private func checkFold(_ sample: SampleCase, _ place: String) {
    let events = sample.events
    var folded = Case(beginning: events[0])
    for (earlier, later) in zip(events, events.dropFirst()) {
      #expect(later.before == earlier.after, "\(place)")
      #expect(later.at >= earlier.at, "\(place): time never runs backwards")
      folded.apply(later)
    }
    #expect(folded == sample.value, "\(place)")
    #expect(folded.version == Int64(events.count), "\(place)")
  }

  private func check(_ event: CaseEvent, _ place: String) {
    guard let before = event.before else { return }
    // What has happened once is never taken back, but for what a rework undoes and a void or merged case is not.
    let lost = before.facts.subtracting(event.after.facts)
    switch event.kind {
    case .voided, .merged: #expect(lost.isSubset(of: .valid), "\(place)")
    case .reworked:
      #expect(lost.isSubset(of: [.handled, .onTimeHandle, .signed, .onTimeSign]), "\(place)")
    case .reopened:
      let undone: CaseFacts = [.closed, .onSpot, .handled, .onTimeHandle, .signed, .onTimeSign, .onTimeClose]
      #expect(lost.isSubset(of: undone), "\(place)")
    case .revisited: #expect(lost.isSubset(of: [.satisfied, .dissatisfied, .unrated]), "\(place)")
    case .dispatched:
      // A part that was late is the case's once its department leads.
      let becameLate = !event.after.facts.intersection(.late).subtracting(before.facts).isEmpty
      let onTime: CaseFacts = [.onTimeContact, .onTimeSign, .onTimeHandle]
      #expect(lost.isSubset(of: becameLate ? onTime : .onTimeContact), "\(place)")
    default: #expect(lost.isSubset(of: .onTimeContact), "\(place): \(event.kind)")
    }
    let goesOn = before.state.isOpen || before.state == event.after.state || event.kind == .reopened
    #expect(goesOn, "\(place): what is over stays over")
    for part in event.parts {
      let isTaken = event.kind == .dispatched && part.department == event.after.lead
      let late = part.before.intersection(.late)
      #expect(late.isSubset(of: isTaken ? event.after.facts : part.after), "\(place): a part that was late stays late")
      #expect(!isTaken || part.after.isEmpty, "\(place): whoever leads is counted by the case")
      #expect(!part.after.isSuperset(of: [.onTimeHandle, .lateHandle]), "\(place)")
      #expect(!part.after.isSuperset(of: [.onTimeSign, .lateSign]), "\(place)")
    }
  }

  private func check(_ value: Case, _ place: String) {
    let facts = value.facts
    #expect(facts.contains(.reported), "\(place)")
    #expect(facts.contains(.closed) == (value.state == .closed), "\(place)")
    #expect(facts.contains(.closed) == (value.closedAt != nil), "\(place)")
    #expect(facts.contains(.handled) == (value.handledAt != nil), "\(place)")
    if value.state == .closed || value.state.isOpen {
      #expect(facts.contains(.valid) == (value.state != .reported), "\(place)")
    } else {
      #expect(!facts.contains(.valid), "\(place)")
    }
    #expect(!facts.isSuperset(of: [.onTimeSign, .lateSign]), "\(place)")
    #expect(!facts.isSuperset(of: [.onTimeHandle, .lateHandle]), "\(place)")
    #expect(!facts.isSuperset(of: [.onTimeClose, .lateHandle]), "\(place)")
    if facts.contains(.onTimeClose) { #expect(facts.contains(.closed), "\(place)") }
    if [.dispatched, .signed, .handled].contains(value.state) { #expect(value.lead != nil, "\(place)") }
    if [.filed, .desk, .reported].contains(value.state) { #expect(value.lead == nil, "\(place)") }
    let running = value.clocks.filter(\.isRunning)
    if !value.state.isOpen {
      let after: Set<ClockMatter> = [.order, .supervision, .appeal]
      #expect(running.allSatisfy { after.contains($0.matter) }, "\(place)")
    }
    for name in ClockName.allCases {
      let clocks = value.clocks.filter { $0.name == name }
      #expect(clocks.map(\.version).sorted() == clocks.indices.map { Int32($0 + 1) }, "\(place)")
    }
    let held = running.filter { $0.matter != .order }.map { "\($0.name) \($0.matter) \($0.department?.text ?? "")" }
    #expect(Set(held).count == held.count, "\(place): one clock of a name and matter runs at a time \(held)")
    checkRest(value, running, place)
    for clock in value.clocks {
      #expect(clock.isRunning == (clock.stoppedAt == nil), "\(place)")
      #expect(clock.stages.indices.contains(clock.stage), "\(place)")
      guard let stoppedAt = clock.stoppedAt else { continue }
      #expect((clock.state == .late) == ((clock.pausedAt ?? stoppedAt) > clock.finalDueAt), "\(place)")
    }
    let rungs = value.escalations.map(\.escalation).map { "\($0.clock) \($0.clockVersion) \($0.rung)" }
    #expect(Set(rungs).count == rungs.count, "\(place): each rung at most once")
  }

  /// What waits for someone has a clock, and what stands still does so only while the case is set aside.
  private func checkRest(_ value: Case, _ running: [CaseClock], _ place: String) {
    #expect((value.state == .suspended) == (value.suspendedUntil != nil), "\(place)")
    #expect(value.state == .suspended || running.allSatisfy { !$0.isPaused }, "\(place)")
    #expect(Set(value.requests.map(\.department)).count == value.requests.count, "\(place)")
    let waiting = running.filter { $0.matter == .request }.compactMap(\.department).sorted()
    #expect(waiting == value.requests.map(\.department).sorted(), "\(place): each request has a clock of decision")
    let orders = running.filter { $0.name == .answer }.map(\.version).sorted()
    let owed = value.orders.filter(\.awaitsAnswer).compactMap(\.clockVersion).sorted()
    #expect(value.state == .void || value.state == .merged || orders == owed, "\(place): each owed answer has a clock")
    for part in value.parts where part.state == .assigned && value.state.isOpen && value.lead != nil {
      let clocks = running.filter { $0.matter == .part && $0.department == part.department }
      #expect(clocks.contains { $0.name == .handle }, "\(place): \(part.department) \(value.state)")
    }
  }
}
