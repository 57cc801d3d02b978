import ArgumentParser
import Domain
import GridNetwork
import Wire

struct CalendarCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calendar", abstract: "Working days: what is published, and when something is due.",
    subcommands: [CalendarCheckCommand.self, CalendarDueCommand.self])
}

/// Which network's calendar is meant.
struct NetworkChoice: ParsableArguments {
  @Option(help: "Name of a network or its directory; the stack's own network if missing.")
  var network: String?

  /// From the database where it serves that network, else from the directory. A path is a directory.
  func read(_ stack: Stack) async throws -> LoadedNetwork {
    let name = network ?? stack.networkName
    var reason: any Error = Refusal("unknown_network", "there is no network \(name ?? ""): gridctl network list")
    if name?.contains("/") != true {
      do {
        let stored = try await stack.withDatabase { try await NetworkVersions.read(named: name, geometry: .skip, $0) }
        if let stored, network == nil || stored.policy.name == network { return stored }
      } catch {
        reason = error
      }
    }
    guard let name, let directory = try? NetworkDirectories.find(name, stack: stack) else { throw reason }
    return try NetworkReader.read(DirectorySource(path: directory), geometry: .skip)
  }
}

extension NetworkChoice {
  /// A moment written with an offset says whose calendar is meant, where nobody names it.
  func read(_ stack: Stack, writtenAs moment: WrittenMoment) async throws -> LoadedNetwork {
    let own = try await read(stack)
    if network != nil || moment.isLocal(in: own) { return own }
    for name in NetworkDirectories.names(stack) {
      guard let directory = try? NetworkDirectories.find(name, stack: stack),
        let other = try? NetworkReader.read(DirectorySource(path: directory), geometry: .skip)
      else { continue }
      if moment.isLocal(in: other) { return other }
    }
    return own
  }
}

/// A moment together with the offset it was written with.
struct WrittenMoment: Sendable {
  let instant: Instant
  /// As it stands at the end of the text, e.g. `+08:00` or `Z`.
  let offset: String

  func isLocal(in network: LoadedNetwork) -> Bool {
    instant.rfc3339(in: network.policy.calendar.zone).hasSuffix(offset)
  }
}

@Sendable func readWrittenMoment(_ text: String) throws -> WrittenMoment {
  WrittenMoment(instant: try readInstant(text), offset: text.hasSuffix("Z") ? "Z" : String(text.suffix(6)))
}

struct CalendarCheckCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Say whether a year's days off are published, and list them.",
    discussion: "Exit status 1 for a year that is not published: due times in it are provisional.")

  @Argument(help: "The year, e.g. 2026.")
  var year: Int
  @OptionGroup var choice: NetworkChoice
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard (WorkingCalendar.firstYear...WorkingCalendar.lastYear).contains(year) else {
      throw ValidationError("A year is from \(WorkingCalendar.firstYear) to \(WorkingCalendar.lastYear).")
    }
  }

  func answer() async throws -> Answer {
    let calendar = try await choice.read(common.stack()).policy.calendar
    return CalendarYear(year: year, calendar: calendar).answer
  }
}

struct CalendarDueCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "due", abstract: "Say when a limit that begins at a moment is due.",
    discussion: """
      Limits are `N urgent_minutes|urgent_hours|urgent_days`, on the wall clock, or `N \
      work_minutes|work_hours|work_days`, by the calendar: hours begin at once, days with the next day, and end at \
      the close of business. Without --network the calendar is that of the stack's network, where --from has the \
      offset of its zone; else of the first network known here whose zone has it.
        gridctl calendar due --from 2026-02-13T10:00:00+08:00 --limit "2 work_days" --network baoan
      """)

  @Option(help: "The beginning, RFC 3339 with offset.", transform: readWrittenMoment)
  var from: WrittenMoment
  @Option(help: "The limit, e.g. \"5 work_days\".", transform: readLimit)
  var limit: Limit
  @OptionGroup var choice: NetworkChoice
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let calendar = try await choice.read(common.stack(), writtenAs: from).policy.calendar
    let due = calendar.advance(from: from.instant, by: limit)
    let text = due.at.rfc3339(in: calendar.zone)
    return Answer(
      ["due": .string(text), "provisional": .bool(due.provisional)],
      text: due.provisional ? "\(text)  (provisional: a year on the way is not published)" : text)
  }
}

@Sendable func readInstant(_ text: String) throws -> Instant {
  do {
    return try Instant(rfc3339: text)
  } catch {
    throw ValidationError(error.reason)
  }
}

@Sendable func readLimit(_ text: String) throws -> Limit {
  do {
    return try Limit(text)
  } catch {
    throw ValidationError(error.reason)
  }
}
