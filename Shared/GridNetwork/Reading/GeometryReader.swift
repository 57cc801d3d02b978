import Domain

/// A feature that belongs to a unit.
struct UnitFeature {
  let code: UnitCode
  let feature: Feature
}

extension NetworkReading {
  static let gridsFile = "grids.geojson"
  static let codeProperty = "code"

  /// The units' shapes from `grids.geojson`, or generated where `network.yaml` says so; empty when skipped.
  mutating func readGeometry(
    _ geometry: GeometryReading, settings: NetworkSettings?
  ) throws(NetworkSourceError) -> [UnitFeature] {
    let isDrawn = names.contains(Self.gridsFile)
    if isDrawn, let settings, settings.generator != nil {
      faults.add(
        Self.settingsFile, settings.map.line(of: "generate"), "`generate` though there is \(Self.gridsFile)",
        remedy: "remove one of the two")
    }
    if settings?.generator != nil {
      let drawn = (made?.shapes ?? []).map { shape in
        UnitFeature(code: shape.code, feature: Feature(properties: [:], shape: shape.shape, line: 1))
      }
      let features = geometry == .skip ? [] : applyingChanges(to: drawn)
      if geometry != .skip, made != nil { checkUnits(of: features) }
      return features
    }
    if !isDrawn {
      faults.add(Self.gridsFile, 1, "the file is missing", remedy: "add it, or `generate:` in network.yaml")
    }
    usedNames.insert(Self.gridsFile)
    guard geometry != .skip, let bytes = try file(Self.gridsFile) else { return [] }
    guard let drawn = features(bytes, file: Self.gridsFile) else { return [] }
    let features = applyingChanges(to: drawn)
    checkUnits(of: features)
    return features
  }

  /// The plan that the parameters make, as it was stored with them where it was; nil, with faults, when they make none.
  mutating func generate(
    _ parameters: YamlText, drawsShapes: Bool
  ) throws(NetworkSourceError) -> GeneratedNetwork? {
    guard let bytes = try requiredFile(parameters.text) else { return nil }
    if let plan = try source.bytes(of: PlanFile.name) {
      let tiers = tiers.map(\.name)
      let digest = PlanFile.digest(of: bytes, tiers: tiers)
      if let made = PlanFile.decode(plan, tiers: tiers, digest: digest, drawsShapes: drawsShapes) {
        usedNames.insert(PlanFile.name)
        return made
      }
    }
    guard
      let read = GeneratorParameters.read(bytes, file: parameters.text, tiers: tiers.map(\.name), faults: faults)
    else { return nil }
    do throws(GeneratorFault) {
      return try NetworkGenerator.generate(read, drawsShapes: drawsShapes)
    } catch {
      faults.add(parameters.text, 1, error.description, remedy: "change the parameters")
      return nil
    }
  }

  /// Features with their codes; those without one, or with one that stands twice, are faults.
  /// Nil when the file cannot be read at all.
  func features(_ bytes: [UInt8], file: String) -> [UnitFeature]? {
    let remedy = "write RFC 7946 GeoJSON with closed rings"
    do throws(GeoJSONFault) {
      let (features, ringFaults) = try FeatureReader.read(bytes)
      for fault in ringFaults { faults.add(file, fault.line, fault.message, remedy: remedy) }
      var lines: [String: Int] = [:]
      return features.compactMap { feature in
        guard let code = feature.properties[Self.codeProperty], Self.isCode(code) else {
          faults.add(file, feature.line, "a feature without a code", remedy: "add the property \"code\"")
          return nil
        }
        if let first = lines.updateValue(feature.line, forKey: code) {
          faults.add(
            file, feature.line, "the code \(code) stands already on line \(first)",
            remedy: "join the two into a MultiPolygon")
          return nil
        }
        return UnitFeature(code: UnitCode(code), feature: feature)
      }
    } catch {
      faults.add(file, error.line, error.message, remedy: remedy)
      return nil
    }
  }

  /// Every unit of the finest tier needs a shape, and every shape a unit.
  private func checkUnits(of features: [UnitFeature]) {
    for feature in features where !unitCodes.contains(feature.code) {
      faults.add(
        Self.gridsFile, feature.feature.line, "a shape of the unknown unit \(feature.code)",
        remedy: "add the unit to units.csv, or remove the shape")
    }
    let drawn = Set(features.map(\.code))
    for unit in units where unit.tier == tiers.last?.name && !drawn.contains(unit.code) {
      faults.add(
        Self.gridsFile, 1, "no shape for the unit \(unit.code)",
        remedy: "add a feature with the code, or retire the unit")
    }
  }

  /// The index over the units; shapes of higher tiers are drawn but not asked.
  func index(_ features: [UnitFeature]) -> GridIndex? {
    let finest = features.filter { tree?[$0.code]?.tier == tree?.finestTier }
    do throws(GridIndexFault) {
      return try GridIndex(shapes: finest.map { ($0.code, $0.feature.shape) })
    } catch {
      faults.add(Self.gridsFile, 1, "the shapes span 90 degrees or more", remedy: "check for exchanged coordinates")
      return nil
    }
  }
}
