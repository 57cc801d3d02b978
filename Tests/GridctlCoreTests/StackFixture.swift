import Domain
import Foundation
import GridNetwork
import Journal
import Logging
import PostgresClient
import TestSupport

@testable import GridctlCore

/// A stack's directory with a database of its own, as `make up` leaves them before the services start.
struct StackFixture: Sendable {
  let home: TemporaryDirectory
  let stack: Stack

  /// - Parameters:
  ///   - network: loaded from `deploy/networks` where one is named.
  ///   - clock: a simulated clock that shows this moment; the machine's own if nil.
  static func make(network: String? = nil, clock: Instant? = nil) async throws -> StackFixture {
    let home = try TemporaryDirectory()
    let server = try await TestPostgres.shared
    let connection = try await PostgresConnection.connect(try await server.database(named: "gridctl"))
    let name = try await connection.query(.unprepared("SELECT current_database()"), []).onlyRow().text(0)
    await connection.close()
    var lines = ["DATABASE_URL=\(try url(server.administration.url, database: name))", "NETWORK=\(network ?? "")"]
    if let clock {
      try Data(withUnsafeBytes(of: clock.microseconds.littleEndian) { Array($0) })
        .write(to: URL(fileURLWithPath: home.file("clock")))
      lines += ["CLOCK=simulated", "CLOCK_FILE=\(home.file("clock"))"]
    }
    try home.write(lines.joined(separator: "\n") + "\n", to: "env")
    let fixture = StackFixture(home: home, stack: Stack.find(home: home.path, environment: [:]))
    _ = try await Migrator(configuration: fixture.stack.databaseConfiguration()).migrate()
    if let network {
      let loaded = await fixture.run("network", "load", "deploy/networks/\(network)")
      guard loaded.status == 0 else { throw Failure(text: loaded.output + loaded.error) }
    }
    return fixture
  }

  struct Failure: Error { let text: String }

  /// Runs gridctl on this stack.
  func run(_ arguments: String...) async -> Captured { await Captured.run(arguments + ["--home", home.path]) }

  func database<Result: Sendable>(_ body: (PostgresPool) async throws -> Result) async throws -> Result {
    try await stack.withDatabase(body)
  }

  func execute(_ sql: String) async throws { try await database { try await $0.execute(script: sql) } }

  /// Files cases at the district itself.
  func file(_ count: Int, at moment: Instant = Instant(secondsSince1970: 1_700_000_000)) async throws {
    try await database { pool in
      guard let network = try await NetworkVersions.read(named: stack.networkName, geometry: .skip, pool) else {
        throw Failure(text: "no network")
      }
      let policy = network.policy
      let root = policy.units.roots[0].code
      let category = policy.catalogue.categories.first { $0.fileable }
      let report = Report(
        source: .officer, category: category?.code ?? "", unit: root, contentDigest: [UInt8](repeating: 1, count: 32))
      let draft = CaseMachine.file(
        report, by: Actor(kind: .source, name: "test", role: .source, unit: root), policy: policy, now: moment)
      let changes = (0..<count).map { _ in
        CaseChange(
          number: 0, expectedVersion: 0, value: draft.value, events: draft.events, unitPath: root.text + "/",
          filedDay: 19_675)
      }
      let batch = JournalAppend.batch(changes, district: root, now: moment)
      _ = try batch.result(try await pool.pipeline(batch.calls)[0])
    }
  }

  /// The same address with another database's name.
  private static func url(_ url: String, database: String) throws -> String {
    guard let scheme = url.range(of: "://"), let slash = url[scheme.upperBound...].firstIndex(of: "/") else {
      throw Failure(text: "the address of the test server has no database")
    }
    let end = url[slash...].firstIndex(of: "?") ?? url.endIndex
    return url[...slash] + database + url[end...]
  }
}
