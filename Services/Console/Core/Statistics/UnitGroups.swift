import Domain
import GridNetwork

/// How the units of a scope are gathered into groups: by the units right under the scope's own, or by those of a tier.
///
/// A case that lies above every group, as one whose grid is not known, is a group of its own unit.
struct UnitGroups: Sendable {
  /// The groups, in the order of the network's units.
  let members: [UnitCode]
  private let known: Set<UnitCode>
  private let scope: StatisticsScope

  init(_ scope: StatisticsScope, tier: String?) {
    self.scope = scope
    let tree = scope.view.policy.units
    members =
      if let tier {
        ((tree.city.map { [$0] } ?? []) + tree.units).filter { $0.tier == tier && scope.covers($0.code) }.map(\.code)
      } else {
        tree.children(of: scope.unit).map(\.code)
      }
    known = Set(members)
  }

  func group(of unit: UnitCode) -> UnitCode { scope.path(to: unit).first { known.contains($0) } ?? unit }

  /// Whether the group is a single unit rather than all that lies under it.
  func isDirect(_ group: UnitCode) -> Bool { !known.contains(group) }

  /// Every unit of the network, retired ones as well, with its group: what the database groups by.
  var mapping: (units: [String], groups: [String]) {
    let units = scope.view.policy.units.units.map(\.code) + scope.view.network.retiredUnits.map(\.code)
    return (units.map(\.text), units.map { group(of: $0).text })
  }
}
