import Domain

/// Finds every fault of a network directory at once.
public enum NetworkValidator {
  /// All faults in order of file and line; empty for a network that may be loaded. Blocks: the seams of 5,000 grids
  /// take about a second.
  /// - Throws: ``NetworkSourceError`` when the files cannot be read at all.
  public static func validate(
    _ source: some NetworkSource, zoneFile: @escaping @Sendable (String) -> [UInt8]? = SystemZoneFiles.read
  ) throws(NetworkSourceError) -> [NetworkFault] {
    var reading = NetworkReading(source: source, zoneFile: zoneFile)
    _ = try reading.load(version: 0, geometry: .shapes)
    let check = SeamCheck(tolerances: reading.tolerances, file: NetworkReading.gridsFile, faults: reading.faults)
    check.check(reading.features.filter { reading.tree?[$0.code]?.tier == reading.tree?.finestTier })
    return reading.faults.sorted()
  }
}
