import Domain

/// A change as its file has it, with the line on which it begins.
struct PlacedGridChange {
  let record: GridChangeRecord
  let line: Int
  /// The lines of its features, by code.
  let lines: [UnitCode: Int]
}

/// Reads `grid-changes.geojson`: features in the order in which their changes came into force, those of one change one
/// after the other.
struct GridChangesReader {
  let faults: FaultList

  func read(_ bytes: [UInt8]) -> [PlacedGridChange] {
    let file = GridChangeRecord.fileName
    let features: [Feature]
    do throws(GeoJSONFault) {
      let (read, ringFaults) = try FeatureReader.read(bytes)
      for fault in ringFaults {
        faults.add(file, fault.line, fault.message, remedy: "write RFC 7946 GeoJSON with closed rings")
      }
      features = read
    } catch {
      faults.add(file, error.line, error.message, remedy: "write RFC 7946 GeoJSON with closed rings")
      return []
    }
    var order: [String] = []
    var byChange: [String: [Feature]] = [:]
    for feature in features {
      let id = feature.properties["change"] ?? ""
      if byChange[id] == nil { order.append(id) }
      byChange[id, default: []].append(feature)
    }
    return order.compactMap { change($0, byChange[$0] ?? []) }
  }

  private func change(_ id: String, _ features: [Feature]) -> PlacedGridChange? {
    let first = features[0]
    func fault(_ feature: Feature, _ message: String, _ remedy: String) {
      faults.add(GridChangeRecord.fileName, feature.line, message, remedy: remedy)
    }
    guard !id.isEmpty, let kind = GridChangeKind(rawValue: first.properties["kind"] ?? ""),
      let effective = try? CivilDate(first.properties["effective_on"] ?? ""),
      let replaces = first.properties["replaces"]?.split(separator: " ").map({ UnitCode(String($0)) }),
      !replaces.isEmpty
    else {
      fault(
        first, "a change of grids without change, kind, effective_on or replaces",
        "leave the file to `gridctl network load`, which keeps the changes in force")
      return nil
    }
    var lines: [UnitCode: Int] = [:]
    let grids = features.compactMap { feature -> DrawnGrid? in
      let (code, parent) = (feature.properties["code"] ?? "", feature.properties["parent"] ?? "")
      guard NetworkReading.isCode(code), NetworkReading.isCode(parent) else {
        fault(feature, "a grid without code or parent", "name both as properties")
        return nil
      }
      if lines.updateValue(feature.line, forKey: UnitCode(code)) != nil {
        fault(feature, "the code \(code) stands twice in the change \(id)", "give each grid its own code")
        return nil
      }
      return DrawnGrid(feature, code: UnitCode(code), parent: UnitCode(parent))
    }
    return PlacedGridChange(
      record: GridChangeRecord(id: id, kind: kind, effective: effective, replaces: replaces, grids: grids),
      line: first.line, lines: lines)
  }
}
