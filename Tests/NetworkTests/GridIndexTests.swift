import Domain
import Testing

@testable import GridNetwork

@Suite struct GridIndexTests {
  /// The answer by the rule alone, without the index.
  private func bruteForce(_ point: LatticePoint, _ shapes: [(code: UnitCode, shape: Shape)]) -> UnitCode? {
    let sorted = shapes.sorted { $0.code < $1.code }
    return (sorted.first { $0.shape.contains(point) } ?? sorted.first { $0.shape.hasOnBorder(point) })?.code
  }

  @Test(arguments: ["baoan", "nyc"])
  func agreesWithTheRuleOnRandomPoints(network: String) throws {
    let seed = Seed()
    var random = SplitMix(seed: seed.value)
    let loaded = try TestNetworks.read(network)
    let shapes = loaded.shapes.map { (code: $0.key, shape: $0.value) }
    let box = try #require(loaded.grids.box)
    for _ in 0..<300 {
      let point = random.point(in: box)
      #expect(loaded.grids.unit(at: point) == bruteForce(point, shapes), "\(point) \(seed)")
    }
  }

  @Test func agreesWithTheRuleOnAndBesideCorners() throws {
    let seed = Seed()
    var random = SplitMix(seed: seed.value)
    let loaded = try TestNetworks.read("baoan")
    let all = loaded.shapes.map { (code: $0.key, shape: $0.value) }.sorted { $0.code < $1.code }
    let index = loaded.grids
    for _ in 0..<100 {
      let ring = all[random.number(in: 0...(all.count - 1))].shape.polygons[0].outer
      let corner = ring[random.number(in: 0...(ring.count - 1))]
      for (dx, dy) in [(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)] as [(Int32, Int32)] {
        let point = LatticePoint(x: corner.x + dx, y: corner.y + dy)
        #expect(index.unit(at: point) == bruteForce(point, all), "\(point) \(seed)")
      }
    }
  }

  /// Small lattices put many points exactly on borders and corners.
  @Test func agreesWithTheRuleOnEveryPointOfSmallPolygons() throws {
    let seed = Seed()
    var random = SplitMix(seed: seed.value)
    for _ in 0..<40 {
      let shapes = (0..<6).map { number -> (code: UnitCode, shape: Shape) in
        let ring = (0..<random.number(in: 3...6)).map { _ in
          LatticePoint(x: Int32(random.number(in: 0...24)), y: Int32(random.number(in: 0...24)))
        }
        return (UnitCode("u\(number)"), shape(ring))
      }
      let index = try GridIndex(shapes: shapes)
      for x in Int32(-1)...25 {
        for y in Int32(-1)...25 {
          let point = LatticePoint(x: x, y: y)
          #expect(index.unit(at: point) == bruteForce(point, shapes), "\(point) \(seed)")
        }
      }
    }
  }

  @Test func everyPointOfAGapFreePlanBelongsToExactlyOneUnit() throws {
    let shapes = (0..<9).map { number in
      (code: UnitCode("\(number)"), shape: shape(square(Int32(number % 3) * 10, Int32(number / 3) * 10, side: 10)))
    }
    let index = try GridIndex(shapes: shapes)
    for x in Int32(0)...30 {
      for y in Int32(0)...30 {
        let point = LatticePoint(x: x, y: y)
        let holders = shapes.filter { $0.shape.contains(point) }.map(\.code)
        #expect(holders.count == (x < 30 && y < 30 ? 1 : 0))
        // The outer border in the east and north belongs to a unit behind it, so that the plan is closed.
        let touching = shapes.filter { $0.shape.hasOnBorder(point) }.map(\.code)
        #expect(index.unit(at: point) == holders.first ?? touching.min())
      }
    }
    for outside in [LatticePoint(x: -1, y: 5), LatticePoint(x: 31, y: 5), LatticePoint(x: 5, y: 31)] {
      #expect(index.unit(at: outside) == nil)
    }
  }

  @Test func bordersOfGeneratedGridsBelongToExactlyOne() throws {
    let loaded = try TestNetworks.read("baoan")
    let shapes = loaded.shapes.sorted { $0.key < $1.key }
    let outline = try #require(loaded.shapes(ofTier: "district").first).shape
    for (code, shape) in shapes.prefix(300) {
      let box = try #require(shape.box)
      let near = shapes.filter { other in other.value.polygons[0].outer.contains { box.contains($0) } }
      for corner in shape.polygons[0].outer where !outline.hasOnBorder(corner) {
        #expect(near.count { $0.value.contains(corner) } == 1, "\(corner) of \(code)")
      }
    }
  }

  @Test func holesAreOutsideAndMultipolygonsWhole() throws {
    let ring = Shape(polygons: [
      LatticePolygon(outer: square(0, 0, side: 100), holes: [square(40, 40, side: 20)]),
      LatticePolygon(outer: square(200, 0, side: 50)),
    ])
    let index = try GridIndex(shapes: [("ring", ring), ("island", shape(square(45, 45, side: 5)))])
    #expect(index.unit(at: LatticePoint(x: 10, y: 10)) == "ring")
    #expect(index.unit(at: LatticePoint(x: 220, y: 10)) == "ring")
    #expect(index.unit(at: LatticePoint(x: 55, y: 55)) == nil)
    #expect(index.unit(at: LatticePoint(x: 47, y: 47)) == "island")
    #expect(index.unit(at: LatticePoint(x: 150, y: 10)) == nil)
  }

  @Test func theLowestCodeHoldsGroundThatOverlaps() throws {
    let index = try GridIndex(shapes: [("b", shape(square(0, 0, side: 100))), ("a", shape(square(50, 50, side: 100)))])
    #expect(index.unit(at: LatticePoint(x: 75, y: 75)) == "a")
    #expect(index.unit(at: LatticePoint(x: 25, y: 25)) == "b")
  }

  @Test func anEmptyIndexFindsNothing() throws {
    let index = try GridIndex(shapes: [])
    #expect(index.unit(at: LatticePoint(x: 0, y: 0)) == nil)
    #expect(index.unit(atLatitude: 22.5, longitude: 113.9) == nil)
    #expect(index.unit(atLatitude: .nan, longitude: 0) == nil)
    #expect(index.unit(atLatitude: 91, longitude: 0) == nil)
  }

  @Test func refusesWhatItCannotIndexExactly() {
    #expect(throws: GridIndexFault.duplicateCode("a")) {
      try GridIndex(shapes: [("a", shape(square(0, 0, side: 1))), ("a", shape(square(5, 5, side: 1)))])
    }
    #expect(throws: GridIndexFault.tooWide("b")) {
      try GridIndex(shapes: [
        ("a", shape(square(-900_000_000, 0, side: 10))), ("b", shape(square(900_000_000, 0, side: 10))),
      ])
    }
  }

  #if !DEBUG
    /// A figure for the bench page; the bound is what a service may count on.
    @Test(arguments: ["baoan", "nyc"])
    func findsAMillionPointsASecond(network: String) throws {
      let seed = Seed()
      var random = SplitMix(seed: seed.value)
      let index = try TestNetworks.read(network).grids
      let box = try #require(index.box)
      let points = (0..<1_000_000).map { _ in random.point(in: box) }
      var found = 0
      let time = ContinuousClock().measure { for point in points where index.position(of: point) != nil { found += 1 } }
      #expect(found > 0 && time < .seconds(1), "\(network): 1,000,000 points in \(time), \(index.memoryBytes) bytes")
    }
  #endif
}
