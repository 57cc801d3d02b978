import Casework
import Domain
import WebAuth

/// The dispatch desk: what waits for a person, and beside it everything needed to decide one case of it.
enum DeskPage: Page {
  static let route = PageRoute(
    "desk", template: "desk", roles: [.dispatcher, .supervisor],
    menu: PageMenu(order: 4, icon: "desk", text: "menu.desk"))

  /// Cases of a tab that are shown; there may be more.
  static let boxCases = 100

  static func content(_ request: PageRequest) async throws -> PageContent {
    var fields = try request.query()
    let asked = fields.text("tab")
    let chosenCase = fields.text("case").flatMap { CaseID($0) }
    try fields.finish()
    let queue = try await DeskQueue.read(request.view, console: request.console, now: request.now)
    let box = asked.flatMap { DeskBox(rawValue: $0) } ?? firstBox(of: queue)
    let items = queue.items(in: box)
    let shown = items.prefix(boxCases)
    let selected = chosenCase ?? shown.first?.summary.id
    let address = PageAddress(request.request)
    let texts = request.texts
    var data: PageData = [
      "tabs": tabs(queue, box, address, texts), "tab": box.rawValue, "tabName": texts("desk.tab.\(box.rawValue)"),
      "hint": texts("desk.hint.\(box.rawValue)"), "empty": texts("desk.empty.\(box.rawValue)"),
      "hasRows": !shown.isEmpty, "isChosen": chosenCase != nil,
      "queuePath": address.with(["tab": box.rawValue, "case": nil]),
      "maxBulk": "\(ActionPreview.maxCases)", "departments": request.names.departmentChoices(),
    ]
    let rows = DeskRows(request)
    data["rows"] = shown.enumerated().map { index, item in
      rows.data(
        item, in: box, path: address.with(["tab": box.rawValue, "case": item.summary.id.description]),
        place: "\(index + 1)", isSelected: item.summary.id == selected)
    }
    data["states"] = CaseState.allCases.map {
      ["value": $0.rawValue, "label": texts.word("state", $0.rawValue)] as PageData
    }
    data["bulkActions"] = bulkActions.map { action, fields in
      [
        "value": action.rawValue, "label": texts("actions.\(action.rawValue).title"),
        "fields": fields.joined(separator: " "),
      ] as PageData
    }
    data["more"] = items.count > boxCases ? texts.counted("desk.more", items.count - boxCases) : nil
    data["manyMore"] = queue.hasMore
    if let selected { data["panel"] = try await DeskPanel.data(selected, box: box, queue: queue, request: request) }
    return PageContent(texts("desk.title"), data)
  }

  /// What may be done to several cases at once, with the fields that are asked for.
  private static let bulkActions: [(CaseAction, [String])] = [
    (.dispatch, ["department", "note"]), (.redirect, ["department", "note"]), (.appoint, ["department", "note"]),
    (.merge, ["into"]), (.grantExtension, []), (.refuseExtension, ["reason"]), (.void, ["reason"]),
  ]

  /// Where one begins: what is due first.
  private static func firstBox(of queue: DeskQueue) -> DeskBox { queue.items.first?.boxes.first ?? .unroutable }

  private static func tabs(
    _ queue: DeskQueue, _ current: DeskBox, _ address: PageAddress, _ texts: PageTexts
  ) -> [PageData] {
    DeskBox.allCases.map { box in
      let count = queue.items(in: box).count
      var data: PageData = [
        "name": texts("desk.tab.\(box.rawValue)"), "count": "\(count)", "id": box.rawValue,
        "path": address.with(["tab": box.rawValue, "case": nil]), "isCurrent": box == current,
      ]
      data["isBusy"] = count > 0
      return data
    }
  }
}

/// Rows of the queue.
struct DeskRows: Sendable {
  private let request: PageRequest
  private let rows: CaseRows

  init(_ request: PageRequest) {
    self.request = request
    rows = CaseRows(request)
  }

  func data(_ item: DeskItem, in box: DeskBox, path: String, place: String, isSelected: Bool) -> PageData {
    var data = rows.data(item.summary)
    data["path"] = path
    data["place"] = request.names.place(item.summary.unit)
    data["number"] = place
    data["isSelected"] = isSelected
    data["version"] = "\(item.value.version)"
    data["reason"] = reason(item.value, in: box)
    data["due"] = request.times.data(item.dueAt)
    data["tone"] = item.dueAt.map { DueTone.of($0, from: item.summary.filedAt, now: request.now).rawValue }
    return data
  }

  /// Why the case waits, in one line.
  func reason(_ value: Case, in box: DeskBox) -> String {
    let (texts, names) = (request.texts, request.names)
    switch box {
    case .unroutable: return texts("desk.reason.unroutable")
    case .returned, .disputed:
      let times = "\(value.counts.returns)"
      if let department = value.returnedBy {
        return texts("desk.reason.\(box.rawValue)", ["department": names.department(department), "times": times])
      }
      let parts = value.parts.filter { $0.state == .returned }.map { names.department($0.department) }
      return texts("desk.reason.part", ["department": parts.joined(separator: texts("desk.list_comma"))])
    case .extensions: return wishes(value, isExtension: true)
    case .suspensions: return wishes(value, isExtension: false)
    case .supervision:
      return texts("desk.reason.supervision", ["rating": value.rating.map { texts.word("rating", $0.rawValue) } ?? ""])
    case .appeals: return texts("case.appeal", ["department": value.appealBy.map { names.department($0) } ?? ""])
    case .checks:
      return texts("desk.reason.checks", ["source": texts.word("source", value.subject.source.rawValue)])
    }
  }

  private func wishes(_ value: Case, isExtension: Bool) -> String {
    let texts = value.requests.filter { $0.isExtension == isExtension }.map { asked -> String in
      let department = request.names.department(asked.department)
      switch asked.wish {
      case .extension_(let by):
        return request.texts("case.wish.extension", ["department": department, "by": request.names.limit(by)])
      case .suspension(let until):
        return request.texts("case.wish.suspension", ["department": department, "until": request.times.text(until)])
      }
    }
    return texts.joined(separator: request.texts("desk.list_comma"))
  }
}
