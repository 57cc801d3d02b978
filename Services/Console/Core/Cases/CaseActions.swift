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
    let command = try ActionReading.command(try await request.collectJSON(limits: BodyFields.limits))
    let expected = try request.expectedVersion()
    if let only, !only.contains(command.action) {
      throw Problem.unprocessable(code: "unknown_action", "Tasks are answered with verify_report and verify.")
    }
    let found = try await console.findCase(context, view)
    if case .merge(let target) = command, try await console.cases.find(target, view.sight) == nil {
      throw Problem(.mergeTarget(target), of: command, allowed: allowed(found.loaded, view))
    }
    let result = try await perform(
      CommandRequest(id: found.loaded.id, command: command, actor: view.actor, expectedVersion: expected),
      found.loaded, view)
    switch command.action {
    case .reveal:
      return console.response(
        result, report: found.report, reporters: try await console.cases.reporters(of: result.id), view: view)
    case .erase: return console.response(result, report: try await report(result.id, view), view: view)
    default: return console.response(result, report: found.report, view: view)
    }
  }

  private func perform(
    _ request: CommandRequest, _ seen: LoadedCase, _ view: CallerView
  ) async throws -> LoadedCase {
    do {
      return try await console.desk.perform(request)
    } catch let refusal as CaseRefusal {
      throw Problem(refusal, of: request.command, allowed: allowed(seen, view))
    } catch CommandFault.stale(let current) {
      throw Problem.stale(current, allowed: allowed(current, view))
    } catch CommandFault.unknownAttachments(let ids) {
      throw Problem.unknownAttachments(ids)
    } catch is CommandFault {
      throw Problem.notFound("There is no such case.")
    } catch is GroupCommitError {
      throw Problem.unavailable(code: "busy", "Too many commands wait. Nothing was changed.")
    }
  }

  private func allowed(_ loaded: LoadedCase, _ view: CallerView) -> [CaseAction] {
    CaseMachine.allowedActions(loaded.value, by: view.actor, policy: view.policy, now: console.now)
  }

  /// What the reporter wrote, read again.
  private func report(_ id: CaseID, _ view: CallerView) async throws -> ReportContent? {
    try await console.cases.find(id, view.sight)?.report
  }
}
