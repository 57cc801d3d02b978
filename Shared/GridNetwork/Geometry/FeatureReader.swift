/// One feature of a GeoJSON file: its shape and its simple properties.
public struct Feature: Sendable, Hashable {
  /// Values of the properties that are texts, numbers or literals, each as written.
  public let properties: [String: String]
  public let shape: Shape
  /// The line on which the feature begins, counted from 1.
  public let line: Int

  public init(properties: [String: String], shape: Shape, line: Int) {
    self.properties = properties
    self.shape = shape
    self.line = line
  }
}

/// Reads polygons and multipolygons from GeoJSON (RFC 7946), coordinates as degrees on WGS-84.
public enum FeatureReader {
  /// More features than this in one file are refused.
  public static let maxFeatures = 200_000

  /// The features of a `FeatureCollection` in the order of the file, and every fault that leaves the rest readable:
  /// a ring of fewer than four points or one that does not end where it began is left out, as is a feature without a
  /// polygon.
  ///
  /// Points beyond longitude and latitude (heights) are read past; a ring's closing point is checked and dropped.
  /// Throws when the file is no JSON or no feature collection.
  public static func read(_ bytes: [UInt8]) throws(GeoJSONFault) -> (features: [Feature], faults: [GeoJSONFault]) {
    var result: Result<([Feature], [GeoJSONFault]), GeoJSONFault> = .success(([], []))
    bytes.withUnsafeBufferPointer { buffer in
      var scanner = FeatureScanner(buffer)
      do throws(GeoJSONFault) {
        let features = try collection(&scanner)
        result = .success((features, scanner.faults))
      } catch {
        result = .failure(error)
      }
    }
    return try result.get()
  }

  private static func collection(_ scanner: inout FeatureScanner) throws(GeoJSONFault) -> [Feature] {
    var features: [Feature]?
    var type = ""
    try scanner.forEachMember { (scanner, name) throws(GeoJSONFault) in
      switch name {
      case "type": type = try scanner.string()
      case "features":
        var read: [Feature] = []
        try scanner.forEachElement { (scanner) throws(GeoJSONFault) in
          guard read.count < maxFeatures else { throw scanner.fault("more than \(maxFeatures) features") }
          if let feature = try feature(&scanner) { read.append(feature) }
        }
        features = read
      default: try scanner.skipValue()
      }
    }
    guard scanner.isAtEnd() else { throw scanner.fault("something follows the feature collection") }
    guard type == "FeatureCollection", let features else { throw scanner.fault("not a FeatureCollection") }
    return features
  }

  private static func feature(_ scanner: inout FeatureScanner) throws(GeoJSONFault) -> Feature? {
    _ = scanner.peek()
    let line = scanner.currentLine()
    var properties: [String: String] = [:]
    var shape: Shape?
    try scanner.forEachMember { (scanner, name) throws(GeoJSONFault) in
      switch name {
      case "properties" where scanner.peek() == UInt8(ascii: "{"):
        try scanner.forEachMember { (scanner, name) throws(GeoJSONFault) in
          switch scanner.peek() {
          case UInt8(ascii: "{"), UInt8(ascii: "["): try scanner.skipValue()
          default: properties[name] = try scanner.scalarText()
          }
        }
      case "geometry" where scanner.peek() == UInt8(ascii: "{"): shape = try geometry(&scanner)
      default: try scanner.skipValue()
      }
    }
    guard let shape, !shape.polygons.isEmpty else {
      scanner.report("a feature without a usable polygon", line: line)
      return nil
    }
    return Feature(properties: properties, shape: shape, line: line)
  }

  private static func geometry(_ scanner: inout FeatureScanner) throws(GeoJSONFault) -> Shape? {
    _ = scanner.peek()
    let line = scanner.currentLine()
    var type = ""
    var polygons: [[Ring]] = []
    var depth = 0
    try scanner.forEachMember { (scanner, name) throws(GeoJSONFault) in
      switch name {
      case "type": type = try scanner.string()
      case "coordinates": (polygons, depth) = try coordinates(&scanner)
      default: try scanner.skipValue()
      }
    }
    switch (type, depth) {
    case ("Polygon", 3), ("MultiPolygon", 4):
      return Shape(
        polygons: polygons.filter { !$0[0].isEmpty }.map { rings in
          LatticePolygon(outer: rings[0], holes: rings.dropFirst().filter { !$0.isEmpty })
        })
    case ("Polygon", _), ("MultiPolygon", _): scanner.report("coordinates that are no \(type)", line: line)
    default: scanner.report("a geometry that is neither Polygon nor MultiPolygon", line: line)
    }
    return nil
  }

  /// The polygons and how deep the arrays nest: 3 in a polygon, 4 in a multipolygon. The type may follow the
  /// coordinates in the file, so the depth is found by looking.
  private static func coordinates(_ scanner: inout FeatureScanner) throws(GeoJSONFault) -> ([[Ring]], Int) {
    let depth = scanner.arrayDepth(upTo: 5)
    var polygons: [[Ring]] = []
    switch depth {
    case 3: polygons = [try rings(&scanner)]
    case 4:
      try scanner.forEachElement { (scanner) throws(GeoJSONFault) in polygons.append(try rings(&scanner)) }
    default: try scanner.skipValue()
    }
    return (polygons, depth)
  }

  private static func rings(_ scanner: inout FeatureScanner) throws(GeoJSONFault) -> [Ring] {
    var rings: [Ring] = []
    try scanner.forEachElement { (scanner) throws(GeoJSONFault) in rings.append(try ring(&scanner)) }
    guard !rings.isEmpty else { throw scanner.fault("a polygon without a ring") }
    return rings
  }

  /// A ring without its closing point; empty, with a fault, when it is none.
  private static func ring(_ scanner: inout FeatureScanner) throws(GeoJSONFault) -> Ring {
    _ = scanner.peek()
    let line = scanner.currentLine()
    var ring: Ring = []
    try scanner.forEachElement { (scanner) throws(GeoJSONFault) in
      try scanner.expect("[")
      let x = try scanner.steps(limitDegrees: 180)
      try scanner.expect(",")
      let y = try scanner.steps(limitDegrees: 90)
      while scanner.take(",") { try scanner.skipValue() }
      try scanner.expect("]")
      ring.append(LatticePoint(x: x, y: y))
    }
    guard ring.count >= 4 else {
      scanner.report("a ring of fewer than four points", line: line)
      return []
    }
    guard ring.first == ring.last else {
      scanner.report("a ring that does not end where it began", line: line)
      return []
    }
    ring.removeLast()
    return ring
  }
}

extension FeatureScanner {
  /// How many arrays open one in the other from here, without moving the cursor.
  func arrayDepth(upTo limit: Int) -> Int {
    var ahead = self
    var depth = 0
    while depth < limit, ahead.take("[") { depth += 1 }
    return depth
  }
}
