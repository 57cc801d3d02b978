import Domain
import GridNetwork
import Platform
import Wire

/// The reports that a bench sends: officers', from the whole territory, none settled on the spot.
struct LoadSource: Sendable {
  let district: UnitCode
  private let port: UInt16
  private let host: String
  private let authorization: String
  private let bodies: [[UInt8]]

  init(stack: Stack, network: LoadedNetwork) throws {
    guard let root = network.policy.units.roots.first,
      let port = stack.intakeAddress.split(separator: ":").last.flatMap({ UInt16($0) })
    else { throw Refusal("no_network", "the network has no district") }
    district = root.code
    self.port = port
    host = "127.0.0.1:\(port)"
    authorization = "ApiKey " + (try stack.sourceKey(ReportSource.officer.rawValue))
    let feed = try Self.feed(network, cases: Bench.distinctBodies)
    let mark = RequestPool.counterMark
    bodies = (0..<Bench.distinctBodies).map { index in
      var report = feed.report(index)
      report = OutgoingReport(
        line: report.line, source: report.source, externalID: "bench-" + mark, category: report.category,
        description: report.description, address: nil, occurredAt: nil,
        subject: ["kind": "place", "code": .string("bench-" + mark)], places: report.places)
      return report.body(place: 0)
    }
  }

  /// A day of officers alone.
  static func feed(_ network: LoadedNetwork, cases: Int) throws -> DayFeed {
    var profile = DayProfile.plain
    profile.sources = [(.officer, 1)]
    let today = network.policy.calendar.zone.date(of: Instant(microseconds: SystemClock().microseconds))
    return try DayFeed(
      network: network, day: today.adding(days: -1), cases: cases, seed: UInt64.random(in: 0...UInt64(UInt32.max)),
      repeats: 0, profile: profile, phrases: .plain)
  }

  func client(_ connections: Int, _ pace: LoadClient.Pace, seconds: Double) -> LoadClient {
    // Counting begins at the microsecond, so that no run meets another's external ids.
    let first = UInt64(SystemClock().microseconds % 1_000_000_000_000)
    return LoadClient(
      port: port, connections: connections,
      pool: RequestPool(
        host: host, path: "/v1/reports", authorization: authorization, bodies: bodies, firstCount: first),
      pace: pace, seconds: seconds)
  }
}
