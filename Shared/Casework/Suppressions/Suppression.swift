public import Domain

/// An area, categories and a span of time whose reports all join one case.
public struct Suppression: Sendable, Hashable {
  public enum State: String, Sendable, CaseIterable {
    /// It has not begun.
    case upcoming
    case running
    /// Its time has run out.
    case over
    /// A person ended it before its time.
    case ended
  }

  public let district: UnitCode
  public let id: String
  public let reason: String
  /// Reports of this unit and all below it.
  public let unit: UnitCode
  /// A class stands for all categories below it; never empty.
  public let categories: [CategoryCode]
  /// Empty: every source.
  public let sources: [ReportSource]
  public let from: Instant
  /// The first moment at which it no longer holds.
  public let until: Instant
  public let createdBy: String
  public let createdAt: Instant
  public let endedBy: String?
  public let endedAt: Instant?
  /// The case that reports join; nil before the first one.
  public let anchor: CaseID?
  /// Reports taken under it, those that began a case included.
  public let reports: Int64

  public func state(at now: Instant) -> State {
    if endedAt != nil { return .ended }
    if now >= until { return .over }
    return now < from ? .upcoming : .running
  }

  /// Whether a report is taken under it. One that was settled on the spot is a case that is closed at once, and none
  /// joins it or is joined by it.
  public func matches(_ report: Report, policy: NetworkPolicy, now: Instant) -> Bool {
    state(at: now) == .running && report.onSpot == nil && (sources.isEmpty || sources.contains(report.source))
      && policy.units.contains(unit, report.unit)
      && categories.contains { policy.catalogue.contains($0, report.category) }
  }

  /// Every category of the catalogue under which a case can be meant.
  public func fileableCategories(_ catalogue: Catalogue) -> [CategoryCode] {
    catalogue.categories.lazy.filter(\.fileable).map(\.code).filter { code in
      categories.contains { catalogue.contains($0, code) }
    }
  }
}
