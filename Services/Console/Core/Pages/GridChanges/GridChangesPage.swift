import Casework
import Domain
import GridNetwork
import Operations
import WebAuth

/// Changes of grids: what waits for whom, what came of the others, and a form to propose one.
enum GridChangesPage: Page {
  static let route = PageRoute(
    "grid-changes", template: "grid-changes", roles: roles,
    menu: PageMenu(order: 75, icon: "grid", text: "grid_changes.menu"))

  static let roles: Set<Role> = [.officer, .dispatcher, .supervisor, .inspector, .auditor, .admin]
  /// Changes on a page of the list.
  private static let pageChanges = 50

  static let tones: [GridChangeState: String] = [
    .proposed: "soon", .approved: "accent", .inForce: "fine", .rejected: "late", .lapsed: "late", .conflicted: "late",
    .withdrawn: "still",
  ]

  /// Which ones a list has.
  private enum Which: String, CaseIterable {
    case open, waiting, over, all

    var states: [GridChangeState] {
      switch self {
      case .open, .waiting: [.proposed, .approved]
      case .over: GridChangeState.allCases.filter { !$0.isOpen }
      case .all: []
      }
    }
  }

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (view, texts) = (request.view, request.texts)
    var fields = try request.query()
    let which = fields.choice("which", of: Which.self) ?? .open
    let cursor = fields.cursor(GridChangeCursor.init)
    try fields.finish()
    let book = GridChangeBook(console: request.console, view: view)
    let page = try await book.page(which.states, waitingOnly: which == .waiting, after: cursor, limit: pageChanges)
    let address = PageAddress(request.request)
    var data: PageData = [
      "rows": page.changes.map { row($0, request) }, "hasRows": !page.changes.isEmpty,
      "chips": Which.allCases.map { choice in
        [
          "name": texts("grid_changes.which.\(choice.rawValue)"), "isCurrent": choice == which,
          "path": choice == .open ? "/grid-changes" : "/grid-changes?which=\(choice.rawValue)",
        ] as PageData
      },
      "empty": texts(view.policy.gridChanges == nil ? "grid_changes.fixed" : "grid_changes.empty.\(which.rawValue)"),
      "kinds": GridChangeKind.allCases.map {
        ["value": $0.rawValue, "label": texts("grid_changes.kind.\($0.rawValue)")] as PageData
      },
      "mayPropose": book.mayPropose,
    ]
    if let rule = view.policy.gridChanges {
      let levels = rule.approvals.map { level in
        let within = level.within.map { " · \(request.names.limit($0))" } ?? ""
        return "\(request.names.tier(level.post.tier)) \(texts.word("role", level.post.role.rawValue))\(within)"
      }
      data["levels"] = levels
      data["notice"] = rule.notice.map { texts("grid_changes.notice", ["limit": request.names.limit($0)]) }
    }
    if let next = page.next { data["next"] = address.with(["cursor": next]) }
    return PageContent(texts("grid_changes.title"), data)
  }

  private static func row(_ change: GridChange, _ request: PageRequest) -> PageData {
    let isAsked = GridChangeMachine.allowed(change.standing, by: request.view.actor).contains(.approve)
    let waiting = change.standing.waiting.map { request.names.receiver($0.address.text) }
    var data: PageData = [
      "id": change.id, "path": "/grid-changes/\(change.id)",
      "kind": request.texts("grid_changes.kind.\(change.plan.kind.rawValue)"),
      "state": request.texts("grid_changes.state.\(change.state.rawValue)"), "tone": tones[change.state] ?? "still",
      "grids": change.plan.grids.map { request.names.unit($0) }.joined(separator: "、"),
      "codes": change.drawn.map(\.grid.code.text).joined(separator: " "), "effective": "\(change.plan.effective)",
      "waiting": waiting.isEmpty ? "—" : waiting.joined(separator: "、"),
      "by": request.names.actor(change.proposedBy), "isAsked": isAsked,
    ]
    data["due"] = change.state == .proposed ? request.times.data(change.dueAt) : nil
    return data
  }
}
