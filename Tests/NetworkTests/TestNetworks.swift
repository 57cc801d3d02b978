import Domain
import Foundation
import Testing

@testable import GridNetwork

/// The networks of the repository, each read once for all tests.
enum TestNetworks {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("deploy/networks").path

  static let names = ["baoan", "dongguan", "jinshan", "nyc", "pidu", "shenzhen"]

  static func source(_ name: String) -> DirectorySource { DirectorySource(path: folder + "/" + name) }

  private static let baoan = Result { try NetworkReader.read(source("baoan"), geometry: .shapes) }
  private static let nyc = Result { try NetworkReader.read(source("nyc"), geometry: .shapes) }

  /// Its plan is made anew at each reading, which takes half a minute without optimisation.
  static let shenzhen = Result { try NetworkReader.read(source("shenzhen"), geometry: .shapes) }

  private static let policies = Dictionary(
    uniqueKeysWithValues: names.map { name in
      name == "shenzhen"
        ? (name, shenzhen.map(\.policy))
        : (name, Result { try NetworkReader.read(source(name), geometry: .skip).policy })
    })

  static func policy(_ name: String) throws -> NetworkPolicy {
    guard let policy = policies[name] else { preconditionFailure("\(name) is one of the names") }
    return try policy.get()
  }

  static func read(_ name: String) throws -> LoadedNetwork {
    try (name == "baoan" ? baoan : nyc).get()
  }
}

/// A seed for a random test: from the environment when a failure is to be repeated, else new. Printed by the test that
/// takes it through the comment of its expectations.
struct Seed: CustomStringConvertible {
  let value: UInt64

  init() {
    let given = ProcessInfo.processInfo.environment["TEST_SEED"].flatMap { UInt64($0) }
    value = given ?? UInt64.random(in: 0...UInt64.max)
  }

  var description: String { "TEST_SEED=\(value)" }
}

extension SplitMix {
  mutating func number(in range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(next() % UInt64(range.count))
  }

  mutating func point(in box: LatticeBox) -> LatticePoint {
    LatticePoint(
      x: Int32(number(in: Int(box.minimum.x)...Int(box.maximum.x))),
      y: Int32(number(in: Int(box.minimum.y)...Int(box.maximum.y))))
  }
}

func square(_ x: Int32, _ y: Int32, side: Int32) -> Ring {
  [
    LatticePoint(x: x, y: y), LatticePoint(x: x + side, y: y), LatticePoint(x: x + side, y: y + side),
    LatticePoint(x: x, y: y + side),
  ]
}

func shape(_ outer: Ring, holes: [Ring] = []) -> Shape {
  Shape(polygons: [LatticePolygon(outer: outer, holes: holes)])
}
