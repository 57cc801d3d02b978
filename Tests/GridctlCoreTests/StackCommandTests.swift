import Domain
import Foundation
import TestSupport
import Testing
import Wire

@testable import GridctlCore

@Suite struct StackCommandTests {
  @Test func aNetworkIsLoadedOnceAndChangesAddAVersion() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    let again = try await fixture.run("network", "load", "deploy/networks/nyc", "--json").json
    #expect(again["versions"]?[0]?["is_new"] == .bool(false))

    let copy = fixture.home.file("nyc")
    try FileManager.default.copyItem(atPath: "deploy/networks/nyc", toPath: copy)
    let limits = try String(contentsOfFile: copy + "/limits.yaml", encoding: .utf8)
    try (limits + "\n# changed\n").write(toFile: copy + "/limits.yaml", atomically: true, encoding: .utf8)
    let changed = try await fixture.run("policy", "apply", copy, "--json").json
    #expect(changed["versions"]?[0]?["version"] == .integer(2))

    try "nonsense".write(toFile: copy + "/limits.yaml", atomically: true, encoding: .utf8)
    let refused = await fixture.run("network", "load", copy, "--json")
    #expect(refused.status == 1)
    #expect(try refused.json["faults"]?[0]?["file"]?.stringValue == "limits.yaml")
    let versions = try await fixture.run("network", "list", "--json").json["networks"]?.arrayValue
    #expect(versions?.count == 2)
  }

  @Test func migratingAgainChangesNothingAndRolesGetPasswords() async throws {
    let fixture = try await StackFixture.make()
    let secrets = fixture.home.file("secrets")
    let again = await fixture.run("migrate", "--role-passwords", secrets, "--json")
    #expect(again.status == 0, "\(again.error)")
    #expect(try again.json["applied"] == .array([]))
    let password = try String(contentsOfFile: secrets + "/intake", encoding: .utf8)
    #expect(password.count >= 32)
    #expect((try FileManager.default.attributesOfItem(atPath: secrets + "/intake")[.posixPermissions] as? Int) == 0o600)
    _ = await fixture.run("migrate", "--role-passwords", secrets)
    #expect(try String(contentsOfFile: secrets + "/intake", encoding: .utf8) == password)
  }

  @Test func theDemoHasEveryRoleDepartmentAndSourceAndIsMadeOnce() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    let made = await fixture.run("demo")
    #expect(made.status == 0, "\(made.error)")
    let file = try #require(try DemoFile.read(fixture.home.file("demo.json")))
    for role in Role.allCases where role != .source { #expect(file.users.contains { $0.role == role.rawValue }) }
    let departments = try String(contentsOfFile: "deploy/networks/nyc/departments.csv", encoding: .utf8)
    for line in departments.split(separator: "\n").dropFirst() {
      let code = line.split(separator: ",")[0]
      #expect(file.users.contains { $0.role == "handler" && $0.department == String(code) })
    }
    #expect(Set(file.keys.compactMap(\.source)) == Set(ReportSource.allCases.map(\.rawValue)))
    #expect(file.keys.allSatisfy { $0.role == "source" && $0.name.contains($0.source ?? "?") })
    let mode = try FileManager.default.attributesOfItem(atPath: fixture.home.file("demo.json"))[.posixPermissions]
    #expect((mode as? Int) == 0o600)
    #expect(!made.output.contains(file.users[0].password))

    let again = try await fixture.run("demo", "--json").json
    #expect(again["is_new"] == .bool(false))
    #expect(try DemoFile.read(fixture.home.file("demo.json")) == file)
  }

  @Test func settleNamesWhatIsOpenUntilNothingIs() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    #expect(await fixture.run("settle", "--timeout", "0").status == 0)
    try await fixture.file(2)
    let waiting = await fixture.run("settle", "--timeout", "0.1", "--json")
    #expect(waiting.status == 1)
    let open = try waiting.json["open"]
    #expect(open?["filed_cases"] == .integer(2))
    #expect(open?["lags"]?.arrayValue?.count == 3)

    try await fixture.execute(
      """
      UPDATE cases SET state = 'desk';
      INSERT INTO positions (district, consumer, seq, epoch, hash)
      SELECT district, c, last_seq, epoch, last_hash
      FROM journal_head, unnest(ARRAY['escalation','stats','notifier']) AS c;
      INSERT INTO timers VALUES ('nyc', 1, 'decide', 1, 0, '2020-01-01Z');
      INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload,
        next_attempt_at, created_at)
      VALUES ('nyc', 1, 0, 'webhook', 't', 'filed', 1, 'en', '', '2020-01-01Z', '2020-01-01Z');
      """)
    let due = await fixture.run("settle", "--timeout", "0.1")
    #expect(due.status == 1)
    #expect(due.output.contains("1 timers are due"))
    #expect(due.output.contains("1 deliveries are due"))

    // What lies ahead is not open work.
    try await fixture.execute(
      "UPDATE timers SET fire_at = '2099-01-01Z'; UPDATE deliveries SET next_attempt_at = '2099-01-01Z'")
    let settled = await fixture.run("settle", "--timeout", "5")
    #expect(settled.status == 0, "\(settled.output)")
  }

  @Test func settleSeesWorkThatIsDoneMeanwhile() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(1)
    async let waiting = fixture.run("settle", "--timeout", "30")
    try await fixture.execute(
      """
      UPDATE cases SET state = 'desk';
      INSERT INTO positions (district, consumer, seq, epoch, hash)
      SELECT district, c, last_seq, epoch, last_hash FROM journal_head, unnest(ARRAY['escalation','stats','notifier']) c
      """)
    #expect(await waiting.status == 0)
  }

  @Test func aSimulatedClockMovesForEveryoneAndTimersBecomeDue() async throws {
    let start = try Instant(rfc3339: "2026-03-02T09:00:00+08:00")
    let fixture = try await StackFixture.make(network: "baoan", clock: start)
    let now = try await fixture.run("clock", "now", "--json").json
    #expect(now["now"]?.stringValue == "2026-03-02T01:00:00Z")
    #expect(now["simulated"] == .bool(true))
    let moved = try await fixture.run("clock", "advance", "1d2h", "--json").json
    #expect(moved["now"]?.stringValue == "2026-03-03T03:00:00Z")
    #expect(moved["settled"] == .bool(true))

    let stepped = try await fixture.run("clock", "advance", "50m", "--step", "20m", "--json").json
    #expect(stepped["now"]?.stringValue == "2026-03-03T03:50:00Z")

    try await fixture.execute("INSERT INTO timers VALUES ('440306', 1, 'sign', 1, 0, '2026-03-03T04:00:00Z')")
    #expect(await fixture.run("settle", "--timeout", "0").status == 0)
    let due = await fixture.run("clock", "advance", "2h", "--timeout", "0.1", "--json")
    #expect(due.status == 1)
    #expect(try due.json["open"]?["timers_due"] == .integer(1))
  }

  @Test func aRealClockIsNotMoved() async throws {
    let fixture = try await StackFixture.make()
    let refused = await fixture.run("clock", "advance", "1h", "--json")
    #expect(refused.status == 1)
    #expect(try refused.json["error"]?["code"]?.stringValue == "real_clock")
  }

  @Test func dueTimesFollowTheStacksCalendar() async throws {
    let fixture = try await StackFixture.make(network: "baoan")
    let due = try await fixture.run(
      "calendar", "due", "--from", "2026-02-13T10:00:00+08:00", "--limit", "2 work_days", "--json"
    ).json
    #expect(due["due"]?.stringValue == "2026-02-24T18:00:00+08:00")
    #expect(due["provisional"] == .bool(false))
    let year = try await fixture.run("calendar", "check", "2026", "--json").json
    #expect(year["working_days"] == .integer(248))
    let unknown = await fixture.run("calendar", "check", "2027", "--json")
    #expect(unknown.status == 1)
    #expect(try unknown.json["published"] == .bool(false))
    let elsewhere = try await fixture.run(
      "calendar", "due", "--from", "2026-02-13T10:00:00-05:00", "--limit", "2 work_days", "--network", "nyc", "--json"
    ).json
    #expect(elsewhere["due"]?.stringValue?.hasSuffix("-05:00") == true)
  }

  @Test func statusAndDoctorReadAStackWithoutServices() async throws {
    let fixture = try await StackFixture.make(network: "nyc")
    try await fixture.file(3)
    let status = await fixture.run("status", "--json")
    #expect(status.status == 0)
    #expect(try status.json["filed_cases"] == .integer(3))
    #expect(try status.json["consumers"]?[0]?["lag"] == .integer(3))
    #expect(await fixture.run("status").output.contains("no service runs"))

    let doctor = await fixture.run("doctor", "--json")
    #expect(doctor.status == 1)
    let checks = try doctor.json["checks"]?.arrayValue ?? []
    func result(_ name: String) -> String? { checks.first { $0["check"]?.stringValue == name }?["result"]?.stringValue }
    #expect(result("schema") == "ok")
    #expect(result("rights") == "ok")
    #expect(result("services") == "failed")
    #expect(result("dispatch") == "failed")
    try await fixture.execute("GRANT UPDATE ON journal TO gridloop_stats")
    #expect(await fixture.run("doctor").output.contains("gridloop_stats may UPDATE"))
    try await fixture.execute("REVOKE UPDATE ON journal FROM gridloop_stats")
  }
}
