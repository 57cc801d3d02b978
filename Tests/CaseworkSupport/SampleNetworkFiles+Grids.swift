public import Domain

/// The sample network with a rule of how its grids change, and changes of them.
extension SampleNetworkFiles {
  /// Officers of a community propose, the heads of the street and of the district approve, each within two days.
  public static let withGridChanges = replacing(
    "repeats:\n",
    with: """
      grids:
        changes:
          proposed_by: [officer@community]
          approvals:
            - {by: supervisor@street, within: 48 urgent_hours}
            - {by: supervisor@district, within: 48 urgent_hours}
      repeats:

      """, in: "network.yaml")

  /// A square of the lattice of grids, or a part of it, as a feature.
  ///
  /// - Parameters:
  ///   - west: where it begins within the grid, as a share of its width.
  ///   - east: where it ends.
  public static func feature(
    _ code: String, in grid: UnitCode, from west: Double = 0, to east: Double = 1, more: String = ""
  ) -> String {
    guard let corner = corners.first(where: { $0.grid == grid.text }) else { return "" }
    let (south, north) = (corner.south, corner.south + 0.1)
    let (left, right) = (corner.west + 0.1 * west, corner.west + 0.1 * east)
    let ring = "[[\(left),\(south)],[\(right),\(south)],[\(right),\(north)],[\(left),\(north)],[\(left),\(south)]]"
    return """
      {"type":"Feature","properties":{"code":"\(code)","name_zh":"新\(code)"\(more)},\
      "geometry":{"type":"Polygon","coordinates":[\(ring)]}}
      """
  }

  public static func collection(_ features: String...) -> String {
    "{\"type\":\"FeatureCollection\",\"features\":[\(features.joined(separator: ","))]}"
  }

  /// The western and the eastern half of a grid, as two grids `<grid>a` and `<grid>b`.
  public static func halves(of grid: UnitCode) -> String {
    collection(feature("\(grid)a", in: grid, to: 0.5), feature("\(grid)b", in: grid, from: 0.5))
  }
}
