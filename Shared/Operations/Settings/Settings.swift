import Configuration
import Foundation

/// The settings of a process, read once at its root and then plain values.
///
/// A setting is looked up in the environment first, then in the file that `GRIDLOOP_SETTINGS_FILE` names. What is unknown
/// or wrong is refused by name, everything at once.
public struct Settings: Sendable {
  /// Names the optional file of `KEY=VALUE` lines.
  public static let file = SettingKey<String?>(
    "GRIDLOOP_SETTINGS_FILE", help: "file of further settings, KEY=VALUE a line; the environment goes before it")

  private let values: [String: any Sendable]

  /// Reads `keys` from the process's environment and the file that it names; see `read(keys:environment:)`.
  public static func read(keys: [any AnySettingKey]) throws(SettingsError) -> Settings {
    try read(keys: keys, environment: ProcessInfo.processInfo.environment)
  }

  /// Reads `keys` from `environment` and the file that it names.
  ///
  /// - Throws: `SettingsError` with every fault.
  public static func read(
    keys: [any AnySettingKey], environment: [String: String]
  ) throws(SettingsError) -> Settings {
    let keys = keys + [file]
    var faults: [SettingFault] = []
    let fileValues = readFile(environment[file.name], faults: &faults)
    faults += unknownNames(in: environment, fileValues, keys: keys)

    let reader = ConfigReader(providers: [
      EnvironmentVariablesProvider(environmentVariables: environment),
      EnvironmentVariablesProvider(environmentVariables: fileValues),
    ])
    var values: [String: any Sendable] = [:]
    for key in keys {
      precondition(values[key.name] == nil, "The setting \(key.name) is declared twice.")
      switch text(of: key, reader: reader).flatMap(key.parse) {
      case .success(let value): values[key.name] = value
      case .failure(let fault): faults.append(fault)
      }
    }
    guard faults.isEmpty else { throw SettingsError(faults: faults.sorted { $0.name < $1.name }) }
    return Settings(values: values)
  }

  /// The value of `key`, which must have been among those that were read.
  public subscript<Value>(key: SettingKey<Value>) -> Value {
    guard let value = values[key.name] as? Value else {
      preconditionFailure("The setting \(key.name) was not declared.")
    }
    return value
  }
}

extension Settings {
  private static func text(
    of key: any AnySettingKey, reader: ConfigReader
  ) -> Result<String?, SettingFault> {
    let direct = reader.string(forKey: configurationKey(key.name), isSecret: key.isSecret)
    guard key.isSecret, let path = reader.string(forKey: configurationKey(key.name + "_FILE")) else {
      return .success(direct)
    }
    guard direct == nil else { return .failure(SettingFault(key.name, "is given twice, as itself and as a file")) }
    guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
      return .failure(SettingFault(key.name + "_FILE", "names a file that cannot be read as text"))
    }
    return .success(text.trimmingCharacters(in: .newlines))
  }

  /// `GRIDLOOP_HEALTH_PORT` is `gridloop.health.port` to the configuration library, which turns it back.
  private static func configurationKey(_ name: String) -> ConfigKey {
    ConfigKey(name.lowercased().split(separator: "_", omittingEmptySubsequences: false).map(String.init))
  }

  private static func unknownNames(
    in environment: [String: String], _ fileValues: [String: String], keys: [any AnySettingKey]
  ) -> [SettingFault] {
    var known = Set(keys.map(\.name))
    known.formUnion(keys.filter(\.isSecret).map { $0.name + "_FILE" })
    let given = Set(environment.keys.filter { $0.hasPrefix(settingPrefix) }).union(fileValues.keys)
    return given.subtracting(known).map { SettingFault($0, "is no setting of this service") }
  }

  private static func readFile(_ path: String?, faults: inout [SettingFault]) -> [String: String] {
    guard let path else { return [:] }
    guard let data = FileManager.default.contents(atPath: path), let text = String(data: data, encoding: .utf8) else {
      faults.append(SettingFault(file.name, "names a file that cannot be read as text"))
      return [:]
    }
    return parseFile(text, faults: &faults)
  }

  /// Reads `KEY=VALUE` lines; empty lines and lines that begin with `#` are passed over, quotes around a value are taken off.
  static func parseFile(_ text: String, faults: inout [SettingFault]) -> [String: String] {
    var values: [String: String] = [:]
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = line.trimmingCharacters(in: .whitespaces)
      if line.isEmpty || line.hasPrefix("#") { continue }
      guard let equals = line.firstIndex(of: "="), equals != line.startIndex else {
        faults.append(SettingFault(file.name, "has no KEY=VALUE in line \(index + 1)"))
        continue
      }
      let name = String(line[..<equals])
      if values.updateValue(unquoted(line[line.index(after: equals)...]), forKey: name) != nil {
        faults.append(SettingFault(name, "stands twice in the settings file"))
      }
    }
    return values
  }

  private static func unquoted(_ value: Substring) -> String {
    for quote in ["\"", "'"] where value.count >= 2 && value.hasPrefix(quote) && value.hasSuffix(quote) {
      return String(value.dropFirst().dropLast())
    }
    return String(value)
  }
}
