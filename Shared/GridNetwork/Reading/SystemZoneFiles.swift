import Foundation

/// The zone database of the machine.
public enum SystemZoneFiles {
  /// The compiled file of a zone such as `Asia/Shanghai`; nil for a name that is none.
  @Sendable
  public static func read(_ name: String) -> [UInt8]? {
    let allowed = name.utf8.allSatisfy {
      ($0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z")) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
        || ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || "/_+-".utf8.contains($0)
    }
    guard allowed, !name.isEmpty, !name.hasPrefix("/") else { return nil }
    return FileManager.default.contents(atPath: "/usr/share/zoneinfo/" + name).map { [UInt8]($0) }
  }
}
