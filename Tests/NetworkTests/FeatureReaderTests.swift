import Testing

@testable import GridNetwork

@Suite struct FeatureReaderTests {
  private func read(_ text: String) throws(GeoJSONFault) -> (features: [Feature], faults: [GeoJSONFault]) {
    try FeatureReader.read(Array(text.utf8))
  }

  private func collection(_ feature: String) -> String {
    "{\"type\":\"FeatureCollection\",\n\"features\":[\n\(feature)\n]}"
  }

  @Test func readsPolygonsMultipolygonsAndProperties() throws {
    let text = collection(
      """
      {"type":"Feature","id":7,"properties":{"code":"a","n":101,"list":[1,{"x":2}],"ok":true},
       "geometry":{"coordinates":[[[1,2],[3.5,2,9],[3,-4.00000004],[1,2]],[[2,1],[2.1,1],[2.1,1.1],[2,1]]],"type":"Polygon"}},
      {"type":"Feature","properties":null,"geometry":
       {"type":"MultiPolygon","coordinates":[[[[0,0],[1e0,0],[0,1],[0,0]]],[[[5,5],[6,5],[5,6],[5,5]]]]}}
      """)
    let (features, faults) = try read(text)
    #expect(faults.isEmpty && features.count == 2)
    #expect(features[0].properties == ["code": "a", "n": "101", "ok": "true"])
    #expect(features[0].line == 3 && features[1].line == 5)
    let polygon = features[0].shape.polygons[0]
    #expect(polygon.outer[1] == LatticePoint(x: 35_000_000, y: 20_000_000))
    #expect(polygon.outer[2] == LatticePoint(x: 30_000_000, y: -40_000_000))
    #expect(polygon.holes.count == 1)
    #expect(features[1].shape.polygons.count == 2)
  }

  @Test(arguments: [
    ("113.88445", 1_138_844_500), ("-73.92308231033165", -739_230_823), ("0.00000005", 1), ("-0.00000005", -1),
    ("1.2345678499", 12_345_678), ("180", 1_800_000_000), ("-180.0000000", -1_800_000_000), ("1.5e1", 150_000_000),
  ])
  func roundsDegreesToTheNearestStep(text: String, steps: Int32) throws {
    let json = collection(
      "{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[\(text),0],[1,0],[1,1],[\(text),0]]]}}")
    #expect(try read(json).features[0].shape.polygons[0].outer[0].x == steps)
  }

  @Test func readsEscapedTexts() throws {
    let json = collection(
      #"{"properties":{"name":"\u5b9d\u5B89 \"\\\/\b\f\n\r\t\ud83d\ude00"},"geometry":{"type":"Polygon","coordinates":[[[0,0],[1,0],[1,1],[0,0]]]}}"#
    )
    #expect(try read(json).features[0].properties["name"] == "宝安 \"\\/\u{8}\u{c}\n\r\t😀")
  }

  @Test(arguments: [
    ("[[[0,0],[1,0],[0,0]]]", "a ring of fewer than four points"),
    ("[[[0,0],[1,0],[1,1],[0,1]]]", "a ring that does not end where it began"),
    ("[[0,0],[1,0]]", "coordinates that are no Polygon"),
  ])
  func tellsOfEveryUnusableShapeAndKeepsTheRest(coordinates: String, message: String) throws {
    let good = "{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[0,0],[1,0],[1,1],[0,0]]]}}"
    let bad = "{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":\(coordinates)}}"
    let (features, faults) = try read(collection("\(good),\n\(bad),\n\(good)"))
    #expect(features.count == 2)
    #expect(faults.contains(GeoJSONFault(line: 4, message: message)))
    #expect(faults.contains(GeoJSONFault(line: 4, message: "a feature without a usable polygon")))
  }

  @Test(arguments: [
    ("", 1), ("{", 1), ("[]", 1), ("{\"type\":\"Feature\"}", 1), ("{\"type\":\"FeatureCollection\"}", 1),
    (
      "{\"type\":\"FeatureCollection\",\n\"features\":[{\"geometry\":\n{\"type\":\"Polygon\",\"coordinates\":[[[0,x]]]}}]}",
      3
    ),
    ("{\"type\":\"FeatureCollection\",\"features\":[]}\n\n!", 3),
    (
      "{\"type\":\"FeatureCollection\",\"features\":[{\"geometry\":{\"type\":\"Polygon\",\"coordinates\":[[[181,0]]]}}]}",
      1
    ),
    ("{\"type\":\"FeatureCollection\",\"features\":[{\"id\":\"\u{1}\"}]}", 1),
  ])
  func refusesWhatIsNoFeatureCollection(text: String, line: Int) {
    #expect { try read(text) } throws: { ($0 as? GeoJSONFault)?.line == line }
  }

  @Test func refusesDeepNestingWithoutExhaustingTheStack() {
    let text = "{\"x\":" + String(repeating: "[", count: 100_000)
    #expect(throws: GeoJSONFault.self) { try read(text) }
  }

  @Test func writesWhatItReads() throws {
    let shapes = [
      shape(square(1_138_844_500, 225_500_000, side: 1_234), holes: [square(1_138_844_600, 225_500_100, side: 7)]),
      Shape(polygons: [
        LatticePolygon(outer: square(-739_230_823, -5, side: 3)), LatticePolygon(outer: square(0, 0, side: 1)),
      ]),
    ]
    let bytes = FeatureWriter.write(shapes.map { (properties: [(name: "code", value: "\"宝\\\n")], shape: $0) })
    let (features, faults) = try FeatureReader.read(bytes)
    #expect(faults.isEmpty)
    #expect(features.map(\.properties) == [["code": "\"宝\\\n"], ["code": "\"宝\\\n"]])
    #expect(features[0].line == 2 && features[1].line == 3)
    for (feature, shape) in zip(features, shapes) {
      #expect(Set(feature.shape.rings.joined()) == Set(shape.rings.joined()))
      #expect(feature.shape.polygons.allSatisfy { doubledArea(of: $0.outer) > 0 })
      #expect(feature.shape.squareMetres == shape.squareMetres)
    }
  }
}
