import Domain
import Wire

extension RoutePreview {
  var answer: Answer {
    let trace = trace
    var rule: RoutingRule?
    if case .department(let found) = trace.decision { rule = found }
    let rows = rows
    return Answer(json(trace, rule, rows), text: words(trace, rule, rows))
  }

  private func local(_ moment: Instant) -> String { moment.rfc3339(in: policy.calendar.zone) }

  private func json(_ trace: RuleTrace, _ rule: RoutingRule?, _ rows: [Row]) -> JSONValue {
    [
      "network": .string(policy.name), "version": .integer(Int64(policy.version)),
      "report": [
        "category": .string(report.category.text), "unit": .string(report.unit.text),
        "source": .string(report.source.rawValue), "priority": .string(report.priority.rawValue),
        "layers": .array(report.layers.map { .string($0) }), "reopened": .bool(reopened), "at": .string(local(at)),
      ],
      "verified_first": .bool(isVerifiedFirst),
      "passed_over": .array(
        trace.passedOver.map { passed in
          [
            "rule": .string(passed.rule.name), "lead": .string(passed.rule.lead.text),
            "unmet": .array(
              passed.unmet.map { part in
                let reason = reason(part, passed.rule.condition)
                return [
                  "condition": .string(part.rawValue), "wanted": .string(reason.wanted), "found": .string(reason.found),
                ]
              }),
          ]
        }),
      "rule": .text(rule?.name), "state": .string(rule == nil ? "desk" : "dispatched"), "lead": .text(rule?.lead.text),
      "assists": .array((rule?.assists ?? []).map { .string($0.text) }),
      "clocks": .array(rows.map { json($0, lead: rule?.lead) }),
    ]
  }

  private func json(_ row: Row, lead: DepartmentCode?) -> JSONValue {
    let rungs = times(row).map { rung, fires -> JSONValue in
      [
        "name": .string(rung.name), "at": .string(rung.at.description), "fires_at": .text(fires.map(local)),
        "act": .string(rung.act.rawValue), "every": .text(rung.every?.description),
        "to": .array(receivers(rung, row, lead: lead).map { .string($0) }),
      ]
    }
    return [
      "clock": .string(row.clock.rawValue), "matter": .string(row.matter.rawValue),
      "department": .text(row.department?.text), "limit": .string(row.limit), "begins": .string(row.begins),
      "due_at": .text(row.running.map { local($0.finalDueAt) }),
      "provisional": .bool(row.running?.provisional ?? false),
      "rungs": .array(rungs),
    ]
  }

  private func words(_ trace: RuleTrace, _ rule: RoutingRule?, _ rows: [Row]) -> String {
    var sections = [facts(rule)]
    var passed = Table([.init("passed over"), .init("because of"), .init("wanted"), .init("found")])
    for entry in trace.passedOver {
      for (index, part) in entry.unmet.enumerated() {
        let reason = reason(part, entry.rule.condition)
        passed.add(index == 0 ? entry.rule.name : "", part.rawValue, reason.wanted, reason.found)
      }
    }
    if !passed.isEmpty { sections.append(passed.text) }
    var clocks = Table([
      .init("clock"), .init("of"), .init("department"), .init("limit"), .init("begins"), .init("due"),
    ])
    for row in rows {
      clocks.add(
        row.clock.rawValue, row.matter.rawValue, row.department?.text ?? "–", row.limit, row.begins,
        row.running.map { local($0.finalDueAt) + ($0.provisional ? ", provisional" : "") } ?? "–")
    }
    if !clocks.isEmpty { sections.append(clocks.text) }
    var ladder = Table([
      .init("clock"), .init("of"), .init("rung"), .init("at"), .init("fires"), .init("act"), .init("to"),
    ])
    for row in rows {
      for (rung, fires) in times(row) {
        ladder.add(
          row.clock.rawValue, row.matter.rawValue, rung.name, rung.at.description,
          fires.map(local) ?? (row.running == nil ? "–" : "never: it lies before the clock"),
          rung.act.rawValue + (rung.every.map { ", every \($0)" } ?? ""),
          receivers(rung, row, lead: rule?.lead).joined(separator: ", "))
      }
    }
    if !ladder.isEmpty { sections.append(ladder.text) }
    return sections.joined(separator: "\n\n")
  }

  private func facts(_ rule: RoutingRule?) -> String {
    func named(_ code: DepartmentCode) -> String {
      policy.departments[code].map { "\(code) \($0.nameZh)" } ?? code.text
    }
    var table = Table([.init("report"), .init(local(at))])
    let category = policy.catalogue[report.category]
    table.add("category", "\(report.category) \(category?.nameZh ?? "")")
    table.add("unit", policy.units.path(to: report.unit).map(\.nameZh).joined(separator: " › ") + " (\(report.unit))")
    table.add(
      "traits",
      "\(report.source.rawValue), \(report.priority.rawValue)"
        + (reopened ? ", reopened" : "")
        + (report.layers.isEmpty ? "" : ", in " + report.layers.joined(separator: ", ")))
    if isVerifiedFirst { table.add("first", "an officer verifies it (verify_first)") }
    if let rule {
      table.add("rule", rule.name)
      table.add("lead", named(rule.lead))
      if !rule.assists.isEmpty { table.add("assists", rule.assists.map(named).joined(separator: ", ")) }
    } else {
      table.add("rule", "none: a person at the desk decides")
    }
    return table.text
  }
}
