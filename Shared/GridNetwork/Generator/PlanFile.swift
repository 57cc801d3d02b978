import Domain

/// A generated territory as a file: what `generate:` made, stored beside the parameters that it was made from, so that
/// whoever reads a stored version need not draw it again, and what was applied stays what it was.
///
/// The format is `gridloop-plan-1` and a line feed, the eight bytes of ``digest(of:tiers:)``, then numbers of seven bits a
/// byte, the lowest first: the tiers as texts; the units, each by code, place of the parent in this list counted from one
/// (0 for none), place of the tier, and names; the shapes, each by the place of its unit, and so many polygons of so many
/// rings of so many points, each point by its difference from the one before. Texts have their length before them.
enum PlanFile {
  /// Its name in a stored version.
  static let name = "generated.plan"
  private static let header = Array("gridloop-plan-1\n".utf8)

  /// What tells parameters from others (FNV-1a, 64 bits): it guards against a plan left beside changed parameters, not
  /// against anybody's intent.
  static func digest(of parameters: [UInt8], tiers: [String]) -> UInt64 {
    var digest: UInt64 = 0xCBF2_9CE4_8422_2325
    func add(_ bytes: some Sequence<UInt8>) {
      for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01B3 }
    }
    for tier in tiers {
      add(tier.utf8)
      add([0])
    }
    parameters.withUnsafeBufferPointer { buffer in
      var place = 0
      while place < buffer.count {
        digest = (digest ^ UInt64(buffer[place])) &* 0x100_0000_01B3
        place += 1
      }
    }
    return digest
  }

  /// - Precondition: the parents stand before their children, as the generator makes them.
  static func encode(_ made: GeneratedNetwork, tiers: [String], digest: UInt64) -> [UInt8] {
    var writer = Writer(bytes: header)
    for shift in stride(from: UInt64(0), to: 64, by: 8) {
      writer.bytes.append(UInt8(truncatingIfNeeded: digest >> shift))
    }
    writer.number(tiers.count)
    for tier in tiers { writer.text(tier) }
    var places: [UnitCode: Int] = [:]
    writer.number(made.units.count)
    for (place, unit) in made.units.enumerated() {
      writer.text(unit.code.text)
      writer.number(unit.parent.flatMap { places[$0] }.map { $0 + 1 } ?? 0)
      writer.number(tiers.firstIndex(of: unit.tier) ?? 0)
      writer.text(unit.nameZh)
      writer.text(unit.nameEn)
      places[unit.code] = place
    }
    writer.number(made.shapes.count)
    for (code, shape) in made.shapes {
      writer.number(places[code] ?? 0)
      writer.number(shape.polygons.count)
      for polygon in shape.polygons {
        writer.number(polygon.rings.count)
        for ring in polygon.rings { writer.ring(ring) }
      }
    }
    return writer.bytes
  }

  /// What the file holds; nil when it is damaged, or was made from other parameters.
  static func decode(_ bytes: [UInt8], tiers: [String], digest: UInt64, drawsShapes: Bool) -> GeneratedNetwork? {
    bytes.withUnsafeBufferPointer { buffer in
      guard bytes.starts(with: header), buffer.count >= header.count + 8 else { return nil }
      var stored: UInt64 = 0
      for place in 0..<8 { stored |= UInt64(buffer[header.count + place]) << UInt64(8 * place) }
      guard stored == digest else { return nil }
      var reader = Reader(buffer: buffer, offset: header.count + 8)
      guard (0..<reader.count()).map({ _ in reader.text() }) == tiers else { return nil }
      let units = units(&reader, tiers: tiers)
      let shapes = drawsShapes ? shapes(&reader, of: units) : []
      return reader.isDamaged ? nil : GeneratedNetwork(units: units, shapes: shapes)
    }
  }

  private static func units(_ reader: inout Reader, tiers: [String]) -> [Unit] {
    let count = reader.count()
    var units: [Unit] = []
    units.reserveCapacity(count)
    while units.count < count, !reader.isDamaged {
      let code = UnitCode(reader.text())
      let (parent, tier) = (reader.number(), reader.number())
      let (nameZh, nameEn) = (reader.text(), reader.text())
      guard parent <= units.count, tier < tiers.count else {
        reader.isDamaged = true
        break
      }
      units.append(
        Unit(
          code: code, parent: parent == 0 ? nil : units[parent - 1].code, tier: tiers[tier], nameZh: nameZh,
          nameEn: nameEn))
    }
    return units
  }

  private static func shapes(_ reader: inout Reader, of units: [Unit]) -> [(code: UnitCode, shape: Shape)] {
    let count = reader.count()
    var shapes: [(code: UnitCode, shape: Shape)] = []
    shapes.reserveCapacity(count)
    while shapes.count < count, !reader.isDamaged {
      let unit = reader.number()
      guard unit < units.count else {
        reader.isDamaged = true
        break
      }
      var polygons: [LatticePolygon] = []
      for _ in 0..<reader.count() where !reader.isDamaged {
        let rings = (0..<reader.count()).map { _ in reader.ring() }
        if let outer = rings.first { polygons.append(LatticePolygon(outer: outer, holes: Array(rings.dropFirst()))) }
      }
      shapes.append((units[unit].code, Shape(polygons: polygons)))
    }
    return shapes
  }

  private struct Writer {
    var bytes: [UInt8]

    mutating func number(_ number: Int) { number64(UInt64(number)) }

    private mutating func number64(_ number: UInt64) {
      var rest = number
      while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
      }
      bytes.append(UInt8(rest))
    }

    mutating func text(_ text: String) {
      number(text.utf8.count)
      bytes.append(contentsOf: text.utf8)
    }

    mutating func ring(_ ring: Ring) {
      number(ring.count)
      var last = LatticePoint(x: 0, y: 0)
      for point in ring {
        difference(Int64(point.x) - Int64(last.x))
        difference(Int64(point.y) - Int64(last.y))
        last = point
      }
    }

    /// Small ones of either sign become small numbers.
    private mutating func difference(_ value: Int64) { number64(UInt64(bitPattern: value << 1 ^ value >> 63)) }
  }

  /// Written for unoptimised builds, too: plain loops over a buffer.
  private struct Reader {
    let buffer: UnsafeBufferPointer<UInt8>
    var offset: Int
    var isDamaged = false

    init(buffer: UnsafeBufferPointer<UInt8>, offset: Int) {
      self.buffer = buffer
      self.offset = offset
    }

    mutating func number64() -> UInt64 {
      var number: UInt64 = 0
      var shift: UInt64 = 0
      while offset < buffer.count, shift < 64 {
        let byte = buffer[offset]
        offset += 1
        number |= UInt64(byte & 0x7F) &<< shift
        if byte < 0x80 { return number }
        shift += 7
      }
      isDamaged = true
      return 0
    }

    mutating func number() -> Int { Int(truncatingIfNeeded: number64() & UInt64(Int.max)) }

    /// How many of something follow; each takes a byte at least.
    mutating func count() -> Int {
      let count = number()
      if count > buffer.count - offset { isDamaged = true }
      return isDamaged ? 0 : count
    }

    mutating func text() -> String {
      let length = count()
      defer { offset += length }
      return String(decoding: UnsafeBufferPointer(rebasing: buffer[offset..<(offset + length)]), as: UTF8.self)
    }

    mutating func ring() -> Ring {
      let count = count()
      var (x, y): (Int64, Int64) = (0, 0)
      return Ring(unsafeUninitializedCapacity: count) { ring, filled in
        while filled < count {
          x &+= difference()
          y &+= difference()
          ring.initializeElement(
            at: filled, to: LatticePoint(x: Int32(truncatingIfNeeded: x), y: Int32(truncatingIfNeeded: y)))
          filled += 1
        }
      }
    }

    private mutating func difference() -> Int64 {
      let number = number64()
      return Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
    }
  }
}

/// A network directory with the plan that its parameters make as one file more: what is stored as a version. A directory
/// that generates nothing is what it was.
public struct PlannedSource: NetworkSource {
  private let source: any NetworkSource
  private let plan: [UInt8]?

  /// Draws the plan, unless the source brings one that was made from the same parameters. What is wrong with the
  /// parameters is told when the source is read.
  ///
  /// - Throws: when files cannot be read.
  public init(_ source: some NetworkSource) throws(NetworkSourceError) {
    self.source = source
    var reading = NetworkReading(source: source, zoneFile: { _ in nil })
    plan = try reading.drawnPlan()
  }

  public func names() throws(NetworkSourceError) -> [String] {
    let names = try source.names()
    return plan == nil || names.contains(PlanFile.name) ? names : (names + [PlanFile.name]).sorted()
  }

  public func bytes(of name: String) throws(NetworkSourceError) -> [UInt8]? {
    if let plan, name == PlanFile.name { return plan }
    return try source.bytes(of: name)
  }
}

extension NetworkReading {
  /// The plan's file; nil where nothing is generated, or nothing can be.
  fileprivate mutating func drawnPlan() throws(NetworkSourceError) -> [UInt8]? {
    guard let generator = try readSettings()?.generator, let bytes = try file(generator.text),
      let made = try generate(generator, drawsShapes: true)
    else { return nil }
    let tiers = tiers.map(\.name)
    return PlanFile.encode(made, tiers: tiers, digest: PlanFile.digest(of: bytes, tiers: tiers))
  }
}
