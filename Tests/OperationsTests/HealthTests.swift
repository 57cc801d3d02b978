import HTTPTypes
import Testing
import Wire

@testable import Operations

@Suite struct HealthTests {
  @Test func answersAsOrchestratorsAsk() async throws {
    let readiness = Readiness()
    let metrics = MetricsRegistry()
    metrics.registerProcess(service: "stats", version: "1.2.3")
    let client = Client(HealthServer.router(readiness: readiness, metrics: metrics))
    let check = readiness.check("database", reason: "starting")

    #expect(try await client.ask(.get, "/livez").status == .ok)
    let notReady = try await client.ask(.get, "/readyz")
    #expect(notReady.status == .serviceUnavailable)
    #expect(
      try notReady.document == [
        "ready": false, "checks": [["name": "database", "ok": false, "reason": "starting"]],
      ])
    check.pass()
    let ready = try await client.ask(.get, "/readyz")
    #expect(ready.status == .ok)
    #expect(try ready.document == ["ready": true, "checks": [["name": "database", "ok": true]]])

    let text = try await client.ask(.get, "/metrics")
    #expect(text.headers[.contentType] == MetricsText.contentType)
    #expect(text.text.contains(#"gridloop_build_info{service="stats",version="1.2.3"} 1"#))
    for name in ["process_resident_memory_bytes", "process_cpu_seconds_total", "process_open_fds"] {
      let line = try #require(text.text.split(separator: "\n").first { $0.hasPrefix(name + " ") })
      #expect(try #require(Double(line.dropFirst(name.count + 1))) > 0)
    }
  }
}

@Suite struct SettingsHelpTests {
  @Test func listsEveryKeyWithTypeDefaultAndSecrecy() throws {
    let text = SettingsHelp(service: "intake", summary: "The door.", keys: CommonKeys.all + DoorKeys.all).text
    for key in CommonKeys.all + DoorKeys.all {
      let line = try #require(text.split(separator: "\n").first { $0.hasPrefix(key.name + " ") }, "\(key.name)")
      #expect(line.contains(key.typeName))
      #expect(line.contains(key.help))
      if key.isSecret { #expect(line.contains("  yes  ")) }
    }
    #expect(text.contains("(required)"))
  }
}
