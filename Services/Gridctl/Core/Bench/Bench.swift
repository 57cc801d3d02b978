import ArgumentParser
import Domain
import GridNetwork
import Histogram
import Operations
import Platform
import PostgresClient
import Transfer
import Wire

/// Runs the measurements one after the other against a running stack.
struct Bench: Sendable {
  /// Bodies encoded beforehand; places and categories repeat after so many, subjects never.
  static let distinctBodies = 20_000
  static let warmUpSeconds = 2.0
  /// How long the system may take to catch up with a run, in milliseconds.
  static let settleMilliseconds: Int64 = 300_000

  let stack: Stack
  let terminal: Terminal
  let pipelineSeconds: Double
  let connections: Int
  let pacedPerSecond: Double
  let pacedSeconds: Double
  let bulkRows: Int
  /// Cases whose rung is due at one moment; 0 leaves that out.
  let massDues: Int
  /// Whether all but the timers is left out.
  let onlyTimers: Bool

  func run() async throws -> BenchReport {
    let configuration = try stack.databaseConfiguration()
    return try await Stack.withPool(configuration) { pool in
      guard let network = try await NetworkVersions.read(named: stack.networkName, geometry: .shapes, pool) else {
        throw Refusal("no_network", "no network is loaded: gridctl network load DIR")
      }
      var report = BenchReport()
      report.machine = Machine.facts
      try await settle(pool)
      report.idleMemoryMegabytes = try await Machine.memory(of: pool)
      if onlyTimers {
        try await massDue(try LoadSource(stack: stack, network: network), network, pool, &report)
        return report
      }
      say("the database's own ceiling")
      let ceiling = try await PostgresCeiling(configuration: configuration).measure()
      let door = try await httpCeiling(pool)
      say("look-ups")
      report.add("locate_per_second", LocateBench.perSecond(network), note: "one thread, random positions")
      let load = try LoadSource(stack: stack, network: network)
      try await pipeline(load, ceiling: ceiling, door: door, pool, &report)
      try await latency(load, ceiling: ceiling, pool, &report)
      try await bulk(network, ceiling: ceiling, pool, &report)
      try await massDue(load, network, pool, &report)
      try await aftermath(pool, &report)
      report.add("pg_ceiling_events_per_second", ceiling.eventsPerSecond, note: "journal_append inside PostgreSQL")
      report.add("pg_commit_ms", Double(ceiling.commitMicroseconds) / 1e3, note: "median of single commits")
      report.add("http_ceiling_requests_per_second", door, note: "GET /livez of intake, same load generator")
      return report
    }
  }

  func say(_ phase: String) { terminal.note("bench: \(phase)") }

  func settle(_ pool: PostgresPool) async throws {
    let clock = try stack.clock()
    let outcome = try await Settling(pool: pool, clock: clock).wait(milliseconds: Self.settleMilliseconds)
    guard outcome.open.isNone else {
      throw Refusal("not_settled", "the stack does not settle: " + outcome.open.sentences.joined(separator: "; "))
    }
  }

  /// What the HTTP server and this load generator do together when there is nothing to do.
  private func httpCeiling(_ pool: PostgresPool) async throws -> Double {
    let status = try await StackStatus.read(pool, now: 0)
    guard let health = status.instances.first(where: { $0.service == "intake" && !$0.isSilent })?.health,
      let port = health.split(separator: ":").last.flatMap({ UInt16($0) })
    else { throw Refusal("no_intake", "no living intake: gridctl status") }
    say("the HTTP server's own ceiling")
    let client = LoadClient(
      port: port, connections: connections, pool: RequestPool(get: "/livez", host: "127.0.0.1"), pace: .closed,
      seconds: Self.warmUpSeconds, good: 200)
    return try await client.run().perSecond
  }

  private func pipeline(
    _ load: LoadSource, ceiling: PostgresCeiling.Result, door: Double, _ pool: PostgresPool,
    _ report: inout BenchReport
  ) async throws {
    say("pipeline: warming up")
    _ = try await load.client(connections, .closed, seconds: Self.warmUpSeconds).run()
    try await settle(pool)
    say("pipeline: \(connections) connections for \(Figures.decimal(pipelineSeconds, digits: 0)) s")
    let stopwatch = Stopwatch()
    let result = try await load.client(connections, .closed, seconds: pipelineSeconds).run()
    try await settle(pool)
    let seconds = Double(stopwatch.elapsedMicroseconds) / 1e6
    try refuse(result)
    report.add(
      "pipeline_cases_per_second", Double(result.acknowledged) / seconds,
      ceiling: ("pg_ceiling_events_per_second ÷ 2 events a case", ceiling.eventsPerSecond / 2),
      note: "\(Figures.grouped(result.acknowledged)) cases, dispatched, counted and told")
    report.add(
      "intake_acks_per_second", result.perSecond, ceiling: ("http_ceiling_requests_per_second", door),
      note: "while the rest of the system worked")
    report.add(
      "load_generator_cpu_share", Double(result.cpuMicroseconds) / Double(max(result.elapsedMicroseconds, 1)),
      note: "of one core")
  }

  private func refuse(_ result: LoadClient.Result) throws {
    guard result.acknowledged > 0, result.refused == 0 else {
      throw Refusal(
        "load_refused", "\(result.refused) reports were refused, \(result.lost) lost: \(result.firstRefusal)")
    }
  }

  private func latency(
    _ load: LoadSource, ceiling: PostgresCeiling.Result, _ pool: PostgresPool, _ report: inout BenchReport
  ) async throws {
    say("latency: \(Figures.decimal(pacedPerSecond, digits: 0))/s for \(Figures.decimal(pacedSeconds, digits: 0)) s")
    let watch = DispatchWatch(pool: pool, district: load.district)
    let watching = Task { try await watch.run() }
    let result = try await load.client(connections, .open(perSecond: pacedPerSecond), seconds: pacedSeconds).run()
    try await settle(pool)
    watching.cancel()
    _ = try? await watching.value
    try refuse(result)
    let commit = ("pg_commit_ms", Double(ceiling.commitMicroseconds) / 1e3)
    report.add(
      "ack_p50_ms", Double(result.latency.valueAtPercentile(50)) / 1e3, ceiling: commit,
      note: "at \(Figures.decimal(pacedPerSecond, digits: 0))/s, from the moment due")
    report.add("ack_p99_ms", Double(result.latency.valueAtPercentile(99)) / 1e3, ceiling: commit)
    let dispatched = watch.latency(of: result.acknowledgements)
    let twice = ("2 × pg_commit_ms", 2 * commit.1)
    report.add("dispatch_p50_ms", dispatched.percentile(50), ceiling: twice)
    report.add(
      "dispatch_p99_ms", dispatched.percentile(99), ceiling: twice,
      note: "until others can read it; read every \(DispatchWatch.pollMilliseconds) ms")
    report.notes["dispatch_sample"] = .integer(Int64(dispatched.count))
  }

  private func bulk(
    _ network: LoadedNetwork, ceiling: PostgresCeiling.Result, _ pool: PostgresPool, _ report: inout BenchReport
  ) async throws {
    say("bulk: \(Figures.grouped(bulkRows)) rows")
    let feed = try LoadSource.feed(network, cases: bulkRows)
    let client = HTTPClient()
    defer { client.close() }
    let key = "ApiKey " + (try stack.sourceKey(ReportSource.officer.rawValue))
    let sender = ReportSender(
      client: client, address: stack.intakeAddress, authorization: [ReportSource.officer.rawValue: key],
      patienceMilliseconds: 60_000)
    let run = BulkRun(feed: feed, sender: sender, inFlight: 4, rate: nil, acknowledgements: nil)
    let summary = await run.run(Progress("bulk", unit: "rows", total: Int64(bulkRows), terminal: terminal))
    if let failure = summary.failure { throw Refusal("bulk", failure) }
    let rate = Double(summary.created) * 1e6 / Double(max(summary.elapsedMicroseconds, 1))
    report.add(
      "bulk_rows_per_second", rate, ceiling: ("pg_ceiling_events_per_second", ceiling.eventsPerSecond),
      note: "until acknowledged")
    try await settle(pool)
  }

  /// Very much is due at one moment while new reports come in.
  private func massDue(
    _ load: LoadSource, _ network: LoadedNetwork, _ pool: PostgresPool, _ report: inout BenchReport
  ) async throws {
    guard massDues > 0 else { return }
    guard try stack.clockSource() == .real else {
      report.add("timer_lateness_p99_ms", nil, note: "a simulated clock stands still while rungs fire")
      return
    }
    say("timers: \(Figures.grouped(massDues)) cases with a rung at one moment")
    let mass = MassDues(network: network, load: load, pool: pool, cases: massDues)
    guard let result = try await mass.run(connections: connections, settle: { try await settle(pool) }) else {
      report.add("timer_lateness_p99_ms", nil, note: "no limit of this network runs on the wall clock")
      return
    }
    let amount = Figures.grouped(result.cases)
    report.add(
      "timer_lateness_p99_ms", result.p99Milliseconds, note: "of \(amount) rungs due at one moment, the hardest case")
    report.add("timer_lateness_p50_ms", result.p50Milliseconds)
    report.add("timer_drain_seconds", result.drainSeconds, note: "until all of them were there to be read")
    report.add("timer_fired", Double(result.fired), note: "of \(amount); more would be twice")
    report.add("timer_fired_cases", Double(result.distinct), note: "of \(amount)")
    report.add(
      "timer_drain_dispatch_p99_ms", result.dispatch.percentile(99),
      note: "new reports meanwhile, \(Figures.decimal(MassDues.reportsPerSecond, digits: 0))/s")
    report.notes["timer_drain_dispatch_sample"] = .integer(Int64(result.dispatch.count))
  }

  private func aftermath(_ pool: PostgresPool, _ report: inout BenchReport) async throws {
    say("rebuild: the journal folded again by stats")
    let rebuild = try JournalRebuildCommand.parse(["stats", "--home", stack.home])
    let answer = try await rebuild.answer(pool)
    report.add("rebuild_events_per_second", answer.json["events_per_second"]?.doubleValue)
    let timers = try await TimerFigures.read(pool)
    report.add("timers_open", Double(timers.open))
    if massDues == 0 {
      report.add("timer_lateness_p99_ms", timers.latenessMilliseconds, note: "of all that fired so far")
    }
    let memory = try await Machine.memory(of: pool)
    report.add(
      "timer_rss_mb", memory.first { $0.service == "escalation" }?.megabytes, note: "escalation, after the load")
    say("recovery: escalation's timers made again from the journal")
    let recovery = try JournalRebuildCommand.parse(["escalation", "--home", stack.home])
    let recovered = try await recovery.answer(pool)
    report.add("timer_recovery_seconds", recovered.json["seconds"]?.doubleValue, note: "every timer from the journal")
  }
}
