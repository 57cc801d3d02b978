import Domain

/// A place where another report may join a case: that of an open one, or of one that was merged into an open one and
/// still tells of the incident.
struct OpenCase: Sendable, Hashable {
  let number: Int64
  /// The case that takes the report: the same, or the one into which it was merged.
  var joins: Int64
  let category: CategoryCode
  let point: GeoPoint
  /// When the last report of it came. Windows are counted from here, so that what goes on being reported, as by a
  /// camera that fires every minute, stays one case.
  var reportedAt: Instant
  /// What the case is about; nil where it names no subject or this process does not know it.
  let subject: SubjectMark?

  init(
    number: Int64, joins: Int64? = nil, category: CategoryCode, point: GeoPoint, reportedAt: Instant,
    subject: SubjectMark? = nil
  ) {
    self.number = number
    self.joins = joins ?? number
    self.category = category
    self.point = point
    self.reportedAt = reportedAt
    self.subject = subject
  }
}

/// Tells subjects apart without holding their codes, which may be a person's and must be erasable: a hash whose seed
/// ends with the process. Other marks are other subjects; equal ones may be.
struct SubjectMark: Sendable, Hashable {
  private let hash: Int

  init?(_ code: String?) {
    guard let code else { return nil }
    hash = code.hashValue
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

  /// The categories that a case may have so that the report repeats it.
  static func categories(like category: CategoryCode, rule: RepeatRule, catalogue: Catalogue) -> [CategoryCode] {
    switch rule.same {
    case .category: [category]
    case .class: catalogue.classmates(of: category)
    }
  }

  /// The nearest of the cases that are the same incident by the rule: of one of the categories, within its radius, and
  /// reported so recently that its window has not run out. Cases that are known to be about another subject are passed
  /// over. Of two at the same distance, the older one.
  static func nearest(
    to point: GeoPoint, categories: [CategoryCode], subject: SubjectMark? = nil, among cases: some Sequence<OpenCase>,
    rule: RepeatRule, calendar: WorkingCalendar, now: Instant
  ) -> OpenCase? {
    var best: (distance: Double, found: OpenCase)?
    for candidate in cases where categories.contains(candidate.category) {
      if differ(candidate.subject, subject) { continue }
      let distance = point.distanceMetres(to: candidate.point)
      guard distance <= rule.radiusMetres else { continue }
      if let best, (best.distance, best.found.number) <= (distance, candidate.number) { continue }
      guard now <= calendar.advance(from: candidate.reportedAt, by: rule.window).at else { continue }
      best = (distance, candidate)
    }
    return best?.found
  }

  /// Whether what two reports are about cannot be one thing: both name a subject, and not the same.
  static func differ<Subject: Equatable>(_ subject: Subject?, _ other: Subject?) -> Bool {
    guard let subject, let other else { return false }
    return subject != other
  }
}
