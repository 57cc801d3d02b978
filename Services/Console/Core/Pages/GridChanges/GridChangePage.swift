import Casework
import Cryptography
import Domain
import GridNetwork
import Hummingbird
import Operations
import WebAuth

/// One change of grids: the old and the new outlines, who approves it in which order, whom it touches, and its story.
enum GridChangePage: Page {
  static let route = PageRoute("grid-changes/:id", template: "grid-change", roles: GridChangesPage.roles)

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (view, texts, names) = (request.view, request.texts, request.names)
    let change = try await GridChangeBook(console: request.console, view: view)
      .change(request.context.parameters.get("id"))
    let plan = change.plan
    let impact = try await GridChangeImpact.read(
      plan, district: change.district, at: request.now, today: view.zone.date(of: request.now), request.console.pool)
    var data: PageData = [
      "id": change.id, "version": "\(change.version)", "api": "/v1/grid-changes/\(change.id)",
      "state": texts("grid_changes.state.\(change.state.rawValue)"),
      "tone": GridChangesPage.tones[change.state] ?? "still", "kind": texts("grid_changes.kind.\(plan.kind.rawValue)"),
      "reason": plan.reason, "effective": request.times.data(change.effectiveAt),
      "by": names.actor(change.proposedBy), "post": names.receiver(change.proposerPost.text),
      "proposed": request.times.data(change.proposedAt), "levels": levels(change, request),
      "old": plan.grids.map { code in
        [
          "name": names.place(code), "code": code.text,
          "fate": texts(plan.retired.contains(code) ? "grid_changes.retires" : "grid_changes.redrawn"),
        ] as PageData
      },
      "new": change.drawn.map { drawn in
        [
          "name": names.choose(drawn.grid.nameZh, drawn.grid.nameEn), "code": drawn.grid.code.text,
          "parent": names.unit(drawn.grid.parent),
        ] as PageData
      },
      "cases": impact.cases.map {
        ["grid": names.unit($0.grid), "open": "\($0.open)", "all": "\($0.all)"] as PageData
      },
      "hasCases": !impact.cases.isEmpty,
      "people": impact.people.map {
        ["who": $0.username, "post": names.receiver("\($0.role)@\($0.unit)"), "as": texts("grid_changes.account")]
          as PageData
      }
        + impact.duties.map {
          ["who": $0.username, "post": names.receiver("\($0.role)@\($0.unit)"), "as": texts("grid_changes.roster")]
            as PageData
        },
      "hasPeople": !impact.people.isEmpty || !impact.duties.isEmpty, "steps": steps(change, request),
      "actions": actions(change, request), "tiles": request.console.site.tiles ?? "",
    ]
    data["outcome"] = change.outcome
    data["networkVersion"] = change.networkVersion.map { "\($0)" }
    return PageContent(texts("grid_changes.one", ["id": change.id]), data)
  }

  private static func levels(_ change: GridChange, _ request: PageRequest) -> [PageData] {
    let waiting = Set(change.standing.waiting)
    return change.approvals.map { approval in
      let given = change.steps.first { $0.approval == approval }
      let isAsked = change.state == .proposed && waiting.contains(approval)
      var data: PageData = [
        "level": request.texts("grid_changes.level", ["level": "\(approval.level)"]),
        "post": request.names.receiver(approval.address.text), "isDone": given != nil, "isCurrent": isAsked,
      ]
      data["approver"] = given.map { request.names.actor($0.actor) }
      data["given"] = given.map { request.times.data($0.at) } ?? nil
      data["until"] = isAsked ? request.times.data(change.dueAt) : nil
      return data
    }
  }

  private static func steps(_ change: GridChange, _ request: PageRequest) -> [PageData] {
    change.steps.reversed().map { step in
      var data: PageData = [
        "name": request.texts("grid_changes.step.\(step.action)"), "actor": request.names.actor(step.actor),
        "shortHash": String(Hexadecimal.encode(step.hash).prefix(12)),
      ]
      data["at"] = request.times.data(step.at)
      data["stepPost"] = step.approval.map { request.names.receiver($0.address.text) }
      data["note"] = step.note.isEmpty ? nil : step.note
      return data
    }
  }

  private static func actions(_ change: GridChange, _ request: PageRequest) -> [PageData] {
    GridChangeMachine.allowed(change.standing, by: request.view.actor).map { decision in
      let key = "grid_changes.action.\(decision.rawValue)"
      return [
        "action": decision.rawValue, "title": request.texts(key), "question": request.texts(key + "_question"),
        "isGrave": decision != .approve, "needsReason": decision == .reject, "isApproval": decision == .approve,
      ]
    }
  }
}
