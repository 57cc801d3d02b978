import Glibc
import Logging
import NIOCore
import NIOPosix
public import PostgresClient
public import ServiceLifecycle

/// How a process ends.
public enum ExitStatus: Int32, Sendable {
  /// Stopped in good order.
  case stopped = 0
  case failed = 1
  /// Wrong arguments or settings.
  case usage = 2
  /// The database's schema is not known to this version.
  case schemaRefused = 3
}

/// Puts a service process together and runs it to its end.
///
/// The order is settings, logging, clock, pool, bus, health server, heartbeat, and then, once the database answers and its
/// schema is known, the service's own parts. They stop the other way round on SIGTERM or SIGINT, within 10 seconds.
public enum ServiceHost {
  /// Runs the service and ends the process with an `ExitStatus`.
  ///
  /// - Parameters:
  ///   - name: the service's name, as it stands in `instances` and in the logs.
  ///   - summary: one line for `--help`.
  ///   - keys: the service's own settings, besides `CommonKeys`.
  ///   - takesPushedWork: whether other services may push work to this one over the bus.
  ///   - schemaCheck: asked until the schema is known or refused.
  ///   - services: makes the service's parts, in the order of dependency: what comes first starts first and stops last.
  ///     None may return before the process stops.
  public static func main(
    name: String, summary: String, keys: [any AnySettingKey] = [], takesPushedWork: Bool = false,
    schemaCheck: @escaping @Sendable (PostgresPool) async throws -> SchemaVerdict = SchemaCheck.ask,
    services: @escaping @Sendable (ServiceContext) async throws -> [any Service]
  ) async -> Never {
    let keys = CommonKeys.all + keys
    answerArguments(SettingsHelp(service: name, summary: summary, keys: keys))
    let settings: Settings
    do throws(SettingsError) {
      settings = try Settings.read(keys: keys)
    } catch {
      for fault in error.faults { Terminal.error("\(name): \(fault)") }
      exit(ExitStatus.usage.rawValue)
    }
    NIOSingletons.groupLoopCountSuggestion = threads(settings[CommonKeys.threads])
    // Tasks run on the event loops' own threads, so that a request changes threads only for the database. Blocking work
    // has threads of its own (`PinnedThread`) or happens once, at the start. False leaves the usual pool in place.
    _ = NIOSingletons.unsafeTryInstallSingletonPosixEventLoopGroupAsConcurrencyGlobalExecutor()
    let assembly = ServiceAssembly(
      name: name, settings: settings, takesPushedWork: takesPushedWork, schemaCheck: schemaCheck, makeServices: services
    )
    exit(await assembly.run().rawValue)
  }

  /// More threads than that only pass work and cache lines to each other: on two cores one each takes a tenth less of the
  /// processors than two.
  private static func threads(_ wanted: Int) -> Int { wanted > 0 ? wanted : max(1, System.coreCount / 2) }

  private static func answerArguments(_ help: SettingsHelp) {
    let arguments = CommandLine.arguments.dropFirst()
    switch arguments.first {
    case nil: return
    case "--help", "-h": Terminal.output(help.text)
    case "--version": Terminal.output("\(help.service) \(Version.text)")
    case let argument?:
      Terminal.error("\(help.service): \(argument) is not known; try --help")
      exit(ExitStatus.usage.rawValue)
    }
    exit(ExitStatus.stopped.rawValue)
  }
}
