import Glibc
import Logging
import Operations
import Platform
import Testing
import Wire

/// Collects what a logger writes, in a file without a name.
private final class Lines {
  let logger: Logger
  private let descriptor: Int32

  init(level: Logger.Level = .info) throws {
    var template = Array("/tmp/gl-log-XXXXXX".utf8CString)
    let descriptor = mkstemp(&template)
    try #require(descriptor >= 0)
    unlink(template)
    self.descriptor = descriptor
    let sink = LogSink(descriptor: descriptor)
    logger = Logger(label: "intake") { label in
      JSONLogHandler(
        label: label, service: "intake", instance: "i1", level: level, sink: sink,
        clock: ManualClock(microseconds: 1_772_410_500_250_000))
    }
  }

  deinit { close(descriptor) }

  /// Every line so far.
  func read() throws -> [JSONValue] {
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = pread(descriptor, &bytes, bytes.count, 0)
    return try bytes[..<max(count, 0)].split(separator: 0x0A).map { try JSONParser.parse(Array($0)) }
  }
}

@Suite struct LoggingTests {
  @Test func writesOneObjectALine() throws {
    let lines = try Lines()
    Trace.$current.withValue("abc") {
      lines.logger.info("case \"1\"\nfiled", metadata: ["case_id": "440306-1", "count": .stringConvertible(3)])
    }
    lines.logger.debug("not written")
    #expect(
      try lines.read() == [
        [
          "time": "2026-03-02T00:15:00.250Z", "level": "info", "service": "intake", "instance": "i1",
          "message": "case \"1\"\nfiled", "trace_id": "abc", "case_id": "440306-1", "count": 3,
        ]
      ])
  }

  @Test func keepsSecretsAndPeopleOut() throws {
    let lines = try Lines()
    lines.logger.info(
      "signed in as \(Redacted("张三"))",
      metadata: [
        "password": "hunter2", "session_token": "t", "reporter": ["name": "张三", "phone": "13800138000"],
        "nested": ["phone": "13800138000", "unit": "440306"], "who": .stringConvertible(Redacted("李四")),
        "tokens_made": "3", "database_url": "postgresql://u:p@h",
      ])
    let line = try #require(try lines.read().first)
    #expect(line["message"] == "signed in as [redacted]")
    for key in ["password", "session_token", "reporter", "who", "database_url"] {
      #expect(line[key] == "[redacted]", "\(key)")
    }
    #expect(line["nested"] == ["phone": "[redacted]", "unit": "440306"])
    #expect(line["tokens_made"] == "3")
  }

  @Test func metadataCannotForgeTheFixedMembers() throws {
    let lines = try Lines()
    lines.logger.info("real", metadata: ["message": "forged", "level": "critical"])
    let line = try #require(try lines.read().first)
    #expect(line["message"] == "real")
    #expect(line["level"] == "info")
  }

  @Test func cutsLongTexts() throws {
    let lines = try Lines()
    lines.logger.info("\(String(repeating: "井", count: 10_000))")
    let message = try #require(try lines.read().first?["message"]?.stringValue)
    #expect(message.utf8.count < JSONLogHandler.maxTextBytes + 10)
  }

  @Test func linesOfManyTasksDoNotMix() async throws {
    let lines = try Lines()
    let logger = lines.logger
    await withTaskGroup { group in
      for task in 0..<8 {
        group.addTask { for line in 0..<20 { logger.info("\(task) \(line)") } }
      }
    }
    #expect(Set(try lines.read().compactMap { $0["message"]?.stringValue }).count == 160)
  }

  @Test func redactedValuesDoNotShowWhenReflected() {
    #expect(Mirror(reflecting: Redacted("hunter2")).children.isEmpty)
    #expect(!String(reflecting: Redacted("hunter2")).contains("hunter2"))
  }
}

@Suite struct TraceTests {
  @Test func newIdentifiersDiffer() {
    let made = (0..<100).map { _ in Trace.newIdentifier() }
    #expect(Set(made).count == 100)
    #expect(made.allSatisfy { $0.utf8.count == 32 })
  }

  @Test(arguments: [
    ("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", "4bf92f3577b34da6a3ce929d0e0e4736" as String?),
    ("00-00000000000000000000000000000000-00f067aa0ba902b7-01", nil), ("00-4BF92f-00f067aa0ba902b7-01", nil),
    ("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", nil), ("", nil),
    ("00-4bf92f3577b34da6a3ce929d0e0e47\"6-00f067aa0ba902b7-01", nil),
  ])
  func readsTraceparent(header: String, expected: String?) {
    #expect(Trace.identifier(ofTraceparent: header) == expected)
  }
}
