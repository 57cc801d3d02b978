public import Domain

/// The topics on the bus. Each ends in a terminator, so that none is the beginning of another.
public enum Topics {
  /// Runs of a district's journal: `e/440306/`.
  public static func events(_ district: UnitCode) -> [UInt8] { Array("e/\(district.text)/".utf8) }
  /// Beacons of a district's journal: `b/440306/`.
  public static func beacons(_ district: UnitCode) -> [UInt8] { Array("b/\(district.text)/".utf8) }
}
