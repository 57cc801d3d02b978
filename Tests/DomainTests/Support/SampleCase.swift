public import Domain

/// A case on its way, with the events that made it and a clock that is moved by hand.
public struct SampleCase: Sendable {
  public private(set) var value: Case
  public private(set) var events: [CaseEvent]
  public var now: Instant
  public var policy: NetworkPolicy

  /// Files a report of the sample network at ``SampleTime/start``.
  public init(
    policy: NetworkPolicy, category: CategoryCode = "0101", unit: UnitCode = "g1", source: ReportSource = .officer,
    priority: Priority = .normal, onSpot: Report.OnSpot? = nil, by actor: Actor = SampleActors.finder,
    at now: Instant = SampleTime.start
  ) {
    let report = Report(
      source: source, category: category, unit: unit, layers: ["fire/f1"], priority: priority,
      point: GeoPoint(latitude: 22.55, longitude: 113.88),
      reading: PlaceReading(latitude: 22.5527, longitude: 113.8885, datum: .gcj02),
      occurredAt: now - 600, onSpot: onSpot, contentDigest: [UInt8](0..<32))
    let draft = CaseMachine.file(report, by: actor, policy: policy, now: now)
    value = draft.value
    events = draft.events
    self.now = now
    self.policy = policy
  }

  /// Carries a command out, so many seconds later, and returns its events.
  @discardableResult
  public mutating func act(
    _ command: CaseCommand, by actor: Actor, after seconds: Int64 = 60
  ) throws -> [CaseEvent] {
    now = now + seconds
    return take(try CaseMachine.decide(value, command, by: actor, policy: policy, now: now))
  }

  /// Lets the policy's rules send the filed case to its department.
  @discardableResult
  public mutating func route(after seconds: Int64 = 60) -> [CaseEvent] {
    now = now + seconds
    let decision = Router.route(value.traits(policy: policy), policy: policy)
    guard
      let draft = CaseMachine.route(value, decision, by: .service("dispatcher"), policy: policy, now: now)
    else { return [] }
    return take(draft)
  }

  /// Takes over what a draft decided.
  @discardableResult
  public mutating func take(_ draft: CaseDraft) -> [CaseEvent] {
    value = draft.value
    events += draft.events
    return draft.events
  }

  /// The last clock of that name that timed the case itself.
  public func clock(_ name: ClockName) -> CaseClock? { value.clocks.last { $0.name == name && $0.matter == .whole } }
}

extension SampleCase {
  /// A case that was brought to a state along the shortest way.
  public static func reaching(_ state: CaseState, policy: NetworkPolicy) throws -> SampleCase {
    if state == .reported {
      return SampleCase(policy: policy, source: .citizen, by: SampleActors.user("citizen", nil, "d"))
    }
    var sample = SampleCase(policy: policy)
    switch state {
    case .void: try sample.act(.void(reason: "test"), by: SampleActors.dispatcher)
    case .merged: try sample.act(.merge(into: CaseID(district: "d", number: 9)), by: SampleActors.dispatcher)
    case .desk:
      sample.route()
      try sample.act(.return(reason: "not ours", responsible: nil), by: SampleActors.urban)
    case .dispatched, .signed, .handled, .closed, .suspended: sample.route()
    case .reported, .filed: break
    }
    if [.signed, .handled, .closed, .suspended].contains(state) { try sample.act(.sign, by: SampleActors.urban) }
    if [.handled, .closed].contains(state) { try sample.act(.handle(result: "cleared"), by: SampleActors.urban) }
    if state == .closed { try sample.act(.verify(passed: true, note: ""), by: SampleActors.officer) }
    if state == .suspended {
      let end = sample.now + 5 * SampleTime.day
      try sample.act(.suspend(until: end, reason: "waits for spring"), by: SampleActors.supervisor)
    }
    return sample
  }
}

/// SplitMix64: small, seeded and the same everywhere.
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64
  public init(seed: UInt64) { state = seed }

  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
    return mixed ^ mixed >> 31
  }
}
