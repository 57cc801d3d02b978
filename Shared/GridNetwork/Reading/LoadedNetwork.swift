public import Domain

/// What is read of a network directory's geometry.
public enum GeometryReading: Sendable, Hashable {
  /// Nothing: for services that never ask where a point lies.
  case skip
  /// The index alone; the shapes are let go.
  case index
  /// The index and every shape, for maps.
  case shapes
}

/// A professional layer beside the base grids, e.g. the fire brigade's grids.
public struct ProfessionalLayer: Sendable {
  /// Where its grids lie.
  public enum Ground: Sendable {
    /// Anywhere, across the borders of units.
    case shapes(GridIndex)
    /// Aligned with the base grids: the professional grid of each unit and of all below it.
    case units([UnitCode: UnitCode])
  }

  /// The name of its file without the suffix.
  public let name: String
  public let ground: Ground

  /// The professional grid at a point; nil where there is none.
  /// - Parameter path: the units that hold the point, from the root down.
  func code(at point: LatticePoint, path: [Unit]) -> UnitCode? {
    switch ground {
    case .shapes(let index): index.unit(at: point)
    case .units: code(of: path)
    }
  }

  /// The professional grid of a unit, where the layer is made of units.
  /// - Parameter path: from the root down to the unit.
  func code(of path: [Unit]) -> UnitCode? {
    guard case .units(let codes) = ground else { return nil }
    return path.lazy.reversed().compactMap { codes[$0.code] }.first
  }
}

/// One version of a network: the policy and, where it was asked for, the geometry. Never changes; shared by every thread.
public final class LoadedNetwork: Sendable {
  public let identity: NetworkIdentity
  public let policy: NetworkPolicy
  public let channels: ChannelPolicy
  public let assessment: AssessmentPolicy
  public let templates: NoticeTemplates
  public let discipline: DisciplinePolicy
  /// What people may do without signing in; nil: nothing.
  public let publicPage: PublicPolicy?
  /// Units that are no longer in force, whose cases may still be asked for.
  public let retiredUnits: [Unit]
  /// The changes of grids that the files carry, in the order in which they came into force.
  public let gridChanges: [GridChangeRecord]
  /// How exactly the shapes fit together.
  public let tolerances: SeamTolerances
  /// Finds the unit that holds a point; finds nothing when the geometry was skipped.
  public let grids: GridIndex
  public let layers: [ProfessionalLayer]
  /// Shapes as the network's files give them, empty unless they were asked for.
  public let shapes: [UnitCode: Shape]
  /// The files the network consists of: what ``ArchiveSource/pack(_:names:)`` stores as the version.
  public let fileNames: [String]

  init(
    identity: NetworkIdentity, policy: NetworkPolicy, channels: ChannelPolicy, assessment: AssessmentPolicy,
    templates: NoticeTemplates, discipline: DisciplinePolicy, publicPage: PublicPolicy?, retiredUnits: [Unit],
    gridChanges: [GridChangeRecord], tolerances: SeamTolerances, grids: GridIndex, layers: [ProfessionalLayer],
    shapes: [UnitCode: Shape], fileNames: [String]
  ) {
    self.identity = identity
    self.policy = policy
    self.channels = channels
    self.assessment = assessment
    self.templates = templates
    self.discipline = discipline
    self.publicPage = publicPage
    self.retiredUnits = retiredUnits
    self.gridChanges = gridChanges
    self.tolerances = tolerances
    self.grids = grids
    self.layers = layers
    self.shapes = shapes
    self.fileNames = fileNames
  }

  /// The layers' codes at a point, as routing rules name them: `layer` and `layer/code`.
  public func layerNames(at point: LatticePoint) -> [String] {
    if layers.isEmpty { return [] }
    let path = grids.unit(at: point).map { policy.units.path(to: $0) } ?? []
    return layers.flatMap { layer in
      layer.code(at: point, path: path).map { [layer.name, layer.name + "/" + $0.text] } ?? []
    }
  }

  /// The same for a unit, of the layers that are aligned with the base grids; the drawn ones are told by a point alone.
  public func layerNames(of unit: UnitCode) -> [String] {
    let path = policy.units.path(to: unit)
    return layers.flatMap { layer in layer.code(of: path).map { [layer.name, layer.name + "/" + $0.text] } ?? [] }
  }

  /// The unit that holds a canonical position; nil outside the network.
  public func unit(at point: GeoPoint) -> UnitCode? {
    grids.unit(atLatitude: point.latitude, longitude: point.longitude)
  }
}

/// What a network calls itself.
public struct NetworkIdentity: Sendable, Hashable {
  public let name: String
  public let nameZh: String
  public let nameEn: String
  /// The zone database's name, e.g. `Asia/Shanghai`.
  public let timeZone: String
  /// Holes in the outline of joined units below so many square metres are seams of the survey, not ground outside.
  public let sliverSquareMetres: Double
  /// Set where the districts are one city, whose people see and whose keys report in all of them.
  public let city: City?
}

/// A city of several districts. It is no unit: it has no journal and no cases of its own.
public struct City: Sendable, Hashable {
  /// The tier on which the city stands above those of `network.yaml`: `role@city` are its people.
  public static let tier = "city"

  public let code: UnitCode
  public let nameZh: String
  public let nameEn: String

  /// As a place above the districts.
  var unit: Unit { Unit(code: code, parent: nil, tier: Self.tier, nameZh: nameZh, nameEn: nameEn) }
}

extension LoadedNetwork {
  /// The shapes of a tier's units, joined from the shapes below them where the files give none. Needs the shapes.
  ///
  /// Takes milliseconds for the grids of a district; a caller that serves maps keeps the result.
  public func shapes(ofTier tier: String) -> [(unit: Unit, shape: Shape)] {
    var parts: [UnitCode: [Shape]] = [:]
    for (code, shape) in shapes {
      guard let unit = policy.units.unit(of: code, at: tier) else { continue }
      parts[unit.code, default: []].append(shape)
    }
    return ((policy.units.city.map { [$0] } ?? []) + policy.units.units).filter { $0.tier == tier }.compactMap { unit in
      if let own = shapes[unit.code] { return (unit, own) }
      guard let below = parts[unit.code] else { return nil }
      return (unit, Outline.union(of: below).droppingHoles(below: identity.sliverSquareMetres))
    }
  }
}
