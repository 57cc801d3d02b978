public import Domain

/// A grid of a change with its shape and its place in professional layers.
public struct DrawnGrid: Sendable, Hashable {
  public let grid: ProposedGrid
  public let shape: Shape
  /// As `layer/code`, for layers that are made of units; of the layers it does not name the grid keeps what the grids had
  /// that it comes from.
  public let layers: [String]

  public init(grid: ProposedGrid, shape: Shape, layers: [String] = []) {
    self.grid = grid
    self.shape = shape
    self.layers = layers
  }
}

/// A change of grids that a network's files carry: from its day on the grids that it replaces are as it draws them.
public struct GridChangeRecord: Sendable, Hashable {
  /// The file of a network directory that holds them, in the order in which they came into force.
  public static let fileName = "grid-changes.geojson"

  /// Under which the change was proposed and approved, e.g. `440306-g3`.
  public let id: String
  public let kind: GridChangeKind
  public let effective: CivilDate
  public let replaces: [UnitCode]
  public let grids: [DrawnGrid]

  public init(id: String, kind: GridChangeKind, effective: CivilDate, replaces: [UnitCode], grids: [DrawnGrid]) {
    self.id = id
    self.kind = kind
    self.effective = effective
    self.replaces = replaces
    self.grids = grids
  }

  public var codes: Set<UnitCode> { Set(grids.map(\.grid.code)) }

  /// Grids that are in force no longer by it.
  public var retired: [UnitCode] { replaces.filter { !codes.contains($0) } }
}

extension GridChangeRecord {
  /// The file that holds the records.
  public static func file(_ records: [GridChangeRecord]) -> [UInt8] {
    FeatureWriter.write(
      records.flatMap { record in
        record.grids.map { drawn in
          (
            properties: [
              (name: "change", value: record.id), (name: "kind", value: record.kind.rawValue),
              (name: "effective_on", value: "\(record.effective)"),
              (name: "replaces", value: record.replaces.map(\.text).joined(separator: " ")),
            ] + drawn.properties, shape: drawn.shape
          )
        }
      })
  }

  /// The records of a network's files; none where they carry none.
  /// - Throws: ``InvalidNetwork`` with the file's faults, ``NetworkSourceError`` when it cannot be read.
  public static func read(_ source: some NetworkSource) throws -> [GridChangeRecord] {
    guard let bytes = try source.bytes(of: fileName) else { return [] }
    let faults = FaultList()
    let records = GridChangesReader(faults: faults).read(bytes).map(\.record)
    guard faults.faults.isEmpty else { throw InvalidNetwork(faults: faults.sorted()) }
    return records
  }
}

extension DrawnGrid {
  /// As the properties of its feature have it.
  var properties: [(name: String, value: String)] {
    [
      (name: "code", value: grid.code.text), (name: "parent", value: grid.parent.text),
      (name: "name_zh", value: grid.nameZh), (name: "name_en", value: grid.nameEn),
      (name: "exclusive", value: "\(grid.exclusive)"), (name: "layers", value: layers.joined(separator: " ")),
    ]
  }

  /// The grids of a feature collection: what someone proposes, or what is shown of it.
  public static func collection(_ grids: [DrawnGrid]) -> [UInt8] {
    FeatureWriter.write(grids.map { (properties: $0.properties, shape: $0.shape) })
  }

  /// The grids of a feature collection (RFC 7946), members beside `features` passed over, and what is wrong with them.
  ///
  /// - Parameter parent: of grids that name none.
  public static func read(
    collection bytes: [UInt8], parent: UnitCode? = nil
  ) throws(GeoJSONFault) -> (grids: [DrawnGrid], faults: [GridPlanFault]) {
    let (features, ringFaults) = try FeatureReader.read(bytes)
    var faults = ringFaults.map {
      GridPlanFault(field: "features", code: "malformed_shape", detail: "Line \($0.line): \($0.message).")
    }
    let grids = features.enumerated().compactMap { index, feature -> DrawnGrid? in
      let place = "features.\(index)"
      guard let code = feature.properties["code"], NetworkReading.isCode(code) else {
        faults.append(
          GridPlanFault(
            field: "\(place).code", code: "required", detail: "Give a code of at most 24 letters and digits."))
        return nil
      }
      guard let above = feature.properties["parent"].flatMap({ $0.isEmpty ? nil : UnitCode($0) }) ?? parent else {
        faults.append(
          GridPlanFault(field: "features.\(code).parent", code: "required", detail: "Name the unit above it."))
        return nil
      }
      return DrawnGrid(feature, code: UnitCode(code), parent: above)
    }
    return (grids, faults)
  }

  init(_ feature: Feature, code: UnitCode, parent: UnitCode) {
    let properties = feature.properties
    self.init(
      grid: ProposedGrid(
        code: code, parent: parent, nameZh: properties["name_zh"] ?? "", nameEn: properties["name_en"] ?? "",
        exclusive: properties["exclusive"] == "true"),
      shape: feature.shape, layers: (properties["layers"] ?? "").split(separator: " ").map(String.init))
  }
}
