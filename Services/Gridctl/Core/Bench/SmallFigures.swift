import Domain
import Foundation
import GridNetwork
import Platform
import PostgresClient
import Wire

/// How quick the index of the grids is.
enum LocateBench {
  static let positions = 1_000_000

  /// Look-ups a second of one thread, over positions spread evenly over the network's box; nil without shapes.
  static func perSecond(_ network: LoadedNetwork) -> Double? {
    guard let box = network.grids.box else { return nil }
    var random = SeededSequence(seed: 1)
    let points = (0..<positions).map { _ in
      LatticePoint(
        x: Int32.random(in: box.minimum.x...box.maximum.x, using: &random),
        y: Int32.random(in: box.minimum.y...box.maximum.y, using: &random))
    }
    let stopwatch = Stopwatch()
    var found = 0
    for point in points where network.grids.position(of: point) != nil { found += 1 }
    let elapsed = stopwatch.elapsedMicroseconds
    return found > 0 && elapsed > 0 ? Double(positions) * 1e6 / Double(elapsed) : nil
  }
}

/// What the escalation service has on its hands.
struct TimerFigures: Sendable {
  let open: Int64
  /// 99 of 100 rungs fired within so much after their time; nil when none fired.
  let latenessMilliseconds: Double?

  private static let statement = Statement(
    "gridctl_timer_figures",
    """
    SELECT (SELECT count(*) FROM timers),
      (SELECT percentile_disc(0.99) WITHIN GROUP (ORDER BY extract(epoch FROM fired_at - rung_at)::float8) * 1000
       FROM escalations)
    """)

  static func read(_ pool: PostgresPool) async throws -> TimerFigures {
    let row = try await pool.query(statement).onlyRow()
    return TimerFigures(open: try row.int64(0), latenessMilliseconds: try row.doubleOrNil(1))
  }
}

/// The machine a bench ran on.
enum Machine {
  static var facts: JSONObject {
    let information = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let model = information.split(separator: "\n").first { $0.hasPrefix("model name") }?
      .split(separator: ":").last.map { $0.drop { $0 == " " } }
    let now = Instant(microseconds: SystemClock().microseconds)
    return [
      "measured_at": .string(now.secondsText), "processor": .string(model.map(String.init) ?? ""),
      "cores": .integer(Int64(ProcessInfo.processInfo.activeProcessorCount)),
      "memory_mb": .integer(Int64(ProcessInfo.processInfo.physicalMemory >> 20)),
      // What else the machine was doing: above nothing, the figures are not the system's alone.
      "load_average_before": .number(loadAverage),
    ]
  }

  /// Of the last minute.
  private static var loadAverage: Double {
    let text = (try? String(contentsOfFile: "/proc/loadavg", encoding: .utf8)) ?? ""
    return text.split(separator: " ").first.flatMap { Double($0) } ?? 0
  }

  private static let pids = Statement(
    "gridctl_pids",
    """
    SELECT service, pid FROM instances WHERE heartbeat_at > clock_timestamp() - interval '5 seconds'
    ORDER BY service, instance
    """)

  /// Resident memory of each living service's first process, where it runs on this machine.
  static func memory(of pool: PostgresPool) async throws -> [(service: String, megabytes: Double)] {
    var found: [(service: String, megabytes: Double)] = []
    for row in try await pool.query(pids) {
      let service = try row.text(0)
      guard !found.contains(where: { $0.service == service }),
        let kilobytes = residentKilobytes(pid: try row.int32(1))
      else { continue }
      found.append((service, Double(kilobytes) / 1_024))
    }
    return found
  }

  private static func residentKilobytes(pid: Int32) -> Int64? {
    let status = (try? String(contentsOfFile: "/proc/\(pid)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    return line?.split(whereSeparator: { $0 == " " || $0 == "\t" }).dropFirst().first.flatMap { Int64($0) }
  }
}
