import Foundation
import Operations
import Testing

private let port = SettingKey("GRIDLOOP_TEST_PORT", default: 8081, range: 0...65_535, help: "port")
private let url = SettingKey<String>("GRIDLOOP_TEST_URL", isSecret: true, help: "address")
private let factor = SettingKey("GRIDLOOP_TEST_FACTOR", default: 1.5, help: "factor")
private let isOn = SettingKey("GRIDLOOP_TEST_ON", default: true, help: "switch")
private let note = SettingKey<String?>("GRIDLOOP_TEST_NOTE", help: "note")
private let names = SettingKey<[String]>("GRIDLOOP_TEST_NAMES", default: [], help: "names")
private let log = SettingKey("GRIDLOOP_TEST_LOG", default: AccessLog.errors, help: "log")
private let keys: [any AnySettingKey] = [port, url, factor, isOn, note, names, log]

@Suite struct SettingsTests {
  @Test func takesDefaultsForWhatIsMissing() throws {
    let settings = try Settings.read(keys: keys, environment: ["GRIDLOOP_TEST_URL": "postgresql://x", "PATH": "/bin"])
    #expect(settings[port] == 8081)
    #expect(settings[url] == "postgresql://x")
    #expect(settings[factor] == 1.5)
    #expect(settings[isOn])
    #expect(settings[note] == nil)
    #expect(settings[names] == [])
    #expect(settings[log] == .errors)
  }

  @Test func readsEachType() throws {
    let settings = try Settings.read(
      keys: keys,
      environment: [
        "GRIDLOOP_TEST_URL": "u", "GRIDLOOP_TEST_PORT": "0", "GRIDLOOP_TEST_FACTOR": "-2", "GRIDLOOP_TEST_ON": "off",
        "GRIDLOOP_TEST_NOTE": "", "GRIDLOOP_TEST_NAMES": "a,b", "GRIDLOOP_TEST_LOG": "all",
      ])
    #expect(settings[port] == 0)
    #expect(settings[factor] == -2)
    #expect(!settings[isOn])
    #expect(settings[note] == "")
    #expect(settings[names] == ["a", "b"])
    #expect(settings[log] == .all)
  }

  @Test func refusesEverythingWrongAtOnceAndByName() {
    let error = #expect(throws: SettingsError.self) {
      try Settings.read(
        keys: keys,
        environment: [
          "GRIDLOOP_TEST_PORT": "70000", "GRIDLOOP_TEST_FACTOR": "much", "GRIDLOOP_TEST_ON": "maybe",
          "GRIDLOOP_TEST_PROT": "1", "GRIDLOOP_TEST_LOG": "some",
        ])
    }
    #expect(
      error?.faults.map(\.description) == [
        "GRIDLOOP_TEST_FACTOR must be number, not \"much\"",
        "GRIDLOOP_TEST_LOG must be off|errors|all, not \"some\"",
        "GRIDLOOP_TEST_ON must be on|off, not \"maybe\"",
        "GRIDLOOP_TEST_PORT must be from 0 to 65535, not \"70000\"",
        "GRIDLOOP_TEST_PROT is no setting of this service",
        "GRIDLOOP_TEST_URL must be given",
      ])
  }

  @Test func readsSecretsFromFiles() throws {
    let path = try temporaryFile("postgresql://u:p@h/d\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let settings = try Settings.read(keys: keys, environment: ["GRIDLOOP_TEST_URL_FILE": path])
    #expect(settings[url] == "postgresql://u:p@h/d")

    #expect(throws: SettingsError.self) {
      try Settings.read(keys: keys, environment: ["GRIDLOOP_TEST_URL_FILE": path, "GRIDLOOP_TEST_URL": "x"])
    }
    #expect(throws: SettingsError.self) {
      try Settings.read(keys: keys, environment: ["GRIDLOOP_TEST_URL_FILE": path + ".absent"])
    }
    let notSecret = #expect(throws: SettingsError.self) {
      try Settings.read(keys: keys, environment: ["GRIDLOOP_TEST_URL": "x", "GRIDLOOP_TEST_NOTE_FILE": path])
    }
    #expect(notSecret?.faults.map(\.name) == ["GRIDLOOP_TEST_NOTE_FILE"])
  }

  @Test func neverRepeatsASecret() {
    let limited = SettingKey<String>("GRIDLOOP_TEST_PIN", isSecret: true, help: "pin") { _ in "must be longer" }
    let error = #expect(throws: SettingsError.self) {
      try Settings.read(keys: [limited], environment: ["GRIDLOOP_TEST_PIN": "1234"])
    }
    #expect(error?.description == "GRIDLOOP_TEST_PIN must be longer")
  }

  @Test func theEnvironmentGoesBeforeTheFile() throws {
    let path = try temporaryFile("# a comment\n\nGRIDLOOP_TEST_URL='from file'\nGRIDLOOP_TEST_PORT=1\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let settings = try Settings.read(
      keys: keys, environment: ["GRIDLOOP_SETTINGS_FILE": path, "GRIDLOOP_TEST_PORT": "2"])
    #expect(settings[url] == "from file")
    #expect(settings[port] == 2)
  }

  @Test func refusesUnknownAndMalformedLinesOfTheFile() throws {
    let path = try temporaryFile("GRIDLOOP_TEST_URL=x\nnonsense\nGRIDLOOP_TEST_URL=y\nGRIDLOOP_OTHER=1\n")
    defer { try? FileManager.default.removeItem(atPath: path) }
    let error = #expect(throws: SettingsError.self) {
      try Settings.read(keys: keys, environment: ["GRIDLOOP_SETTINGS_FILE": path])
    }
    #expect(
      error?.faults.map(\.description) == [
        "GRIDLOOP_OTHER is no setting of this service",
        "GRIDLOOP_SETTINGS_FILE has no KEY=VALUE in line 2",
        "GRIDLOOP_TEST_URL stands twice in the settings file",
      ])
  }

  private func temporaryFile(_ text: String) throws -> String {
    let path = FileManager.default.temporaryDirectory.appendingPathComponent("gl-settings-\(UUID().uuidString)").path
    try text.write(toFile: path, atomically: true, encoding: .utf8)
    return path
  }
}
