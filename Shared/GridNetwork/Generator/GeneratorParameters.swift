public import Domain

/// What a plausible territory is generated from where no true boundaries are at hand (`generator.yaml`): one district, or
/// a city of several.
public struct GeneratorParameters: Sendable, Hashable {
  /// A district, with a journal of its own. Its streets are those whose codes begin with its code.
  public struct District: Sendable, Hashable {
    public var code: UnitCode
    public var nameZh: String
    public var nameEn: String

    public init(code: UnitCode, nameZh: String, nameEn: String) {
      self.code = code
      self.nameZh = nameZh
      self.nameEn = nameEn
    }
  }

  /// One street: where it lies, how large it is, and how many units it holds.
  public struct Street: Sendable, Hashable {
    /// Six digits of the district and three of the street.
    public var code: UnitCode
    public var nameZh: String
    public var nameEn: String
    public var centre: LatticePoint
    public var squareKilometres: Double
    public var communities: Int
    public var grids: Int
    /// How many times smaller grids are at the centre than at the rim; 1 for none.
    public var density: Double

    public init(
      code: UnitCode, nameZh: String, nameEn: String, centre: LatticePoint, squareKilometres: Double,
      communities: Int, grids: Int, density: Double = 1
    ) {
      self.code = code
      self.nameZh = nameZh
      self.nameEn = nameEn
      self.centre = centre
      self.squareKilometres = squareKilometres
      self.communities = communities
      self.grids = grids
      self.density = density
    }
  }

  /// The names of the four tiers, highest first.
  public var tiers: [String]
  public var districts: [District]
  /// Decides every random choice: the same parameters make the same bytes on every machine.
  public var seed: UInt64
  /// The outline of all districts together, in either orientation.
  public var outline: Ring
  /// Lattice steps between two corners, west to east and south to north. Borders run along these corners.
  public var spacing: (x: Int32, y: Int32) { (spacingX, spacingY) }
  public var spacingX: Int32
  public var spacingY: Int32
  /// How far a corner may stray from its place, as a share of the spacing, below 0.4.
  public var jitter: Double
  /// Corners stand on multiples of so many lattice steps, so that files stay short.
  public var rounding: Int32
  public var streets: [Street]
  /// Names of generated units; `{parent}` and `{number}` are filled in.
  public var communityNameZh: String
  public var communityNameEn: String
  public var gridNameZh: String
  public var gridNameEn: String

  public init(
    tiers: [String], districts: [District], seed: UInt64, outline: Ring, spacingX: Int32, spacingY: Int32,
    jitter: Double,
    rounding: Int32, streets: [Street], communityNameZh: String, communityNameEn: String, gridNameZh: String,
    gridNameEn: String
  ) {
    self.tiers = tiers
    self.districts = districts
    self.seed = seed
    self.outline = outline
    self.spacingX = spacingX
    self.spacingY = spacingY
    self.jitter = jitter
    self.rounding = rounding
    self.streets = streets
    self.communityNameZh = communityNameZh
    self.communityNameEn = communityNameEn
    self.gridNameZh = gridNameZh
    self.gridNameEn = gridNameEn
  }
}

/// Why a territory cannot be generated from its parameters.
public enum GeneratorFault: Error, Sendable, Hashable, CustomStringConvertible {
  case badParameter(String)
  /// The street's ground has fewer lattice cells than it shall have grids: the spacing is too wide.
  case tooFewCells(street: UnitCode, cells: Int, grids: Int)
  case tooManyGrids(community: UnitCode, grids: Int)

  public var description: String {
    switch self {
    case .badParameter(let message): message
    case .tooFewCells(let street, let cells, let grids):
      "street \(street) covers \(cells) cells, too few for \(grids) grids: make the spacing smaller"
    case .tooManyGrids(let community, let grids):
      "community \(community) would get \(grids) grids, but a grid's sequence has three digits"
    }
  }
}
