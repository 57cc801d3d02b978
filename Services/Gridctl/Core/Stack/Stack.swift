import Foundation
import Operations
import Platform
import PostgresClient

/// A stack on this machine: its directory and what the file `env` in it says.
struct Stack: Sendable {
  static let defaultHome = ".gridloop"
  /// Variables of the process that go before the file's.
  static let overridable = [
    "DATABASE_URL", "INTAKE_PORT", "CONSOLE_PORT", "BIND", "CLOCK", "CLOCK_FILE", "NETWORK", "GRIDLOOP_CLOCK",
    "GRIDLOOP_DATABASE_URL", "GRIDLOOP_NETWORKS",
  ]

  let home: String
  /// `KEY=VALUE` lines of the file, with the process's variables over them.
  let values: [String: String]

  init(home: String, values: [String: String]) {
    self.home = home
    self.values = values
  }

  /// The stack in `home`, else in GRIDLOOP_HOME, else in `.gridloop`.
  static func find(
    home: String?, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> Stack {
    let directory = home ?? environment["GRIDLOOP_HOME"] ?? defaultHome
    var values = (try? String(contentsOfFile: directory + "/env", encoding: .utf8)).map(parse) ?? [:]
    for key in overridable {
      if let value = environment[key], !value.isEmpty { values[key] = value }
    }
    return Stack(home: directory, values: values)
  }

  /// Lines of `KEY=VALUE`; empty lines and comments are passed over.
  static func parse(_ text: String) -> [String: String] {
    var values: [String: String] = [:]
    for line in text.split(whereSeparator: \.isNewline) {
      guard !line.hasPrefix("#"), let sign = line.firstIndex(of: "=") else { continue }
      var value = line[line.index(after: sign)...]
      for quote in ["\"", "'"] where value.count > 1 && value.hasPrefix(quote) && value.hasSuffix(quote) {
        value = value.dropFirst().dropLast()
      }
      values[String(line[..<sign])] = String(value)
    }
    return values
  }

  /// A path inside the stack's directory.
  func path(_ name: String) -> String { home + "/" + name }

  func databaseConfiguration() throws -> PostgresConfiguration {
    guard let url = values["DATABASE_URL"] ?? values["GRIDLOOP_DATABASE_URL"] else {
      throw Refusal(
        "no_stack",
        "no database is named: \(path("env")) is missing or has no DATABASE_URL. Run `make up`, or set GRIDLOOP_HOME"
          + " or DATABASE_URL.")
    }
    var configuration = try PostgresConfiguration(url: url)
    configuration.applicationName = "gridctl"
    // An operator's statements may read whole journals.
    configuration.statementTimeoutMilliseconds = 120_000
    configuration.operationTimeoutMilliseconds = 125_000
    return configuration
  }

  var networkName: String? { values["NETWORK"] }
  var intakeAddress: String { "http://\(host):\(values["INTAKE_PORT"] ?? "8081")" }
  var consoleAddress: String { "http://\(host):\(values["CONSOLE_PORT"] ?? "8080")" }

  /// The host to speak to: the bound one, or this machine where all addresses are bound.
  private var host: String {
    switch values["BIND"] ?? "127.0.0.1" {
    case "0.0.0.0", "*", "": "127.0.0.1"
    case "::": "[::1]"
    case let address where address.contains(":"): "[\(address)]"
    case let address: address
    }
  }
}

extension Stack {
  /// Where the time comes from that cases live in.
  func clockSource() throws -> ClockSource {
    if let text = values["GRIDLOOP_CLOCK"] {
      guard let source = ClockSource(settingText: text) else {
        throw Refusal("bad_setting", "GRIDLOOP_CLOCK must be \(ClockSource.settingTypeName)")
      }
      return source
    }
    switch values["CLOCK"] {
    case nil, "real": return .real
    case "simulated": return .simulated(path: values["CLOCK_FILE"] ?? path("clock"))
    case let text?:
      guard let source = ClockSource(settingText: text) else {
        throw Refusal("bad_setting", "CLOCK must be real or simulated")
      }
      return source
    }
  }

  /// The stack's clock, for reading.
  func clock() throws -> any WallClock {
    do {
      return try clockSource().open()
    } catch let error as SystemError {
      throw Refusal("no_clock", "the stack's clock cannot be read: \(error)")
    }
  }
}
