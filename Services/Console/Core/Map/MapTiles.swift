import Operations

/// A server of map tiles, as its address is written for Leaflet: `https://tiles.example.org/{z}/{x}/{y}.png`. It must
/// serve Web Mercator on WGS-84; tiles in GCJ-02 would lie some hundred metres beside the units' ground.
struct MapTiles: Sendable, Hashable {
  let address: String
  /// Scheme, host and port: what the content security policy lets pages load images from.
  let origin: String

  /// Nil unless it is an http or https address with a host and the places of zoom, column and row.
  init?(_ address: String) {
    guard let scheme = ["https://", "http://"].first(where: { address.hasPrefix($0) }) else { return nil }
    let host = address.dropFirst(scheme.count).prefix { $0 != "/" }
    // Whatever else stood there could end the header or add to it.
    let isPlain = host.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-.:[]".contains($0)) }
    guard !host.isEmpty, isPlain, ["{z}", "{x}", "{y}"].allSatisfy({ address.contains($0) }) else { return nil }
    self.address = address
    origin = scheme + host
  }
}
