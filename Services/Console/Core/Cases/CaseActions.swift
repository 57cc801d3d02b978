import Casework
import Domain
import HTTPTypes
import Hummingbird
import Journal
import Operations
import WebAuth
import Wire

/// Carries out what people ask of cases.
struct CaseActions: Sendable {
  let console: Console
  /// What this door takes; nil for everything.
  var only: Set<CaseAction>?

  init(console: Console, only: Set<CaseAction>? = nil) {
    self.console = console
    self.only = only
  }

  /// `POST …/{id}/actions` with `If-Match`: the case as the action left it.
  func act(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let body = try await request.collectJSON(limits: BodyFields.limits)
    let done = try await carryOut(body, expected: try request.expectedVersion(), context, view)
    let (result, report) = (done.result, done.report)
    switch done.action {
    case .reveal:
      return console.response(
        result, report: report, reporters: try await console.cases.reporters(of: result.id), view: view)
    case .erase: return console.response(result, report: try await self.report(result.id, view), view: view)
    default: return console.response(result, report: report, view: view)
    }
  }

  /// Does what the body asks of the case that the path names.
  ///
  /// - Parameter expected: the version that the caller has seen; nil: whichever it is.
  /// - Throws: `Problem`.
  func carryOut(
    _ body: JSONValue, expected: Int64?, _ context: AuthenticatedContext, _ view: CallerView
  ) async throws -> (action: CaseAction, result: LoadedCase, report: ReportContent) {
    let command = try ActionReading.command(body)
    if let only, !only.contains(command.action) {
      throw Problem.unprocessable(code: "unknown_action", "Tasks are answered with verify_report and verify.")
    }
    guard let id = context.caseID else { throw Problem.noSuchCase }
    guard let found = try await console.cases.find(id, view.sight) else {
      if let expected, let current = try await lost(id, since: expected, view) {
        throw Problem.stale(current, allowed: [])
      }
      throw Problem.noSuchCase
    }
    if case .merge(let target) = command, try await console.cases.find(target, view.sight) == nil {
      throw Problem(.mergeTarget(target), of: command, allowed: allowed(found.loaded, found.report, view))
    }
    let request = CommandRequest(id: found.loaded.id, command: command, actor: view.actor, expectedVersion: expected)
    return (command.action, try await perform(request, found, view), found.report)
  }

  /// The case as it stands, when it went from the caller's department to another after the version that the caller has
  /// seen: who comes too late is told so, and not that there is no such case. Nil when they had no sight of it then.
  private func lost(_ id: CaseID, since seen: Int64, _ view: CallerView) async throws -> LoadedCase? {
    guard seen > 0, case .department(let department) = view.sight.restriction,
      let current = try await console.cases.find(
        id, CaseSight(territory: view.sight.territory, restriction: .none))?.loaded, current.value.version > seen
    else { return nil }
    let events = try await console.reader.events(of: id)
    guard events.indices.contains(Int(seen) - 1),
      try events[Int(seen) - 1].event.decoded()?.after.lead == department
    else { return nil }
    return current
  }

  private func perform(
    _ request: CommandRequest, _ seen: (loaded: LoadedCase, report: ReportContent), _ view: CallerView
  ) async throws -> LoadedCase {
    do {
      return try await console.desk.perform(request)
    } catch let refusal as CaseRefusal {
      throw Problem(refusal, of: request.command, allowed: allowed(seen.loaded, seen.report, view))
    } catch CommandFault.stale(let current) {
      // It may have gone to another department meanwhile: whoever does not see it any more can do nothing to it.
      let isSeen = try await console.cases.find(current.id, view.sight) != nil
      throw Problem.stale(current, allowed: isSeen ? allowed(current, seen.report, view) : [])
    } catch CommandFault.unknownAttachments(let ids) {
      throw Problem.unknownAttachments(ids, field: request.command.action == .split ? "attachments" : "photos")
    } catch is CommandFault {
      throw Problem.notFound("There is no such case.")
    } catch is GroupCommitError {
      throw Problem.unavailable(code: "busy", "Too many commands wait. Nothing was changed.")
    }
  }

  private func allowed(_ loaded: LoadedCase, _ report: ReportContent, _ view: CallerView) -> [CaseAction] {
    CaseMachine.allowedActions(
      loaded.value, by: view.actor, policy: view.policy, now: console.now, text: report.description?.lowercased() ?? "")
  }

  /// What the reporter wrote, read again.
  private func report(_ id: CaseID, _ view: CallerView) async throws -> ReportContent? {
    try await console.cases.find(id, view.sight)?.report
  }
}
