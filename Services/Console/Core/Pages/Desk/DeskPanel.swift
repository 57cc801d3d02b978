import Casework
import Domain

/// The case that is decided now: its report, why it waits, the rules that were asked, who could take it, what lies
/// near.
enum DeskPanel {
  /// For the partial `desk-panel`.
  static func data(_ id: CaseID, box: DeskBox, queue: DeskQueue, request: PageRequest) async throws -> PageData {
    guard let brief = try await CaseBrief.of(id, request: request) else {
      return ["isGone": true, "id": id.description]
    }
    let (console, view, value) = (request.console, request.view, brief.value)
    let text = brief.report.description?.lowercased() ?? ""
    let allowed = Set(
      CaseMachine.allowedActions(value, by: view.actor, policy: view.policy, now: request.now, text: text))
    async let neighbours = CaseNeighbours.of(id, value, view: view, console: console, now: request.now)
    var data = brief.data
    let boxes = queue.items.first { $0.summary.id == id }?.boxes ?? []
    let reasons = DeskRows(request)
    data["reasons"] = boxes.map { reasons.reason(value, in: $0) }
    data["isDone"] = boxes.isEmpty
    data["said"] = lastReason(brief.events, in: boxes)
    // A case that a department has could be redirected, too, but not by a key that was meant for another question.
    if [.filed, .desk].contains(value.state), !allowed.isDisjoint(with: [.dispatch, .redirect]) {
      async let history = DepartmentHistory.read(
        like: value.subject.category, view: view, pool: console.pool, now: request.now)
      let trace = Router.explain(value.traits(policy: view.policy, text: text), policy: view.policy)
      let suggestions = DeskSuggestions(
        brief, trace: trace, history: try await history,
        action: action(value, boxes, allowed), request: request)
      data["suggestions"] = suggestions.data
      data["hasSuggestions"] = !suggestions.data.isEmpty
      data["canSend"] = true
      data["trace"] = DeskTrace(trace, request: request).data
    }
    let near = try await neighbours
    let photos = try await PhotoStore(pool: console.pool).first(of: near.map(\.summary.id))
    let shown = near.map { neighbour in
      row(neighbour, of: id, value, photo: photos[neighbour.summary.id], canMerge: allowed.contains(.merge), request)
    }
    data["neighbours"] = shown
    data["hasNeighbours"] = !shown.isEmpty
    let repeats = near.filter(\.mayRepeat).count
    data["repeats"] = repeats > 0 ? request.texts.counted("desk.near.repeats", repeats) : nil
    return data
  }

  /// How the case is sent on: whom the centre appoints in a dispute cannot give it back once more.
  private static func action(_ value: Case, _ boxes: [DeskBox], _ allowed: Set<CaseAction>) -> CaseAction {
    if boxes.contains(.disputed), allowed.contains(.appoint) { return .appoint }
    return value.returnedBy != nil && allowed.contains(.redirect) ? .redirect : .dispatch
  }

  /// What the department gave as its reason, or asks for.
  private static func lastReason(_ events: [CaseEvent], in boxes: [DeskBox]) -> String? {
    for event in events.reversed() {
      switch event.detail {
      case .returned(let back) where boxes.contains(.returned) || boxes.contains(.disputed): return back.reason
      case .extensionRequested(_, _, let reason) where boxes.contains(.extensions): return reason
      case .suspensionRequested(_, _, let reason) where boxes.contains(.suspensions): return reason
      case .appealed(_, let reason) where boxes.contains(.appeals): return reason
      default: continue
      }
    }
    return nil
  }

  private static func row(
    _ neighbour: CaseNeighbour, of id: CaseID, _ value: Case, photo: String?, canMerge: Bool, _ request: PageRequest
  ) -> PageData {
    let other = neighbour.summary
    var data = CaseRows(request).data(other)
    data["description"] = other.description
    data["distance"] = neighbour.distance(request.texts)
    data["mayRepeat"] = neighbour.mayRepeat
    data["photo"] = photo.map { "/v1/cases/\(other.id)/photos/\($0)" }
    data["photoAlt"] = request.texts("desk.near.photo", ["case": other.id.description])
    if canMerge {
      data["merge"] =
        [
          "case": id.description, "into": other.id.description, "version": "\(value.version)",
          "path": "/v1/cases/\(id)/actions", "plainPath": "/cases/\(id)",
          "label": request.texts("desk.near.merge", ["case": other.id.description]),
          "ask": request.texts("desk.near.ask", ["case": id.description, "other": other.id.description]),
          "message": request.texts("desk.near.merged", ["case": id.description, "other": other.id.description]),
        ] as PageData
    }
    return data
  }
}

extension CaseNeighbour {
  /// How far away it is, in words; nil where that is not known.
  func distance(_ texts: PageTexts) -> String? {
    metres.map { texts("desk.near.metres", ["metres": "\(Int($0.rounded()))"]) }
  }
}
