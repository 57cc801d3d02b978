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
      throw Problem(.mergeTarget(target), allowed: CaseMachine.allowedActions(found.loaded.value, by: view.actor))
    }
    let request = CommandRequest(
      id: found.loaded.id, command: command, actor: view.actor, expectedVersion: expected)
    let result: LoadedCase
    do {
      result = try await console.desk.perform(request)
    } catch let refusal as CaseRefusal {
      throw Problem(refusal, allowed: CaseMachine.allowedActions(found.loaded.value, by: view.actor))
    } catch CommandFault.stale(_, let version) {
      throw Problem.stale(current: version)
    } catch is CommandFault {
      throw Problem.notFound("There is no such case.")
    } catch is GroupCommitError {
      throw Problem.unavailable(code: "busy", "Too many commands wait. Nothing was changed.")
    }
    return console.response(result, report: found.report, view: view)
  }
}

extension Problem {
  /// What the case machine refused, with what it would allow instead.
  init(_ refusal: CaseRefusal, allowed: [CaseAction]) {
    var allowed = allowed
    let detail: String
    var status = HTTPResponse.Status.conflict
    switch refusal {
    case .illegalTransition(let state, let actions):
      allowed = actions
      detail = "A case that is \(state.rawValue) does not allow this."
    case .notYourRole(let action, _):
      status = .forbidden
      detail = "Your role may not do \(action.rawValue)."
    case .notYourDepartment:
      status = .forbidden
      detail = "Only the lead department may do this."
    case .separationOfDuty: detail = "Whoever found or verifies a case does not handle it, and the other way round."
    case .limitReached(let action, let limit):
      detail = "\(action.rawValue) has reached its limit of \(limit)."
    case .unknownDepartment(let department):
      self = .invalid([
        FieldFault(field: "department", code: "unknown_department", detail: "There is no department \(department).")
      ])
      return
    case .mergeTarget(let target): detail = "A case cannot be merged into \(target): it is itself, over, or unknown."
    }
    self.init(
      status, code: refusal.code, detail: detail,
      extensions: ["allowed_actions": .array(allowed.map { .string($0.rawValue) })])
  }
}
