import Casework
import Domain
import WebAuth
import Wire

/// Kinds and areas of which no new cases are wanted for a time: what runs, who wanted it, why and until when; a form to
/// begin one, and a way to end each. The address may say what the form begins with, as the page of a case does.
enum SuppressionDeskPage: Page {
  static let route = PageRoute(
    "suppressions", template: "suppressions", roles: SuppressionRoutes.roles,
    menu: PageMenu(order: 22, icon: "join", text: "suppressions.menu"))

  /// Suppressions on a page of the list.
  private static let pageSuppressions = 50

  /// Which ones a list has.
  private enum Which: String, CaseIterable {
    case open, all
  }

  /// The way here from a case: its kind and its place stand in the form.
  static func path(like category: CategoryCode, at unit: UnitCode) -> String {
    "/\(route.path)?category=\(PercentEncoding.encode(category.text))&unit=\(PercentEncoding.encode(unit.text))#begin"
  }

  static func content(_ request: PageRequest) async throws -> PageContent {
    let texts = request.texts
    var fields = try request.query()
    let which = fields.choice("which", of: Which.self) ?? .open
    let cursor = fields.cursor(SuppressionCursor.init)
    let category = fields.text("category").map { CategoryCode($0) }
    let unit = fields.text("unit").map { UnitCode($0) }
    try fields.finish()
    let book = SuppressionBook(console: request.console, view: request.view)
    let part = try await book.part(
      onlyOpenAt: which == .open ? request.now : nil, after: cursor, limit: pageSuppressions)
    let rows = SuppressionRows(book: book, request: request)
    var data: PageData = [
      "tables": [rows.table(part.suppressions, empty: texts("suppressions.empty.\(which.rawValue)")).data(request)],
      "chips": Which.allCases.map { choice in
        [
          "name": texts("suppressions.which.\(choice.rawValue)"), "isCurrent": choice == which,
          "path": choice == .open ? "/\(route.path)" : "/\(route.path)?which=\(choice.rawValue)",
        ] as PageData
      },
      "kinds": kinds(request, chosen: category), "units": units(request, chosen: unit),
      "sources": ReportSource.allCases.map {
        ["value": $0.rawValue, "label": texts.word("source", $0.rawValue)] as PageData
      },
      "offset": String(request.now.rfc3339(in: request.view.zone).suffix(6)),
      "isBegun": category != nil || unit != nil, "maxReason": "\(SuppressionDraft.maxReasonCharacters)",
      "limits": texts(
        "suppressions.limits",
        ["span": "\(SuppressionDraft.maxSpanDays)", "ahead": "\(SuppressionDraft.maxAheadDays)"]),
    ]
    if let next = part.next { data["next"] = PageAddress(request.request).with(["cursor": next.text]) }
    return PageContent(texts("suppressions.title"), data)
  }

  /// The catalogue in its order, each kind as deep as it lies.
  private static func kinds(_ request: PageRequest, chosen: CategoryCode?) -> [PageData] {
    let catalogue = request.view.policy.catalogue
    return catalogue.categories.map { category in
      var data: PageData = [
        "value": category.code.text, "label": request.names.category(category.code), "isGroup": !category.fileable,
        "isBelow": category.parent != nil, "isChosen": category.code == chosen,
      ]
      data["parent"] = category.parent?.text
      return data
    }
  }

  /// The caller's unit and those below it; a grid is among them when it was asked for.
  private static func units(_ request: PageRequest, chosen: UnitCode?) -> [PageData] {
    let choices = UnitChoices(request: request, chosen: chosen?.text).data
    guard let chosen, request.view.covers(chosen), request.view.policy.units.isInForce(chosen),
      !choices.contains(where: { $0["value"] as? String == chosen.text })
    else { return choices }
    return [["value": chosen.text, "label": request.names.place(chosen), "selected": true]] + choices
  }
}

/// Suppressions as rows of a table.
struct SuppressionRows: Sendable {
  let book: SuppressionBook
  let request: PageRequest

  static func tone(_ state: Suppression.State) -> String {
    switch state {
    case .running: "soon"
    case .upcoming: "accent"
    case .over, .ended: "still"
    }
  }

  func table(_ suppressions: [Suppression], empty: String) -> AdministrationTable {
    let texts = request.texts
    return AdministrationTable(
      id: "suppressions", title: texts("suppressions.list"),
      columns: ["state", "what", "unit", "reason", "from", "until", "reports"]
        .map { texts("suppressions.column.\($0)") },
      rows: suppressions.map(row), empty: empty, follows: "case", lesson: texts("suppressions.lesson"))
  }

  private func row(_ suppression: Suppression) -> AdministrationTable.Row {
    let (texts, names) = (request.texts, request.names)
    let state = suppression.state(at: request.now)
    var what = suppression.categories.map { names.category($0) }
    if !suppression.sources.isEmpty {
      let sources = suppression.sources.map { texts.word("source", $0.rawValue) }
      what.append(texts("suppressions.only_from", ["sources": sources.joined(separator: texts("suppressions.comma"))]))
    }
    var why = [suppression.reason, texts("suppressions.begun_by", ["who": names.actor(suppression.createdBy)])]
    if let ender = suppression.endedBy { why.append(texts("suppressions.ended_by", ["who": names.actor(ender)])) }
    return .init(
      id: suppression.id,
      cells: [
        .badge(texts.word("suppression", state.rawValue), tone: Self.tone(state)), .lines(what),
        .text(names.place(suppression.unit)), .lines(why), .time(suppression.from),
        .time(suppression.endedAt ?? suppression.until), reports(suppression),
      ], actions: [.running, .upcoming].contains(state) && book.mayEnd(suppression) ? [end(suppression)] : [])
  }

  /// How many came, and the case that they joined; of a wider area that may be a case of others.
  private func reports(_ suppression: Suppression) -> AdministrationTable.Cell {
    guard let anchor = suppression.anchor, request.view.covers(suppression.unit) else {
      return .number("\(suppression.reports)")
    }
    let values = ["case": anchor.description]
    return .link(
      request.texts.counted("suppressions.joined", suppression.reports, values), path: "/cases/\(anchor)")
  }

  private func end(_ suppression: Suppression) -> AdministrationTable.Action {
    .init(
      title: request.texts("suppressions.end"), method: "DELETE",
      path: "/v1/suppressions/\(PercentEncoding.encode(suppression.id))",
      question: request.texts(
        "suppressions.end_question",
        ["reason": suppression.reason, "unit": request.names.place(suppression.unit)]),
      isGrave: true)
  }
}
