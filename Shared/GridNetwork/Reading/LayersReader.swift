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
      if !unitCodes.contains(unit), !changes.contains(where: { $0.record.replaces.contains(unit) }) {
        faults.add(file, row.line, "unknown unit \(unit)", remedy: "use a code of units.csv, or add it there")
      }
      if let other = codes.updateValue(UnitCode(code), forKey: unit) {
        faults.add(file, row.line, "the unit \(unit) is in \(other) already", remedy: "remove one of the rows")
      }
      layerNames.insert(name + "/" + code)
    }
    inherit(name, &codes)
    return ProfessionalLayer(name: name, ground: .units(codes))
  }

  /// Grids that came by a change are in the professional grid that the change names, or else in the one in which all the
  /// grids lay that they come from.
  private func inherit(_ layer: String, _ codes: inout [UnitCode: UnitCode]) {
    for change in changes {
      let before = Set(change.record.replaces.map { codes[$0] })
      for drawn in change.record.grids {
        let named = drawn.layers.first { $0.hasPrefix(layer + "/") }.map {
          UnitCode(String($0.dropFirst(layer.count + 1)))
        }
        if let named, !layerNames.contains(layer + "/" + named.text) {
          faults.add(
            GridChangeRecord.fileName, change.lines[drawn.grid.code] ?? change.line,
            "the layer \(layer) has no grid \(named)", remedy: "name one of layers/\(layer).csv")
        }
        if named == nil, before.count > 1 {
          faults.add(
            GridChangeRecord.fileName, change.lines[drawn.grid.code] ?? change.line,
            "the grids that \(drawn.grid.code) comes from lie in several grids of the layer \(layer)",
            remedy: "name one in the property layers, as \(layer)/CODE")
        }
        if let code = named ?? before.first ?? nil { codes[drawn.grid.code] = code }
      }
    }
  }
}
