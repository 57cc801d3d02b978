import Domain
import Testing

@testable import GridNetwork

@Suite struct OutlineTests {
  /// A cell of a plan of three by three.
  private func cell(_ number: Int) -> Shape {
    shape(square(Int32(number % 3) * 10, Int32(number / 3) * 10, side: 10))
  }

  /// Twice the area in square steps, exact.
  private func area(_ shape: Shape) -> Double {
    shape.polygons.reduce(0) { sum, polygon in
      polygon.holes.reduce(sum + abs(doubledArea(of: polygon.outer))) { $0 - abs(doubledArea(of: $1)) }
    }
  }

  @Test func neighboursBecomeOne() {
    let union = Outline.union(of: [shape(square(0, 0, side: 10)), shape(square(10, 0, side: 10).reversed())])
    #expect(union.polygons.count == 1)
    #expect(union.polygons[0].outer.count == 6)
    #expect(doubledArea(of: union.polygons[0].outer) == 400)
  }

  @Test func aRingOfCellsKeepsItsHole() {
    let cells = (0..<9).filter { $0 != 4 }.map(cell)
    let union = Outline.union(of: cells)
    #expect(union.polygons.count == 1 && union.polygons[0].holes.count == 1)
    #expect(!union.contains(LatticePoint(x: 15, y: 15)) && union.contains(LatticePoint(x: 5, y: 5)))
    #expect(union.droppingHoles(below: 1).polygons[0].holes.isEmpty)
  }

  /// Two cells that meet in one corner: rings may touch there, but none may pass it twice.
  @Test func ringsThatTouchInACornerStaySimple() {
    let diagonal = Outline.union(of: [shape(square(0, 0, side: 10)), shape(square(10, 10, side: 10))])
    #expect(diagonal.polygons.count == 2)
    // A hole that touches the outside in a corner.
    let cells = [0, 1, 2, 3, 5, 6, 7].map(cell)
    let union = Outline.union(of: cells)
    for ring in union.rings { #expect(Set(ring).count == ring.count) }
    #expect(area(union) == 1_400)
  }

  @Test func anIslandInALakeIsAPolygonOfItsOwn() {
    let lake = shape(square(0, 0, side: 100), holes: [square(20, 20, side: 60)])
    let union = Outline.union(of: [lake, shape(square(40, 40, side: 10))])
    #expect(union.polygons.map(\.holes.count).sorted() == [0, 1])
    #expect(union.contains(LatticePoint(x: 45, y: 45)) && !union.contains(LatticePoint(x: 30, y: 30)))
  }

  @Test(arguments: ["district", "street", "community"])
  func tiersOfBaoanAddUpToTheirGrids(tier: String) throws {
    let network = try TestNetworks.read("baoan")
    let grids = network.shapes.values.reduce(0) { $0 + area($1) }
    let joined = network.shapes(ofTier: tier)
    let whole = joined.reduce(0) { $0 + area($1.shape) }
    #expect(whole == grids)
    #expect(joined.count == network.policy.units.units.count { $0.tier == tier })
    #expect(joined.allSatisfy { $0.shape.polygons.count == 1 && $0.shape.polygons[0].holes.isEmpty })
  }
}
