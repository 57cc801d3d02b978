import Casework
import Domain
import Operations
import WebAuth

extension CallerView {
  /// The filter that a query asks for. What is not valid is noted in `fields`.
  func filter(_ fields: inout QueryFields) -> CaseFilter {
    var filter = CaseFilter()
    readStates(&fields, into: &filter)
    readPlace(&fields, into: &filter)
    filter.categories = categories(&fields)
    filter.lead = lead(&fields)
    filter.involving = department(&fields, "involving")
    filter.ofParts = fields.flag("part") ?? false
    filter.sources = fields.choices("source")
    filter.overdue = fields.flag("overdue")
    filter.finder = fields.text("finder")
    filter.text = fields.text("q")
    readPeriod(&fields, into: &filter)
    if let assignee = fields.text("assigned_to") {
      if assignee == "me" {
        readDuty(&fields, into: &filter)
      } else {
        fields.fault("assigned_to", "unknown_value", "Only me is known.")
      }
    }
    filter.counted = counted(&fields)
    return filter
  }

  /// `state=open` means every state in which something still has to happen.
  private func readStates(_ fields: inout QueryFields, into filter: inout CaseFilter) {
    for text in fields.list("state") {
      if text == "open" {
        filter.states += CaseState.allCases.filter(\.isOpen)
      } else if let state = CaseState(rawValue: text) {
        filter.states.append(state)
      } else {
        let known = ["open"] + CaseState.allCases.map(\.rawValue)
        fields.fault("state", "unknown_value", "Known are \(known.joined(separator: ", ")).")
      }
    }
  }

  private func readPlace(_ fields: inout QueryFields, into filter: inout CaseFilter) {
    filter.territory = unit(&fields).map { policy.units.territory(of: $0) }
    filter.unit = fields.text("at_unit").map { UnitCode($0) }
    guard let text = fields.text("bbox") else { return }
    let numbers = text.split(separator: ",").map { Double($0) }
    if numbers.count == 4, let west = numbers[0], let south = numbers[1], let east = numbers[2], let north = numbers[3],
      let box = CaseFilter.Box(west: west, south: south, east: east, north: north)
    {
      filter.box = box
    } else {
      fields.fault("bbox", "malformed_bbox", "Write west,south,east,north in degrees of WGS-84.")
    }
  }

  /// The unit that the query names; nil when it names none. One beyond the caller's own is noted as a fault.
  func unit(_ fields: inout QueryFields) -> UnitCode? {
    guard let code = fields.text("unit").map({ UnitCode($0) }) else { return nil }
    guard policy.units.place(code) != nil else {
      fields.fault("unit", "unknown_unit", "The network has no such unit.")
      return nil
    }
    guard covers(code) || policy.units.contains(code, caller.unit) else {
      fields.fault("unit", "outside_unit", "The unit lies outside yours.")
      return nil
    }
    return code
  }

  /// The categories that the query names, each with all that stand under it.
  func categories(_ fields: inout QueryFields) -> [CategoryCode] {
    fields.list("category").flatMap { text -> [CategoryCode] in
      let code = CategoryCode(text)
      guard policy.catalogue[code] != nil else {
        fields.fault("category", "unknown_category", "The catalogue has no such category.")
        return []
      }
      return policy.catalogue.categories.map(\.code).filter { policy.catalogue.contains(code, $0) }
    }
  }

  func lead(_ fields: inout QueryFields) -> CaseFilter.Lead? {
    if fields.list("department") == ["none"] { return CaseFilter.Lead.none }
    return department(&fields, "department").map { .department($0) }
  }

  private func department(_ fields: inout QueryFields, _ name: String) -> DepartmentCode? {
    guard let code = fields.text(name).map({ DepartmentCode($0) }) else { return nil }
    if policy.departments[code] != nil { return code }
    fields.fault(name, "unknown_department", "The network has no such department.")
    return nil
  }

  private func readPeriod(_ fields: inout QueryFields, into filter: inout CaseFilter) {
    switch fields.moment("from") {
    case .day(let day): filter.firstDay = Int32(day.dayNumber)
    case .instant(let instant): filter.filedFrom = instant
    case nil: break
    }
    switch fields.moment("to") {
    case .day(let day): filter.lastDay = Int32(day.dayNumber)
    case .instant(let instant): filter.filedBefore = instant
    case nil: break
    }
  }

  private func readDuty(_ fields: inout QueryFields, into filter: inout CaseFilter) {
    switch caller.role {
    case .handler: filter.waiting = caller.department.map { .department($0) }
    case .officer: filter.waiting = .verification(by: actor.text)
    case .hotline: filter.waiting = .hotline(by: actor.text, revisits: revisitedSources)
    case .dispatcher, .supervisor:
      let decides = policy.casePolicy.appeals?.decidedBy.contains(caller.role) ?? false
      filter.waiting = .centre(decidesAppeals: decides)
    case .inspector: filter.waiting = .appeal
    case .auditor, .admin, .source:
      fields.fault("assigned_to", "nothing_assigned", "No cases wait for the role \(caller.role.rawValue).")
    }
  }

  /// The sources whose callers are asked after the closing; none where the policy makes nothing of it.
  private var revisitedSources: [ReportSource] {
    let rule = policy.casePolicy.revisits
    guard !rule.supervise.isEmpty || !rule.reopen.isEmpty else { return rule.sources }
    return rule.sources.isEmpty ? ReportSource.allCases : rule.sources
  }

  private func counted(_ fields: inout QueryFields) -> CaseFilter.Counted? {
    guard let name = fields.text("counted") else { return nil }
    if name == "overdue_open" { return .overdueOpen }
    if let fact = CaseFacts.named.first(where: { $0.name == name })?.fact { return .fact(fact) }
    let known = CaseFacts.named.map(\.name) + ["overdue_open"]
    fields.fault("counted", "unknown_value", "Known are \(known.joined(separator: ", ")).")
    return nil
  }
}
