/// What is wrong with a GeoJSON file, and on which line.
public struct GeoJSONFault: Error, Sendable, Hashable, CustomStringConvertible {
  /// Counted from 1.
  public let line: Int
  public let message: String

  public var description: String { "line \(line): \(message)" }
}
