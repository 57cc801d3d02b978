/// Writes shapes as GeoJSON (RFC 7946): outer rings counter-clockwise, holes clockwise, each closed.
public enum FeatureWriter {
  /// A feature collection, one feature a line. `properties` are written as texts in the given order.
  public static func write(
    _ features: some Sequence<(properties: [(name: String, value: String)], shape: Shape)>
  ) -> [UInt8] {
    var bytes = Array("{\"type\":\"FeatureCollection\",\"features\":[".utf8)
    var isFirst = true
    for feature in features {
      bytes.append(contentsOf: (isFirst ? "\n" : ",\n").utf8)
      isFirst = false
      append(feature, to: &bytes)
    }
    bytes.append(contentsOf: "\n]}\n".utf8)
    return bytes
  }

  private static func append(
    _ feature: (properties: [(name: String, value: String)], shape: Shape), to bytes: inout [UInt8]
  ) {
    bytes.append(contentsOf: "{\"type\":\"Feature\",\"properties\":{".utf8)
    for (index, property) in feature.properties.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      appendText(property.name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      appendText(property.value, to: &bytes)
    }
    bytes.append(contentsOf: "},\"geometry\":".utf8)
    appendGeometry(feature.shape, to: &bytes)
    bytes.append(UInt8(ascii: "}"))
  }

  /// The geometry alone: a Polygon, or a MultiPolygon where the shape has several parts.
  public static func appendGeometry(_ shape: Shape, to bytes: inout [UInt8]) {
    let isSingle = shape.polygons.count == 1
    bytes.append(
      contentsOf: (isSingle ? "{\"type\":\"Polygon\",\"coordinates\":" : "{\"type\":\"MultiPolygon\",\"coordinates\":[")
        .utf8)
    for (index, polygon) in shape.polygons.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "["))
      appendRing(polygon.outer, counterClockwise: true, to: &bytes)
      for hole in polygon.holes {
        bytes.append(UInt8(ascii: ","))
        appendRing(hole, counterClockwise: false, to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    }
    bytes.append(contentsOf: (isSingle ? "}" : "]}").utf8)
  }

  private static func appendRing(_ ring: Ring, counterClockwise: Bool, to bytes: inout [UInt8]) {
    let turned = (doubledArea(of: ring) > 0) == counterClockwise ? ring : ring.reversed()
    bytes.append(UInt8(ascii: "["))
    for point in turned {
      appendPoint(point, to: &bytes)
      bytes.append(UInt8(ascii: ","))
    }
    if let first = turned.first { appendPoint(first, to: &bytes) }
    bytes.append(UInt8(ascii: "]"))
  }

  private static func appendPoint(_ point: LatticePoint, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "["))
    appendDegrees(point.x, to: &bytes)
    bytes.append(UInt8(ascii: ","))
    appendDegrees(point.y, to: &bytes)
    bytes.append(UInt8(ascii: "]"))
  }

  /// The exact decimal of a coordinate, without zeros at its end.
  static func appendDegrees(_ steps: Int32, to bytes: inout [UInt8]) {
    let magnitude = Int(steps.magnitude)
    if steps < 0 { bytes.append(UInt8(ascii: "-")) }
    bytes.append(contentsOf: String(magnitude / LatticePoint.stepsPerDegree).utf8)
    var fraction = magnitude % LatticePoint.stepsPerDegree
    guard fraction > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    var digit = LatticePoint.stepsPerDegree / 10
    while fraction > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(fraction / digit))
      fraction %= digit
      digit /= 10
    }
  }

  private static func appendText(_ text: String, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(contentsOf: [UInt8(ascii: "0") + byte >> 4, Array("0123456789abcdef".utf8)[Int(byte & 15)]])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
