import Domain
import GridNetwork

/// Places spread evenly over the finest units of a network, each certainly inside the unit it was drawn for.
struct PointSampler: Sendable {
  /// Draws from a unit's box before another unit is taken; a shape fills far more of its box than one in this many.
  static let maxDraws = 200

  private struct Ground: Sendable {
    let unit: UnitCode
    let shape: Shape
    let box: LatticeBox
  }

  private let grounds: [Ground]

  /// Nil when the network has no shapes.
  init?(_ network: LoadedNetwork) {
    grounds = network.shapes.sorted { $0.key < $1.key }.compactMap { code, shape in
      shape.box.map { Ground(unit: code, shape: shape, box: $0) }
    }
    if grounds.isEmpty { return nil }
  }

  func draw(_ random: inout SeededSequence) -> (unit: UnitCode, point: LatticePoint) {
    while true {
      let ground = grounds[Int.random(in: 0..<grounds.count, using: &random)]
      for _ in 0..<Self.maxDraws {
        let point = LatticePoint(
          x: Int32.random(in: ground.box.minimum.x...ground.box.maximum.x, using: &random),
          y: Int32.random(in: ground.box.minimum.y...ground.box.maximum.y, using: &random))
        if ground.shape.contains(point), !ground.shape.hasOnBorder(point) { return (ground.unit, point) }
      }
    }
  }
}
