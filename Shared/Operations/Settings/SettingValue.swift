/// A type that a setting can have: read from text, and written as text in the table that `--help` prints.
public protocol SettingValue: Sendable {
  /// The type as people know it, e.g. `whole number`.
  static var settingTypeName: String { get }

  /// Nil when `settingText` is no such value.
  init?(settingText: String)

  var settingText: String { get }
}

extension String: SettingValue {
  public static var settingTypeName: String { "text" }
  public init?(settingText: String) { self = settingText }
  public var settingText: String { self }
}

extension Int: SettingValue {
  public static var settingTypeName: String { "whole number" }
  public init?(settingText: String) { self.init(settingText) }
  public var settingText: String { description }
}

extension Double: SettingValue {
  public static var settingTypeName: String { "number" }

  public init?(settingText: String) {
    guard let value = Double(settingText), value.isFinite else { return nil }
    self = value
  }

  public var settingText: String { description }
}

extension Bool: SettingValue {
  public static var settingTypeName: String { "on|off" }

  public init?(settingText: String) {
    switch settingText {
    case "on", "true", "1": self = true
    case "off", "false", "0": self = false
    default: return nil
    }
  }

  public var settingText: String { self ? "on" : "off" }
}

/// A setting that may be missing.
extension Optional: SettingValue where Wrapped: SettingValue {
  public static var settingTypeName: String { Wrapped.settingTypeName }

  public init?(settingText: String) {
    guard let value = Wrapped(settingText: settingText) else { return nil }
    self = .some(value)
  }

  public var settingText: String { map(\.settingText) ?? "" }
}

/// Texts separated by commas.
extension Array: SettingValue where Element: SettingValue {
  public static var settingTypeName: String { "\(Element.settingTypeName),…" }

  public init?(settingText: String) {
    var elements: [Element] = []
    for part in settingText.split(separator: ",") {
      guard let element = Element(settingText: String(part)) else { return nil }
      elements.append(element)
    }
    self = elements
  }

  public var settingText: String { map(\.settingText).joined(separator: ",") }
}

/// A choice of words: an enumeration of strings only has to say that it is one.
public protocol SettingChoice: SettingValue, CaseIterable, RawRepresentable where RawValue == String {}

extension SettingChoice {
  public static var settingTypeName: String { allCases.map(\.rawValue).joined(separator: "|") }
  public init?(settingText: String) { self.init(rawValue: settingText) }
  public var settingText: String { rawValue }
}
