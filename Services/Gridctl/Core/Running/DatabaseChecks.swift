import Domain
import GridNetwork
import Journal
import Platform
import PostgresClient

/// Checks of the database and of what stands in it.
struct DatabaseChecks {
  static let maxClockSkewMicroseconds: Int64 = 2_000_000
  static let maxFiledAgeMicroseconds: Int64 = 30_000_000
  static let maxLagEvents: Int64 = 10_000

  let pool: PostgresPool
  let stack: Stack

  func all() async throws -> [Finding] {
    var findings = [try await schema()]
    guard findings[0].grade == .good else { return findings }
    findings += [try await rights(), try await settings(), try await clockSkew()]
    findings += try await policies()
    let status = try await StackStatus.read(pool, now: try stack.clock().microseconds)
    findings += [instances(status), busKeys(try await missingKeys()), consumers(status), waiting(status)]
    findings += [quarantine(status), deliveries(status)]
    return findings
  }

  private func schema() async throws -> Finding {
    do {
      try await Migrator.check(pool)
      return .good("schema", Migration.all.last?.name ?? "")
    } catch let fault as SchemaFault {
      return .failed("schema", fault.description, remedy: "gridctl migrate, with the version that the services have")
    }
  }

  private static let rightsStatement = Statement(
    "gridctl_rights",
    """
    SELECT r.rolname, p.privilege FROM pg_roles AS r
    CROSS JOIN unnest(ARRAY['UPDATE', 'DELETE', 'TRUNCATE']) AS p(privilege)
    WHERE r.rolname = ANY($1) AND has_table_privilege(r.oid, 'journal', p.privilege) ORDER BY 1, 2
    """)

  private func rights() async throws -> Finding {
    let roles = MigrateCommand.services.map { "gridloop_" + $0 }
    let rows = try await pool.query(Self.rightsStatement, [.texts(roles)])
    let wrong = try rows.map { "\(try $0.text(0)) may \(try $0.text(1))" }
    return wrong.isEmpty
      ? .good("rights", "no service may change or remove a row of the journal")
      : .failed(
        "rights", wrong.joined(separator: ", "),
        remedy: "REVOKE UPDATE, DELETE, TRUNCATE ON journal FROM the role named")
  }

  private static let settingsStatement = Statement(
    "gridctl_settings",
    "SELECT current_setting('fsync'), current_setting('full_page_writes'), current_setting('synchronous_commit')")

  private func settings() async throws -> Finding {
    let row = try await pool.query(Self.settingsStatement).onlyRow()
    let names = ["fsync", "full_page_writes", "synchronous_commit"]
    let off = try names.indices.filter { try row.text($0) == "off" }.map { names[$0] }
    return off.isEmpty
      ? .good("durability", "fsync, full_page_writes and synchronous_commit are on")
      : .failed(
        "durability", "\(off.joined(separator: ", ")) off: what is acknowledged can be lost",
        remedy: "switch it on in postgresql.conf and restart the server")
  }

  private func clockSkew() async throws -> Finding {
    let before = SystemClock().microseconds
    let database = try await databaseTime(pool)
    let here = (before + SystemClock().microseconds) / 2
    let skew = database - here
    let text =
      "the database's clock is \(Figures.duration(microseconds: abs(skew))) "
      + (skew < 0 ? "behind" : "ahead of") + " this machine's"
    return abs(skew) <= Self.maxClockSkewMicroseconds
      ? .good("clock", text) : .failed("clock", text, remedy: "synchronise both with chrony or systemd-timesyncd")
  }

  private func policies() async throws -> [Finding] {
    let networks = try await NetworkVersions.newest(pool)
    guard !networks.isEmpty else {
      return [.failed("policy", "no network is loaded", remedy: "gridctl network load deploy/networks/NAME")]
    }
    let now = Instant(microseconds: try stack.clock().microseconds)
    return networks.flatMap { network in
      let calendar = network.policy.calendar
      let year = calendar.zone.date(of: now).year
      var findings: [Finding] = [.good("policy", "\(network.policy.name) version \(network.policy.version)")]
      for wanted in [year, calendar.zone.date(of: now.adding(microseconds: 30 * Instant.microsecondsPerDay)).year]
      where !calendar.isPublished(year: wanted) {
        findings.append(
          .warning(
            "calendar", "\(network.policy.name): \(wanted) is not published, due times in it are provisional",
            remedy: "add the notice to the network's holidays and load the network"))
        break
      }
      if findings.count == 1 { findings.append(.good("calendar", "\(network.policy.name): \(year) is published")) }
      return findings
    }
  }

  private func instances(_ status: StackStatus) -> Finding {
    let alive = Set(status.instances.filter { !$0.isSilent }.map(\.service))
    let missing = MigrateCommand.services.filter { !alive.contains($0) }
    let silent = status.instances.filter(\.isSilent).map(\.name)
    guard missing.isEmpty else {
      return .failed("services", "no living \(missing.joined(separator: ", "))", remedy: "make up; see logs/")
    }
    return silent.isEmpty
      ? .good("services", "\(status.instances.count) processes live")
      : .warning(
        "services", "not heard of: \(silent.joined(separator: ", "))",
        remedy: "none if it was stopped: its row goes by itself after ten minutes")
  }

  private static let keysStatement = Statement(
    "gridctl_bus_keys",
    "SELECT instance FROM instances WHERE publish_endpoint IS NOT NULL AND curve_public_key IS NULL ORDER BY 1")

  private func missingKeys() async throws -> [String] {
    try await pool.query(Self.keysStatement).map { try $0.text(0) }
  }

  private func busKeys(_ missing: [String]) -> Finding {
    missing.isEmpty
      ? .good("bus", "every process on the bus has a CURVE key")
      : .failed(
        "bus", "without a key: \(missing.joined(separator: ", "))", remedy: "see GRIDLOOP_CURVE_KEY_FILE in --help")
  }

  private func consumers(_ status: StackStatus) -> Finding {
    let behind = status.open.lags.filter { $0.events > Self.maxLagEvents }
    return behind.isEmpty
      ? .good("consumers", "none is more than \(Figures.grouped(Self.maxLagEvents)) events behind")
      : .warning(
        "consumers",
        behind.map { "\($0.consumer) is \(Figures.grouped($0.events)) events behind" }.joined(separator: ", "),
        remedy: "look at `gridctl status` again: if the lag does not fall, see that service's log")
  }

  private func waiting(_ status: StackStatus) -> Finding {
    guard let oldest = status.oldestFiledAt else { return .good("dispatch", "no case waits") }
    let age = status.now.microseconds - oldest.microseconds
    let text =
      "\(Figures.grouped(status.open.filedCases)) cases wait, the oldest for "
      + Figures.duration(microseconds: max(age, 0))
    return age <= Self.maxFiledAgeMicroseconds
      ? .good("dispatch", text) : .failed("dispatch", text, remedy: "see logs/dispatcher.log")
  }

  private func quarantine(_ status: StackStatus) -> Finding {
    let count = status.consumers.reduce(Int64(0)) { $0 + $1.quarantined }
    return count == 0
      ? .good("quarantine", "empty")
      : .failed(
        "quarantine", "\(Figures.grouped(count)) cases", remedy: "gridctl quarantine list names the fault; then release"
      )
  }

  private func deliveries(_ status: StackStatus) -> Finding {
    status.failedDeliveries == 0
      ? .good("deliveries", "none failed")
      : .warning(
        "deliveries", "\(Figures.grouped(status.failedDeliveries)) failed for good",
        remedy: "gridctl deliveries list; mend the target, then gridctl deliveries retry")
  }
}
