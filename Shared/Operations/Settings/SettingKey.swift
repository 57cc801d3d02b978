/// One setting of a service: its name in the environment, type, default, unit, secrecy and what it is for.
///
/// A key without default whose type is not optional must be given. Declare keys as static constants and hand them to
/// `Settings.read` all together; a key that no service declares is refused there.
public struct SettingKey<Value: SettingValue>: AnySettingKey {
  /// The longest text a setting may have.
  public static var maxTextBytes: Int { 8_192 }

  public let name: String
  public let defaultValue: Value?
  public let unit: String?
  public let isSecret: Bool
  public let help: String
  private let refusal: @Sendable (Value) -> String?

  /// - Parameters:
  ///   - name: `GRIDLOOP_` and capital letters, digits and underscores.
  ///   - defaultValue: what holds when the setting is missing; nil when it must be given.
  ///   - unit: of a number.
  ///   - isSecret: never printed, and may be given as a file: `<NAME>_FILE` names a file that holds the value.
  ///   - help: one line.
  ///   - refusal: says why a value of the right type is not acceptable, as the end of a sentence ("must be …").
  public init(
    _ name: String, default defaultValue: Value? = nil, unit: String? = nil, isSecret: Bool = false, help: String,
    refusal: @escaping @Sendable (Value) -> String? = { _ in nil }
  ) {
    precondition(
      name.hasPrefix(settingPrefix) && name.utf8.allSatisfy(isNameByte), "\(name) is no name of a setting.")
    precondition(!name.hasSuffix("_FILE") || !isSecret, "\(name): a secret's own name does not end in _FILE.")
    self.name = name
    self.defaultValue = defaultValue
    self.unit = unit
    self.isSecret = isSecret
    self.help = help
    self.refusal = refusal
  }

  public var typeName: String { Value.settingTypeName }
  public var defaultText: String? { defaultValue?.settingText }

  public func parse(_ text: String?) -> Result<any Sendable, SettingFault> {
    guard let text else { return missing() }
    guard text.utf8.count <= Self.maxTextBytes else { return .failure(SettingFault(name, "is too long")) }
    guard let value = Value(settingText: text) else {
      return .failure(SettingFault(name, "must be \(typeName)\(isSecret ? "" : ", not \"\(text)\"")"))
    }
    if let reason = refusal(value) {
      return .failure(SettingFault(name, "\(reason)\(isSecret ? "" : ", not \"\(text)\"")"))
    }
    return .success(value)
  }

  private func missing() -> Result<any Sendable, SettingFault> {
    if let defaultValue { return .success(defaultValue) }
    if let none = Value.self as? any ExpressibleByNilLiteral.Type { return .success(noValue(of: none)) }
    return .failure(SettingFault(name, "must be given"))
  }

  private func noValue<Missing: ExpressibleByNilLiteral>(of type: Missing.Type) -> any Sendable {
    let missing: Missing = nil
    guard let value = missing as? Value else {
      preconditionFailure("The optional setting \(name) cannot be missing.")
    }
    return value
  }
}

extension SettingKey where Value == Int {
  /// A whole number within `range`.
  public init(
    _ name: String, default defaultValue: Int? = nil, unit: String? = nil, range: ClosedRange<Int>, help: String
  ) {
    self.init(name, default: defaultValue, unit: unit, help: help) { value in
      range.contains(value) ? nil : "must be from \(range.lowerBound) to \(range.upperBound)"
    }
  }
}

/// A setting of any type, for lists of them.
public protocol AnySettingKey: Sendable {
  var name: String { get }
  var typeName: String { get }
  var defaultText: String? { get }
  var unit: String? { get }
  var isSecret: Bool { get }
  var help: String { get }

  /// The value of `text`, or of a setting that is missing.
  func parse(_ text: String?) -> Result<any Sendable, SettingFault>
}

/// Why one setting is refused. The reason never holds the text of a secret.
public struct SettingFault: Error, Sendable, Equatable, CustomStringConvertible {
  public let name: String
  /// What is wrong, as the rest of a sentence that begins with the name.
  public let reason: String

  init(_ name: String, _ reason: String) {
    self.name = name
    self.reason = reason
  }

  public var description: String { "\(name) \(reason)" }
}

/// Every fault of a configuration at once, in the order of the names.
public struct SettingsError: Error, Sendable, Equatable, CustomStringConvertible {
  public let faults: [SettingFault]

  public var description: String { faults.map(\.description).joined(separator: "; ") }
}

let settingPrefix = "GRIDLOOP_"

private func isNameByte(_ byte: UInt8) -> Bool {
  (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    || byte == UInt8(ascii: "_")
}
