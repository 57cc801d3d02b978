public import Platform

/// Where a process takes the time from that cases live in.
public enum ClockSource: SettingValue, Hashable {
  case real
  /// A file that `gridctl clock advance` moves; see `FileClock`.
  case simulated(path: String)

  public static var settingTypeName: String { "real|simulated:PATH" }

  public init?(settingText: String) {
    if settingText == "real" {
      self = .real
    } else if settingText.hasPrefix("simulated:"), settingText.count > "simulated:".count {
      self = .simulated(path: String(settingText.dropFirst("simulated:".count)))
    } else {
      return nil
    }
  }

  public var settingText: String {
    switch self {
    case .real: "real"
    case .simulated(let path): "simulated:\(path)"
    }
  }

  /// The clock itself.
  ///
  /// - Throws: `SystemError` when the file of a simulated clock cannot be used.
  public func open() throws(SystemError) -> any WallClock {
    switch self {
    case .real: SystemClock()
    case .simulated(let path): try FileClock(path: path)
    }
  }
}
