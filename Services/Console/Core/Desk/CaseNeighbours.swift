import Casework
import Domain

/// An open case near another.
struct CaseNeighbour: Sendable {
  let summary: CaseSummary
  /// Nil where one of the two has no position.
  let metres: Double?
  /// Of the same class of the catalogue and so near that both may tell of one incident.
  let mayRepeat: Bool
}

/// Finds the open cases around one: whether a case is a repeat of another is for a person to see.
struct CaseNeighbours: Sendable {
  static let radiusMetres = 300.0
  /// Cases that are shown at most.
  static let maxShown = 8
  /// The newest of those around that are looked at.
  private static let maxFound = 200
  /// Without a rule for repeats, cases of one class so near each other may be one.
  private static let usualRepeatMetres = 100.0

  /// What may be one with the case first, then by distance.
  static func of(
    _ id: CaseID, _ value: Case, view: CallerView, console: Console, now: Instant
  ) async throws -> [CaseNeighbour] {
    let like = Set(view.policy.catalogue.classmates(of: value.subject.category))
    var filter = CaseFilter()
    filter.states = CaseState.allCases.filter(\.isOpen)
    if let point = value.filing.point, let box = box(around: point) {
      filter.box = box
    } else {
      filter.unit = value.subject.unit
      filter.categories = like.sorted()
    }
    // A merge keeps to one journal, so a neighbour of another district is none.
    let page = try await console.cases.page(
      view.sight.among([id.district]), filter, order: .newestFirst, limit: maxFound, now: now)
    let reach = repeatMetres(value, view.policy)
    let found = page.cases.filter { $0.id != id }.compactMap { summary -> CaseNeighbour? in
      let metres = value.filing.point.flatMap { point in summary.point.map { point.distanceMetres(to: $0) } }
      if let metres, metres > radiusMetres { return nil }
      let isNear = metres.map { $0 <= reach } ?? (summary.unit == value.subject.unit)
      return CaseNeighbour(
        summary: summary, metres: metres, mayRepeat: isNear && like.contains(summary.category))
    }
    let sorted = found.sorted {
      ($0.mayRepeat ? 0 : 1, $0.metres ?? 0, $0.summary.id.number)
        < ($1.mayRepeat ? 0 : 1, $1.metres ?? 0, $1.summary.id.number)
    }
    return Array(sorted.prefix(maxShown))
  }

  private static func repeatMetres(_ value: Case, _ policy: NetworkPolicy) -> Double {
    let traits = value.traits(policy: policy)
    let rule = policy.repeats.first { policy.matches($0.condition, traits) }
    return max(rule?.radiusMetres ?? 0, usualRepeatMetres)
  }

  private static func box(around point: GeoPoint) -> CaseFilter.Box? {
    let metresPerDegree = GeoPoint.earthRadiusMetres * .pi / 180
    let reach = radiusMetres / metresPerDegree
    // Meridians draw together away from the equator; nobody governs a grid beyond 80 degrees.
    let across = reach * (point.latitude.magnitude < 60 ? 2 : 6)
    return CaseFilter.Box(
      west: max(point.longitude - across, -180), south: max(point.latitude - reach, -90),
      east: min(point.longitude + across, 180), north: min(point.latitude + reach, 90))
  }
}
