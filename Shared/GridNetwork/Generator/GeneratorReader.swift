import Domain

extension GeneratorParameters {
  /// Reads `generator.yaml`; nil, with faults, when it is not complete. `tiers` are the network's, highest first.
  static func read(_ bytes: [UInt8], file: String, tiers: [String], faults: FaultList) -> GeneratorParameters? {
    guard let map = YamlMap.read(bytes, file: file, faults: faults) else { return nil }
    let districts = districts(map)
    let spacing = map.map("spacing")
    let community = map.map("community_name")
    let grid = map.map("grid_name")
    let seed = map.integer("seed")
    let outline = outline(map)
    let streetMaps = map.maps("streets")
    let streets = streetMaps.compactMap(street)
    map.finish()
    guard let districts, let spacing, let community, let grid, let seed else {
      map.fault(
        "a generator needs district or districts, seed, spacing, community_name and grid_name",
        remedy: "add what is missing")
      return nil
    }
    defer { for map in [spacing, community, grid] { map.finish() } }
    guard let spacingX = steps(spacing, "longitude"), let spacingY = steps(spacing, "latitude"),
      let rounding = steps(spacing, "rounding"), let jitter = spacing.double("jitter"),
      let communityZh = community.requiredText("zh"),
      let communityEn = community.requiredText("en"), let gridZh = grid.requiredText("zh"),
      let gridEn = grid.requiredText("en"), streets.count == streetMaps.count
    else { return nil }
    return GeneratorParameters(
      tiers: tiers, districts: districts, seed: UInt64(bitPattern: Int64(seed)), outline: outline, spacingX: spacingX,
      spacingY: spacingY,
      jitter: jitter, rounding: rounding, streets: streets, communityNameZh: communityZh.text,
      communityNameEn: communityEn.text, gridNameZh: gridZh.text, gridNameEn: gridEn.text)
  }

  /// `district:` for one, `districts:` for several; nil, with faults, when one of them is not complete.
  private static func districts(_ map: YamlMap) -> [District]? {
    let maps = map.has("districts") ? map.maps("districts") : map.map("district").map { [$0] } ?? []
    let districts = maps.compactMap { map -> District? in
      defer { map.finish() }
      guard let code = map.requiredText("code"), let nameZh = map.requiredText("name_zh"),
        let nameEn = map.requiredText("name_en")
      else { return nil }
      return District(code: UnitCode(code.text), nameZh: nameZh.text, nameEn: nameEn.text)
    }
    return districts.isEmpty || districts.count < maps.count ? nil : districts
  }

  private static func outline(_ map: YamlMap) -> Ring {
    map.numberRows("outline").compactMap { row in
      guard row.numbers.count == 2,
        let point = LatticePoint(latitude: row.numbers[1], longitude: row.numbers[0])
      else {
        map.fault("a point of the outline is no longitude and latitude", line: row.line, remedy: "write [lng, lat]")
        return nil
      }
      return point
    }
  }

  private static func street(_ map: YamlMap) -> Street? {
    defer { map.finish() }
    let centre = map.texts("centre").compactMap { Double($0.text) }
    guard let code = map.requiredText("code"), let nameZh = map.requiredText("name_zh"),
      let nameEn = map.requiredText("name_en"), let area = map.double("square_kilometres"),
      let communities = map.integer("communities"), let grids = map.integer("grids"), centre.count == 2, area > 0,
      let point = LatticePoint(latitude: centre[1], longitude: centre[0])
    else {
      map.fault(
        "a street needs code, name_zh, name_en, centre, square_kilometres, communities and grids",
        remedy: "add what is missing")
      return nil
    }
    return Street(
      code: UnitCode(code.text), nameZh: nameZh.text, nameEn: nameEn.text, centre: point, squareKilometres: area,
      communities: communities, grids: grids, density: map.double("density") ?? 1)
  }

  /// Degrees as lattice steps.
  private static func steps(_ map: YamlMap, _ key: String) -> Int32? {
    guard let degrees = map.double(key) else {
      map.fault("`\(key)` is missing", remedy: "add `\(key): …` in degrees")
      return nil
    }
    guard degrees > 0, degrees < 1 else {
      map.fault("`\(key)` must be above 0 and below 1 degree", line: map.line(of: key), remedy: "write degrees")
      return nil
    }
    return Int32((degrees * Double(LatticePoint.stepsPerDegree)).rounded())
  }
}
