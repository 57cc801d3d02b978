public import Domain

/// A proposed change of grids, compared with a network as a whole.
public struct GridChangeCheck: Sendable {
  private let network: LoadedNetwork
  private let source: any NetworkSource

  /// - Parameters:
  ///   - network: as it is, read with its shapes.
  ///   - source: the files it was read from.
  public init(network: LoadedNetwork, source: some NetworkSource) {
    self.network = network
    self.source = source
  }

  /// The grids with their corners on those of the grids that give way, where they are meant to be there.
  public func snapped(_ drawn: [DrawnGrid], to grids: [UnitCode]) -> [DrawnGrid] {
    let shapes = grids.compactMap { network.shapes[$0] }
    return drawn.map { $0.snapped(to: shapes) }
  }

  /// Everything that is wrong with it but for its day: units, codes and numbers; the ground; and what else of the network
  /// would not hold together any more, such as a rule that names a grid which gives way. Takes as long as reading the
  /// network once.
  /// - Throws: ``NetworkSourceError`` when the network's files cannot be read.
  public func faults(_ plan: GridChangePlan, _ drawn: [DrawnGrid]) throws -> [GridPlanFault] {
    var faults = GridPlanCheck(plan, units: network.policy.units).faults
    let old = plan.grids.compactMap { code in network.shapes[code].map { (code: code, shape: $0) } }
    if old.count == plan.grids.count, !drawn.isEmpty {
      faults += GridGroundCheck(tolerances: network.tolerances, old: old, drawn: drawn).faults
    }
    if plan.kind == .merge, let merged = drawn.first, merged.shape.polygons.count > 1,
      old.allSatisfy({ $0.shape.polygons.count == 1 })
    {
      faults.append(
        GridPlanFault(
          field: "grids", code: "not_adjacent", detail: "The grids do not touch: one grid lies in one piece."))
    }
    guard faults.isEmpty else { return faults }
    do {
      _ = try NetworkReader.read(
        ChangedSource(source, changes: network.gridChanges + [record("-", plan, drawn)]), geometry: .skip)
    } catch let invalid as InvalidNetwork {
      return invalid.faults.map {
        GridPlanFault(
          field: "network", code: "invalid_network",
          detail: "\($0.file), line \($0.line): \($0.message) (\($0.remedy)).")
      }
    }
    return []
  }

  /// The change as the network's files will carry it.
  public func record(_ id: String, _ plan: GridChangePlan, _ drawn: [DrawnGrid]) -> GridChangeRecord {
    GridChangeRecord(id: id, kind: plan.kind, effective: plan.effective, replaces: plan.grids, grids: drawn)
  }

  /// The grids as they are, as a feature collection.
  public func before(_ grids: [UnitCode]) -> [UInt8] {
    DrawnGrid.collection(
      grids.compactMap { code in
        guard let unit = network.policy.units[code], let shape = network.shapes[code], let parent = unit.parent else {
          return nil
        }
        return DrawnGrid(
          grid: ProposedGrid(
            code: code, parent: parent, nameZh: unit.nameZh, nameEn: unit.nameEn, exclusive: unit.exclusive),
          shape: shape)
      })
  }
}
