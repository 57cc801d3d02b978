import Domain

/// A case that another report may join: open, with a position.
struct OpenCase: Sendable, Hashable {
  let number: Int64
  let category: CategoryCode
  let point: GeoPoint
  let filedAt: Instant

  init(number: Int64, category: CategoryCode, point: GeoPoint, filedAt: Instant) {
    self.number = number
    self.category = category
    self.point = point
    self.filedAt = filedAt
  }
}

/// Whether a report tells of an incident that is already a case. Pure.
enum RepeatDecision {
  /// The first rule of the policy whose condition the report meets; nil when repeats of it are not recognised.
  ///
  /// A report that was settled on the spot, or has no position, repeats nothing.
  static func rule(
    for report: Report, description: String, policy: NetworkPolicy, now: Instant
  ) -> RepeatRule? {
    guard report.point != nil, report.onSpot == nil, !policy.repeats.isEmpty else { return nil }
    let readsText = policy.repeats.contains { !$0.condition.texts.isEmpty }
    let traits = CaseTraits(
      category: report.category, unit: report.unit, layers: report.layers, source: report.source,
      priority: report.priority, text: readsText ? description.lowercased() : "",
      minuteOfDay: policy.calendar.minuteOfDay(at: now))
    return policy.repeats.first { policy.matches($0.condition, traits) }
  }

  /// The nearest of the cases that are the same incident by the rule: of the same category, within its radius, and
  /// filed so recently that its window has not run out. Of two at the same distance, the older one.
  static func nearest(
    to point: GeoPoint, category: CategoryCode, among cases: some Sequence<OpenCase>, rule: RepeatRule,
    calendar: WorkingCalendar, now: Instant
  ) -> OpenCase? {
    var best: (distance: Double, found: OpenCase)?
    for candidate in cases where candidate.category == category {
      let distance = point.distanceMetres(to: candidate.point)
      guard distance <= rule.radiusMetres else { continue }
      if let best, (best.distance, best.found.number) <= (distance, candidate.number) { continue }
      guard now <= calendar.advance(from: candidate.filedAt, by: rule.window).at else { continue }
      best = (distance, candidate)
    }
    return best?.found
  }

  /// Whether what two reports are about cannot be one thing: both name a subject by code, and not the same.
  static func differ(_ subject: String?, _ other: String?) -> Bool {
    guard let subject, let other else { return false }
    return subject != other
  }
}
