import Casework
import Domain
import HTTPTypes
import Hummingbird
import Operations
import WebAuth
import Wire

/// What an action would do to several cases, without doing it: the case machine decides on each as it stands now.
struct ActionPreview: Sendable {
  enum Outcome: Sendable {
    /// How the case would stand.
    case would(Case)
    case refused(Problem)
  }

  /// Cases in one question at most.
  static let maxCases = 100

  let view: CallerView
  let console: Console
  let now: Instant

  /// One answer for each case, in their order; nil of a case that is not there or not for the caller to see.
  func ask(
    _ ids: [CaseID], _ command: CaseCommand
  ) async throws -> [(id: CaseID, value: Case?, outcome: Outcome)] {
    var wanted = ids
    if case .merge(let target) = command { wanted.append(target) }
    let seen = try await seen(wanted)
    let values = try await console.cases.values(of: seen.keys.sorted { $0.number < $1.number })
    return ids.map { id in
      guard let summary = seen[id], let value = values[id] else {
        return (id, nil, .refused(.notFound("There is no such case, or it is not for you to see.")))
      }
      let text = summary.description?.lowercased() ?? ""
      do throws(CaseRefusal) {
        let draft = try CaseMachine.decide(
          value, command, by: view.actor, policy: view.policy, now: now, text: text)
        if case .merge(let target) = command {
          guard target.district == id.district, let other = values[target] else {
            throw CaseRefusal.mergeTarget(target)
          }
          _ = try CaseMachine.absorb(other, id: target, id, by: view.actor, now: now)
        }
        return (id, value, .would(draft.value))
      } catch {
        let allowed = CaseMachine.allowedActions(
          value, by: view.actor, policy: view.policy, now: now, text: text)
        return (id, value, .refused(Problem(error, of: command, allowed: allowed)))
      }
    }
  }

  private func seen(_ ids: [CaseID]) async throws -> [CaseID: CaseSummary] {
    var filter = CaseFilter()
    filter.cases = ids
    let page = try await console.cases.page(view.sight, filter, limit: Self.maxCases + 1, now: now)
    return Dictionary(page.cases.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
  }
}

/// `POST /v1/cases/preview`: an action with the cases that it is meant for. Nothing is changed; whoever then does it
/// sends each case's action with the version told here.
struct PreviewRoutes: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.post("cases/preview") { request, context in try await preview(request, context) }
  }

  private func preview(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.view(context)
    let body = try await request.collectJSON(limits: BodyFields.limits)
    let ids = try Self.cases(body)
    let command = try ActionReading.command(body)
    let now = console.now
    let answers = try await ActionPreview(view: view, console: console, now: now).ask(ids, command)
    return .json { writer in
      writer.beginObject()
      writer.objects("items", answers) { writer, answer in
        writer.member("id", answer.id.description)
        writer.member("version", answer.value?.version)
        writer.member("state", answer.value?.state.rawValue)
        switch answer.outcome {
        case .would(let value):
          writer.object("would") { writer in
            writer.member("state", value.state.rawValue)
            writer.member("lead", value.lead?.department.text)
            writer.member("merged_into", value.mergedInto?.description)
            let due = value.clocks.filter { $0.isRunning && !$0.isPaused }.map(\.dueAt).min()
            writer.member("due_at", due, in: view.zone)
          }
          writer.member("refused", String?.none)
        case .refused(let problem):
          writer.member("would", String?.none)
          writer.object("refused") { writer in
            writer.member("code", problem.code)
            writer.member("detail", problem.detail)
            for member in problem.extensions.members { writer.member(member.key, member.value) }
          }
        }
      }
      writer.endObject()
    }
  }

  private static func cases(_ body: JSONValue) throws(Problem) -> [CaseID] {
    var fields = try BodyFields(body)
    let texts = fields.texts("cases")
    if texts.isEmpty { fields.fault("cases", "required", "Name one case or more.") }
    if texts.count > ActionPreview.maxCases {
      fields.fault("cases", "too_many", "At most \(ActionPreview.maxCases) cases are asked of at once.")
    }
    if Set(texts).count < texts.count { fields.fault("cases", "repeated", "Each case stands once.") }
    let ids = texts.compactMap { CaseID($0) }
    if ids.count < texts.count {
      fields.fault("cases", "malformed_case_id", "A case id is written <district>-<number>.")
    }
    try fields.finish()
    return ids
  }
}
