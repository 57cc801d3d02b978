import Casework
import Domain
import Operations
import WebAuth

/// Cases by what the address asks for, in the fields of `GET /v1/cases`.
enum CaseListPage: Page {
  static let route = PageRoute(
    "cases", template: "cases", menu: PageMenu(order: 20, icon: "cases", text: "menu.cases"))

  /// Cases on a page of the list.
  static let pageCases = 50

  static func content(_ request: PageRequest) async throws -> PageContent {
    var fields = try request.query()
    let filter = request.view.filter(&fields)
    let order = fields.choice("sort", of: CaseOrder.self) ?? .newestFirst
    let cursor = fields.cursor(CaseCursor.init)
    let (console, sight, now) = (request.console, request.view.sight, request.now)
    async let counted = console.cases.count(sight, filter, now: now)
    let page = try await console.cases.page(
      sight, filter, order: order, after: cursor, limit: pageCases, now: now)
    let count = try await counted

    let rows = CaseRows(request)
    let address = PageAddress(request.request)
    var data: PageData = [
      "rows": page.cases.map { rows.data($0) }, "count": request.texts.counted("cases.list.found", count),
      "filters": CaseListFilters(request, fields: fields).data, "hasRows": !page.cases.isEmpty,
      "isFiltered": !address.isBare, "sorts": sorts(order, address, request.texts),
    ]
    data["next"] = page.next.map { address.with(["cursor": OpaqueCursor.encode($0.text)]) }
    if cursor != nil { data["first"] = address.with(["cursor": nil]) }
    return PageContent(request.texts("cases.list.title"), data)
  }

  private static func sorts(_ current: CaseOrder, _ address: PageAddress, _ texts: PageTexts) -> [PageData] {
    CaseOrder.allCases.map { order in
      [
        "name": texts.word("order", order.rawValue), "isCurrent": order == current, "value": order.rawValue,
        "path": address.with(["sort": order.rawValue, "cursor": nil]),
      ]
    }
  }
}

/// The fields of the list's filter, as they are set.
struct CaseListFilters {
  private let request: PageRequest
  private let fields: QueryFields

  init(_ request: PageRequest, fields: QueryFields) {
    self.request = request
    self.fields = fields
  }

  var data: PageData {
    var copy = fields
    var data: PageData = [
      "states": choices("state", ["open"] + CaseState.allCases.map(\.rawValue), kind: "state"),
      "sources": choices("source", ReportSource.allCases.map(\.rawValue), kind: "source"),
      "units": UnitChoices(request: request, chosen: fields.list("unit").first).data,
      "categories": categories, "departments": departments,
      "isOverdue": fields.list("overdue") == ["true"], "isMine": fields.list("assigned_to") == ["me"],
      "canBeMine": ![.auditor, .admin].contains(request.role),
    ]
    for name in ["q", "from", "to"] { data[name] = copy.text(name) }
    data["sort"] = copy.text("sort")
    // What other pages lead here with and the form has no field for is kept, and shown, so that it can be taken off.
    let address = PageAddress(request.request)
    data["others"] = ["counted", "finder", "at_unit", "part", "bbox", "as_of", "involving"].compactMap { name in
      copy.text(name).map { value in
        [
          "name": name, "value": value, "label": label(name, value),
          "without": address.with([name: nil, "cursor": nil]),
        ] as PageData
      }
    }
    data["faults"] = fields.faults.map { ["field": $0.field, "detail": $0.detail] as PageData }
    return data
  }

  private func label(_ name: String, _ value: String) -> String {
    switch name {
    case "counted": request.texts.word("indicator", value)
    case "at_unit": request.names.unit(UnitCode(value))
    case "involving": request.names.department(DepartmentCode(value))
    default: "\(request.texts.word("filter", name)): \(value)"
    }
  }

  private func choices(_ name: String, _ values: [String], kind: String) -> [PageData] {
    let chosen = Set(fields.list(name))
    return values.map {
      ["value": $0, "label": request.texts.word(kind, $0), "selected": chosen.contains($0)]
    }
  }

  private var categories: [PageData] {
    let chosen = Set(fields.list("category"))
    return request.view.policy.catalogue.categories.map { category in
      let isBelow = category.parent != nil
      return [
        "value": category.code.text,
        "label": (isBelow ? "\u{3000}" : "") + request.names.category(category.code),
        "selected": chosen.contains(category.code.text),
      ]
    }
  }

  private var departments: [PageData] {
    let chosen = Set(fields.list("department").map { DepartmentCode($0) })
    let none: PageData = [
      "value": "none", "label": request.texts("cases.filter.no_department"), "selected": chosen.contains("none"),
    ]
    return [none] + request.names.departmentChoices(selected: chosen)
  }
}
