/// A report that has passed every check at the door.
public struct Report: Sendable, Hashable {
  public let source: ReportSource
  public let category: CategoryCode
  public let unit: UnitCode
  public let layers: [String]
  public let priority: Priority
  public let point: GeoPoint?
  public let reading: PlaceReading?
  public let occurredAt: Instant?
  public let onSpot: OnSpot?
  public let contentDigest: [UInt8]

  /// What the officer did about it at once (教育劝喻, 前置处理).
  public struct OnSpot: Sendable, Hashable {
    public let action: String
    public let note: String
    public init(action: String, note: String) {
      self.action = action
      self.note = note
    }
  }

  public init(
    source: ReportSource, category: CategoryCode, unit: UnitCode, layers: [String] = [], priority: Priority = .normal,
    point: GeoPoint? = nil, reading: PlaceReading? = nil, occurredAt: Instant? = nil, onSpot: OnSpot? = nil,
    contentDigest: [UInt8]
  ) {
    self.source = source
    self.category = category
    self.unit = unit
    self.layers = layers
    self.priority = priority
    self.point = point
    self.reading = reading
    self.occurredAt = occurredAt
    self.onSpot = onSpot
    self.contentDigest = contentDigest
  }
}

extension CaseMachine {
  /// Begins a case: `reported` where the policy wants this source verified first, else `filed`, and `closed` with it
  /// when it was settled on the spot.
  public static func file(_ report: Report, by actor: Actor, policy: NetworkPolicy, now: Instant) -> CaseDraft {
    let subject = CaseSubject(
      unit: report.unit, category: report.category, source: report.source, filedAt: now, finder: actor.text,
      priority: report.priority, layers: report.layers)
    let filing = Filing(
      point: report.point, reading: report.reading, occurredAt: report.occurredAt,
      contentDigest: report.contentDigest, policyVersion: policy.version)
    let verifyFirst = policy.casePolicy.verifyFirst.contains(report.source) && report.onSpot == nil
    var clocks: [CaseClock] = []
    if verifyFirst {
      clocks = [
        CaseClock.start(
          .verify, for: subject.traits(policy: policy), department: nil, version: 1, at: now, policy: policy)
      ].compactMap { $0 }
    }
    var draft = CaseDraft(
      beginning: verifyFirst ? .reported(filing) : .filed(filing), subject: subject, actor: actor.text, now: now,
      clocks: clocks)
    if let onSpot = report.onSpot {
      draft.record(
        .closed(.onSpot(action: onSpot.action, note: onSpot.note)), state: .closed, adding: [.closed, .onSpot])
    }
    return draft
  }

  /// Joins another report of the same incident to the case.
  public static func join(
    _ value: Case, source: ReportSource, contentDigest: [UInt8], by actor: Actor, now: Instant
  ) -> CaseDraft {
    var draft = CaseDraft(value, actor: actor.text, now: now)
    draft.record(.merged(.repeated(source: source, reporter: actor.text, contentDigest: contentDigest)))
    return draft
  }
}
