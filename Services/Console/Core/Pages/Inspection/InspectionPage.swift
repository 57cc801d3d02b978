import Casework
import Domain
import Operations
import WebAuth
import Wire

/// Discipline inspection: whether the daily self-check found gaps, what waits for whom, and who was late by unit,
/// department, clock and month, each figure leading to exactly its records.
enum InspectionPage: Page {
  static let route = PageRoute(
    "inspection", template: "inspection", roles: AccountabilityFilter.readers,
    menu: PageMenu(order: 40, icon: "inspection", text: "inspection.menu"))

  /// Records on a page of the list.
  static let pageRecords = 50
  /// Self-checks in the course of the days.
  static let shownChecks = 14

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (view, texts) = (request.view, request.texts)
    var fields = try request.query()
    let grouping = fields.choice("by", of: AccountabilityGrouping.self) ?? .unit
    let filter = AccountabilityFilter(&fields, view)
    let cursor = fields.cursor(AccountabilityCursor.init)
    let store = AccountabilityStore(pool: request.console.pool)
    async let listed = store.page(view, filter, after: cursor, limit: pageRecords)
    let cells = try await store.cells(view, filter)
    let page = try await listed

    let address = PageAddress(request.request)
    let tables = InspectionTables(request, filter: filter, grouping: grouping, cells: cells)
    let rows = RecordRows(request)
    var data: PageData = [
      "figures": tables.figures, "groups": tables.rows, "hasGroups": !cells.isEmpty, "columns": tables.columns,
      "groupTitle": texts("inspection.by.\(grouping.rawValue)"), "tabs": tables.tabs,
      "rows": page.rows.map { rows.data($0) }, "hasRows": !page.rows.isEmpty,
      "count": texts.counted("inspection.found", tables.total.total),
      "filters": InspectionFilters(request, fields: fields).data, "isFiltered": isFiltered(address),
      "export": "/v1/accountability/export.csv" + exportQuery(request),
    ]
    data["hint"] = texts.optional("inspection.hint.\(request.role.rawValue)")
    if AccountabilityFilter.checkReaders.contains(request.role) {
      data["check"] = try await SelfCheckData.newest(request)
    }
    data["next"] = page.next.map { address.with(["cursor": OpaqueCursor.encode($0.text)]) + "#records" }
    if cursor != nil { data["first"] = address.with(["cursor": nil]) + "#records" }
    return PageContent(texts("inspection.title"), data)
  }

  private static func isFiltered(_ address: PageAddress) -> Bool {
    address.with(["by": nil, "cursor": nil]) != address.path
  }

  /// The list's own fields, without those that only the page knows.
  private static func exportQuery(_ request: PageRequest) -> String {
    let address = PageAddress(request.request)
    return String(address.with(["by": nil, "cursor": nil]).dropFirst(address.path.count))
  }
}

/// The counts of records, in figures and in a table of groups.
struct InspectionTables {
  let total: AccountabilitySummary.Counts
  private let groups: [AccountabilitySummary.Group]
  private let summary: AccountabilitySummary
  private let request: PageRequest
  private let filter: AccountabilityFilter
  private let grouping: AccountabilityGrouping
  private let address: PageAddress

  /// What a column counts, and the fields of the list that holds the same.
  private struct Column: Sendable {
    let name: String
    let query: [String: String]
    let count: @Sendable (AccountabilitySummary.Counts) -> Int64
    var tone: String?
  }

  private static let columns: [Column] =
    [Column(name: "all", query: [:], count: { $0.total })]
    + AccountabilityState.allCases.filter { $0 != .upheld && $0 != .waived }.map { state in
      Column(name: state.rawValue, query: ["state": state.rawValue], count: { $0.states[state] ?? 0 })
    }
    + AccountabilityFinding.allCases.map { finding in
      Column(name: finding.rawValue, query: ["finding": finding.rawValue], count: { $0.findings[finding] ?? 0 })
    }
    + [Column(name: "statement_late", query: ["statement_late": "true"], count: { $0.statementsLate }, tone: "late")]

  init(
    _ request: PageRequest, filter: AccountabilityFilter, grouping: AccountabilityGrouping, cells: [AccountabilityCell]
  ) {
    self.request = request
    self.filter = filter
    self.grouping = grouping
    address = PageAddress(request.request)
    summary = AccountabilitySummary(
      request.view, by: grouping, scope: filter.unit ?? request.view.caller.unit, tier: nil)
    (groups, total) = summary.table(cells)
  }

  var columns: [String] { Self.columns.map { request.texts("inspection.column.\($0.name)") } }

  var tabs: [PageData] {
    AccountabilityGrouping.allCases.map { grouping in
      [
        "name": request.texts("inspection.by.\(grouping.rawValue)"), "isCurrent": grouping == self.grouping,
        "path": address.with(["by": grouping.rawValue, "cursor": nil]),
      ]
    }
  }

  /// What waits, and for whom.
  var figures: [PageData] {
    let shown: [(name: String, tone: String)] = [
      ("open", "accent"), ("acknowledged", "soon"), ("statement_late", "late"), ("answered", "accent"),
      ("upheld", "late"), ("waived", "fine"), ("closed", "fine"),
    ]
    return shown.compactMap { name, tone in
      guard let column = Self.columns.first(where: { $0.name == name }) else { return nil }
      let count = column.count(total)
      var data: PageData = [
        "id": name, "name": request.texts("inspection.figure.\(name)"), "count": "\(count)",
        "path": path(column.query),
      ]
      data["tone"] = count > 0 ? tone : nil
      return data
    }
  }

  var rows: [PageData] {
    groups.map { group in
      let own = query(of: group.key)
      return [
        "name": name(of: group.key),
        "cells": Self.columns.map { column in
          let count = column.count(group.counts)
          var cell: PageData = ["count": "\(count)"]
          if count > 0 { cell["path"] = path(own.merging(column.query) { $1 }) }
          cell["label"] =
            "\(name(of: group.key)) \(request.texts("inspection.column.\(column.name)")) \(count)"
          if count > 0 { cell["tone"] = column.tone }
          return cell
        } as [PageData],
      ]
    }
  }

  /// The list of a group, by the same fields that it was counted with.
  private func query(of key: String) -> [String: String?] {
    switch grouping {
    case .unit: return summary.isDirect(key) ? ["at_unit": key] : ["unit": key]
    case .department: return ["department": key.isEmpty ? "none" : key]
    case .clock: return ["clock": key]
    case .month:
      guard let month = StatisticsPeriod(key) else { return [:] }
      let zone = request.view.zone
      // A month of which the filter holds a part is counted with that part alone.
      let first = filter.openedFrom.map { zone.date(of: $0).description } ?? ""
      let last = filter.openedBefore.map { zone.date(of: $0.adding(microseconds: -1)).description } ?? "9999"
      return ["from": max(first, month.firstText), "to": min(last, month.lastText)]
    }
  }

  private func path(_ fields: [String: String?]) -> String {
    address.with(fields.merging(["cursor": nil]) { own, _ in own }) + "#records"
  }

  private func name(of key: String) -> String {
    let (names, texts) = (request.names, request.texts)
    switch grouping {
    case .unit:
      let name = names.unit(UnitCode(key))
      return summary.isDirect(key) ? texts("inspection.direct", ["unit": name]) : name
    case .department: return key.isEmpty ? texts("cases.no_lead") : names.department(DepartmentCode(key))
    case .clock: return texts.word("clock", key)
    case .month: return key
    }
  }
}

/// The fields of the list's filter, as they are set.
private struct InspectionFilters {
  let request: PageRequest
  let fields: QueryFields

  init(_ request: PageRequest, fields: QueryFields) {
    self.request = request
    self.fields = fields
  }

  var data: PageData {
    var copy = fields
    let texts = request.texts
    let departments = Set(fields.list("department").map { DepartmentCode($0) })
    var data: PageData = [
      "states": choices("state", AccountabilityState.allCases.map(\.rawValue), kind: "record_state"),
      "clocks": choices("clock", ClockName.allCases.map(\.rawValue), kind: "clock"),
      "findings": choices("finding", AccountabilityFinding.allCases.map(\.rawValue), kind: "record_state"),
      "units": UnitChoices(request: request, chosen: fields.list("unit").first).data,
      "departments": [
        ["value": "none", "label": texts("cases.no_lead"), "selected": departments.contains("none")] as PageData
      ] + request.names.departmentChoices(selected: departments),
      "isLate": fields.list("statement_late") == ["true"],
      "faults": fields.faults.map { ["field": $0.field, "detail": $0.detail] as PageData },
    ]
    for name in ["from", "to", "by"] { data[name] = copy.text(name) }
    if let unit = copy.text("at_unit") {
      data["at"] =
        [
          "value": unit, "label": texts("inspection.direct", ["unit": request.names.unit(UnitCode(unit))]),
          "without": PageAddress(request.request).with(["at_unit": nil, "cursor": nil]),
        ] as PageData
    }
    return data
  }

  private func choices(_ name: String, _ values: [String], kind: String) -> [PageData] {
    let chosen = Set(fields.list(name))
    return values.map { ["value": $0, "label": request.texts.word(kind, $0), "selected": chosen.contains($0)] }
  }
}

/// What the daily self-checks found.
private enum SelfCheckData {
  /// The newest of each district, with its gaps by name, and those of the days before. Nil while none was made.
  static func newest(_ request: PageRequest) async throws -> PageData {
    let districts = request.view.territory.districts
    let checks = try await SelfCheckStore(pool: request.console.pool)
      .newest(districts, limit: InspectionPage.shownChecks * max(districts.count, 1))
    guard let first = checks.first else { return ["none": true] }
    let latest = districts.compactMap { district in checks.first { $0.district == district } }
    let gaps = latest.reduce(0) { $0 + $1.gaps }
    var data: PageData = [
      "tone": gaps == 0 ? "fine" : "late", "isWhole": gaps == 0, "hasGaps": gaps > 0,
      "text": gaps == 0
        ? request.texts("inspection.check.whole") : request.texts.counted("inspection.check.gaps", gaps),
      "day": first.day, "at": request.times.data(first.asOf),
      "proved": request.texts(
        "inspection.check.proved",
        [
          "cases": "\(latest.reduce(0) { $0 + $1.cases })", "clocks": "\(latest.reduce(0) { $0 + $1.clocks })",
          "rungs": "\(latest.reduce(0) { $0 + $1.rungs })",
        ]),
    ]
    data["found"] = latest.flatMap { found($0, request) }
    data["history"] = checks.map { check in
      [
        "day": check.day, "district": request.names.unit(check.district), "cases": "\(check.cases)",
        "clocks": "\(check.clocks)", "rungs": "\(check.rungs)", "gaps": "\(check.gaps)",
        "tone": check.gaps == 0 ? "fine" : "late",
      ] as PageData
    }
    return data
  }

  private static func found(_ check: SelfCheck, _ request: PageRequest) -> [PageData] {
    guard check.gaps > 0, let list = try? JSONParser.parse(Array(check.findings.utf8)).arrayValue else { return [] }
    return list.map { gap in
      let id = gap["case_id"]?.stringValue ?? ""
      let clock = gap["clock"]?.stringValue ?? ""
      var data: PageData = [
        "case": id, "path": "/cases/\(id)", "clock": request.texts.word("clock", clock),
        "rung": request.names.rung(gap["rung"]?.stringValue ?? "", of: clock),
      ]
      data["expected"] = (gap["expected_at"]?.stringValue).flatMap { try? Instant(rfc3339: $0) }
        .map { request.times.data($0) }
      data["department"] = (gap["department"]?.stringValue).map { request.names.department(DepartmentCode($0)) }
      return data
    }
  }
}
