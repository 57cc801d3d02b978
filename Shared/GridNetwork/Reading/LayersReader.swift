import Domain

extension NetworkReading {
  static let layersFolder = "layers/"

  /// `layers/*`: drawn in `.geojson`, or made of units in `.csv`. The names are read even when the geometry is skipped, as
  /// rules use them.
  mutating func readLayers(_ geometry: GeometryReading) throws(NetworkSourceError) -> [ProfessionalLayer] {
    var layers: [ProfessionalLayer] = []
    for file in names where file.hasPrefix(Self.layersFolder) {
      let isDrawn = Self.matches(name: file, pattern: "layers/*.geojson")
      guard isDrawn || Self.matches(name: file, pattern: "layers/*.csv"), let bytes = try requiredFile(file) else {
        continue
      }
      let suffix = isDrawn ? ".geojson" : ".csv"
      let name = String(file.dropFirst(Self.layersFolder.count).dropLast(suffix.count))
      if !layerNames.insert(name).inserted {
        faults.add(file, 1, "the layer \(name) stands in two files", remedy: "remove one of them")
      }
      let layer = isDrawn ? drawnLayer(name, file, bytes, geometry) : layerOfUnits(name, file, bytes)
      if let layer { layers.append(layer) }
    }
    return layers
  }

  private mutating func drawnLayer(
    _ name: String, _ file: String, _ bytes: [UInt8], _ geometry: GeometryReading
  ) -> ProfessionalLayer? {
    let read = features(bytes, file: file) ?? []
    layerNames.formUnion(read.map { name + "/" + $0.code.text })
    guard geometry != .skip else { return nil }
    do throws(GridIndexFault) {
      let index = try GridIndex(shapes: read.map { ($0.code, $0.feature.shape) })
      return ProfessionalLayer(name: name, ground: .shapes(index))
    } catch {
      faults.add(file, 1, "the shapes span 90 degrees or more", remedy: "check for exchanged coordinates")
      return nil
    }
  }

  /// Rows of `code,unit`: the professional grid is made of these units and all below them.
  private mutating func layerOfUnits(_ name: String, _ file: String, _ bytes: [UInt8]) -> ProfessionalLayer? {
    guard
      let table = CsvTable(
        bytes, file: file, required: ["code", "unit"], optional: ["name_zh", "name_en"], faults: faults)
    else { return nil }
    var codes: [UnitCode: UnitCode] = [:]
    for row in table.rows {
      let code = row["code"]
      let unit = UnitCode(row["unit"])
      if !Self.isCode(code) {
        faults.add(file, row.line, "\"\(code)\" is no code", remedy: "use 1 to \(maxCodeLength) letters and digits")
      }
      if !unitCodes.contains(unit) {
        faults.add(file, row.line, "unknown unit \(unit)", remedy: "use a code of units.csv, or add it there")
      }
      if let other = codes.updateValue(UnitCode(code), forKey: unit) {
        faults.add(file, row.line, "the unit \(unit) is in \(other) already", remedy: "remove one of the rows")
      }
      layerNames.insert(name + "/" + code)
    }
    return ProfessionalLayer(name: name, ground: .units(codes))
  }
}
