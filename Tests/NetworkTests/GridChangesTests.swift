import Domain
import Testing

@testable import GridNetwork

/// Changes of grids in the files of a network of four square grids.
@Suite struct GridChangesTests {
  private static func square(_ west: Double, _ south: Double, _ east: Double, _ north: Double) -> String {
    "[[[\(west),\(south)],[\(east),\(south)],[\(east),\(north)],[\(west),\(north)],[\(west),\(south)]]]"
  }

  private static func feature(_ code: String, _ coordinates: String, _ properties: String = "") -> String {
    """
    {"properties": {"code": "\(code)", "name_zh": "新"\(properties)},
     "geometry": {"type": "Polygon", "coordinates": \(coordinates)}}
    """
  }

  private static func drawn(_ features: String...) throws -> [DrawnGrid] {
    let bytes = Array("{\"type\": \"FeatureCollection\", \"features\": [\(features.joined(separator: ","))]}".utf8)
    let read = try DrawnGrid.read(collection: bytes, parent: "d")
    #expect(read.faults == [])
    return read.grids
  }

  /// The grid 02 becomes its southern and its northern half.
  private static func halves() throws -> [DrawnGrid] {
    try drawn(feature("21", square(0.1, 0, 0.2, 0.05)), feature("22", square(0.1, 0.05, 0.2, 0.1)))
  }

  private func plan(_ kind: GridChangeKind, _ grids: [UnitCode], _ drawn: [DrawnGrid]) throws -> GridChangePlan {
    GridChangePlan(
      kind: kind, grids: grids, proposed: drawn.map(\.grid), reason: "too large", effective: try CivilDate("2026-04-01")
    )
  }

  private func record(_ id: String, _ grids: [UnitCode], _ drawn: [DrawnGrid]) throws -> GridChangeRecord {
    GridChangeRecord(id: id, kind: .split, effective: try CivilDate("2026-04-01"), replaces: grids, grids: drawn)
  }

  private func faults(_ kind: GridChangeKind, _ grids: [UnitCode], _ drawn: [DrawnGrid]) throws -> [String] {
    let source = SmallNetwork().source
    let check = GridChangeCheck(network: try NetworkReader.read(source, geometry: .shapes), source: source)
    let snapped = check.snapped(drawn, to: grids)
    return try check.faults(plan(kind, grids, snapped), snapped).map { "\($0.field) \($0.code)" }
  }

  private func unit(_ network: LoadedNetwork, _ latitude: Double, _ longitude: Double) throws -> UnitCode? {
    network.grids.unit(at: try #require(LatticePoint(latitude: latitude, longitude: longitude)))
  }

  @Test func aNetworkWithAChangeHasTheNewGridsAndRemembersTheOld() throws {
    let changed = ChangedSource(SmallNetwork().source, changes: [try record("d-g1", ["02"], Self.halves())])
    let network = try NetworkReader.read(changed, geometry: .shapes)
    #expect(network.policy.units.children(of: "d").map(\.code) == ["01", "21", "22", "03", "04"])
    #expect(!network.policy.units.isInForce("02") && network.policy.units.pathText(to: "02") == "d/02/")
    #expect(
      try unit(network, 0.02, 0.15) == "21" && unit(network, 0.08, 0.15) == "22" && unit(network, 0.05, 0.05) == "01")
    #expect(try NetworkValidator.validate(changed) == [], "neighbours share the new corners")
    #expect(network.fileNames.contains(GridChangeRecord.fileName))
    let before = try NetworkReader.read(changed, geometry: .skip, changesUntil: try CivilDate("2026-03-31"))
    #expect(before.policy.units.isInForce("02") && before.policy.units["21"] == nil)
  }

  @Test func theFileIsReadAsItWasWritten() throws {
    let first = try record("d-g1", ["02"], Self.halves())
    let file = GridChangeRecord.file([first])
    let source = ChangedSource(SmallNetwork().source, changes: [first])
    let again = try GridChangeRecord.read(source)
    #expect(again == [first] && GridChangeRecord.file(again) == file, "loading it again changes nothing")
  }

  @Test func soundPlansHaveNoFaults() throws {
    #expect(try faults(.split, ["02"], Self.halves()) == [])
    #expect(
      try faults(.merge, ["03", "04"], Self.drawn(Self.feature("34", Self.square(0, 0.1, 0.2, 0.2)))) == [])
    let moved = try Self.drawn(
      Self.feature("03", Self.square(0, 0.1, 0.05, 0.2)), Self.feature("04", Self.square(0.05, 0.1, 0.2, 0.2)))
    #expect(try faults(.move, ["03", "04"], moved) == [])
    // A corner that a drawing program has rounded lies on the plan's again.
    let rounded = try Self.drawn(
      Self.feature("21", "[[[0.100001,0.000001],[0.199999,0],[0.2,0.05],[0.1,0.05],[0.100001,0.000001]]]"),
      Self.feature("22", Self.square(0.1, 0.05, 0.2, 0.1)))
    #expect(try faults(.split, ["02"], rounded) == [])
  }

  @Test func theGroundMustBeTheSame() throws {
    let gap = try Self.drawn(
      Self.feature("21", Self.square(0.1, 0, 0.2, 0.05)), Self.feature("22", Self.square(0.1, 0.06, 0.2, 0.1)))
    #expect(try faults(.split, ["02"], gap) == ["features gap"])
    let overlap = try Self.drawn(
      Self.feature("21", Self.square(0.1, 0, 0.2, 0.06)), Self.feature("22", Self.square(0.1, 0.05, 0.2, 0.1)))
    #expect(try faults(.split, ["02"], overlap) == ["features.22.geometry overlap"])
    let beyond = try Self.drawn(
      Self.feature("21", Self.square(0.05, 0, 0.2, 0.05)), Self.feature("22", Self.square(0.1, 0.05, 0.2, 0.1)))
    #expect(try faults(.split, ["02"], beyond) == ["features.21.geometry outside"])
    let crossed = try Self.drawn(
      Self.feature("21", "[[[0.1,0],[0.2,0.1],[0.2,0],[0.1,0.1],[0.1,0]]]"),
      Self.feature("22", Self.square(0.1, 0.05, 0.2, 0.1)))
    #expect(try faults(.split, ["02"], crossed).contains("features.21.geometry invalid_shape"))
  }

  @Test func gridsThatDoNotTouchAreNotMerged() throws {
    let apart = """
      {"properties": {"code": "23", "name_zh": "新"}, "geometry": {"type": "MultiPolygon", "coordinates": [
        \(Self.square(0.1, 0, 0.2, 0.1)), \(Self.square(0, 0.1, 0.1, 0.2))]}}
      """
    #expect(try faults(.merge, ["02", "03"], Self.drawn(apart)) == ["grids not_adjacent"])
  }

  @Test func aGridThatARuleNamesDoesNotGiveWay() throws {
    let halves = try Self.drawn(
      Self.feature("11", Self.square(0, 0, 0.1, 0.05)), Self.feature("12", Self.square(0, 0.05, 0.1, 0.1)))
    #expect(try faults(.split, ["01"], halves) == ["network invalid_network"], "routing.yaml names 01")
  }

  @Test func codesHaveTheFormOfTheirTier() throws {
    let long = try Self.drawn(
      Self.feature("210", Self.square(0.1, 0, 0.2, 0.05)), Self.feature("22", Self.square(0.1, 0.05, 0.2, 0.1)))
    #expect(try faults(.split, ["02"], long) == ["network invalid_network"])
  }

  @Test func aDirectoryKeepsTheChangesInForceUnlessItHasTakenThemIn() throws {
    let first = try record("d-g1", ["02"], Self.halves())
    let second = try record(
      "d-g2", ["21"],
      Self.drawn(
        Self.feature("31", Self.square(0.1, 0, 0.15, 0.05)), Self.feature("32", Self.square(0.15, 0, 0.2, 0.05))))
    let old = SmallNetwork().source
    let kept = ChangedSource(
      old, of: try NetworkReader.read(old, geometry: .skip), inForce: [first, second])
    #expect(try GridChangeRecord.read(kept).map(\.id) == ["d-g1", "d-g2"])
    #expect(try NetworkValidator.validate(kept) == [])
    var redrawn = SmallNetwork()
    redrawn.replaceLine(
      4, of: "units.csv", with: "02,d,grid,二,Two,,2026-03-31,\n31,d,grid,一,A,,,\n32,d,grid,二,B,,,\n22,d,grid,三,C,,,")
    redrawn.replaceLine(
      3, of: "grids.geojson",
      with: [
        SmallNetwork.feature("31", Self.square(0.1, 0, 0.15, 0.05)),
        SmallNetwork.feature("32", Self.square(0.15, 0, 0.2, 0.05)),
        SmallNetwork.feature("22", Self.square(0.1, 0.05, 0.2, 0.1)),
      ].joined(separator: ",\n") + ",")
    let source = redrawn.source
    let taken = ChangedSource(
      source, of: try NetworkReader.read(source, geometry: .skip), inForce: [first, second])
    #expect(try GridChangeRecord.read(taken) == [])
  }

  @Test func theRuleIsReadAndItsFaultsAreNamed() throws {
    var small = SmallNetwork()
    small.append(
      """
      grids:
        changes:
          proposed_by: [officer@grid]
          approvals: [{by: supervisor@grid, within: 2 work_days}, {by: supervisor@district}]
          notice: 3 work_days
      """, to: "network.yaml")
    let rule = try #require(try NetworkReader.read(small.source, geometry: .skip).policy.gridChanges)
    #expect(rule.proposedBy.map(\.description) == ["officer@grid"])
    #expect(rule.approvals.map(\.post.description) == ["supervisor@grid", "supervisor@district"])
    #expect(try rule.approvals.map(\.within) == [Limit("2 work_days"), nil] && rule.notice == Limit("3 work_days"))
    #expect(try NetworkReader.read(SmallNetwork().source, geometry: .skip).policy.gridChanges == nil)
    for (line, told) in [
      ("approvals: [{by: supervisor@district}, {by: supervisor@grid}]", "stands above it"),
      ("approvals: [{by: handler@district}]", "has no say in grids"),
      ("approvals: [{by: supervisor@lead}]", "is no post on a tier"),
      ("approvals: [{by: supervisor@district}, {by: supervisor@district}]", "stands twice"),
      ("approvals: [{by: supervisor@district, within: soon}]", "`within`"),
      ("approvals: []", "`approvals` is missing"),
    ] {
      var broken = SmallNetwork()
      broken.append("grids:\n  changes:\n    proposed_by: [officer@grid]\n    \(line)", to: "network.yaml")
      let faults = try broken.faults()
      #expect(faults.contains { $0.file == "network.yaml" && $0.message.contains(told) }, "\(line): \(faults)")
    }
  }
}
