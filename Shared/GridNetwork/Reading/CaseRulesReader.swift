import Domain

/// `cases:` of network.yaml: what may be done to a case, how often, how long and by whom.
extension NetworkReading {
  func readCasePolicy(_ cases: YamlMap) -> CasePolicy {
    defer { cases.finish() }
    var policy = CasePolicy()
    policy.maxReturns = cases.integer("max_returns") ?? policy.maxReturns
    if policy.maxReturns < 0 {
      cases.fault(
        "`max_returns` is a number from 0", line: cases.line(of: "max_returns"), remedy: "write max_returns: 2")
    }
    policy.returnWithin = optionalLimit(cases, "return_within")
    policy.verifyFirst = values(cases, "verify_first", of: ReportSource.self)
    policy.reopenWithin = optionalLimit(cases, "reopen_within")
    policy.extensions = readRules(cases, "extensions", of: "extension rule") { readExtension($0) }
    policy.suspension = cases.map("suspension").flatMap { readSuspension($0) }
    policy.closing = readRules(cases, "closing", of: "closing rule") { readClosing($0) }
    policy.supervisionForms = cases.map("supervision").map { readSupervision($0) } ?? []
    policy.revisits = cases.map("revisits").map { readRevisits($0) } ?? RevisitRule()
    policy.appeals = cases.map("appeals").flatMap { readAppeals($0) }
    if !policy.revisits.supervise.isEmpty, !cases.has("supervision") {
      cases.fault(
        "bad ratings must be supervised, but there is no form of supervision", line: cases.line(of: "revisits"),
        remedy: "add `supervision: {forms: [{name: phone, zh: 电话督办, en: By phone}]}`")
    }
    return policy
  }

  /// Rules with conditions, of which the first that holds wins.
  private func readRules<Rule>(
    _ cases: YamlMap, _ key: String, of thing: String, _ read: (YamlMap) -> (CaseCondition, Rule?)
  ) -> [Rule] {
    var conditions: [(condition: CaseCondition, line: Int)] = []
    let rules = cases.maps(key).compactMap { map in
      let (condition, rule) = read(map)
      conditions.append((condition, map.line))
      return rule
    }
    checkReach(conditions, of: thing, in: Self.settingsFile)
    return rules
  }

  private func optionalLimit(_ map: YamlMap, _ key: String) -> Limit? { map.has(key) ? limit(map, key) : nil }

  private func readExtension(_ map: YamlMap) -> (CaseCondition, ExtensionRule?) {
    defer { map.finish() }
    let condition = readCondition(map.map("when"))
    let maps = map.maps("grades")
    if maps.isEmpty {
      map.fault(
        "an extension rule without grades", remedy: "add `grades: [{longest: 5 work_days, granted_by: [dispatcher]}]`")
    }
    let grades = maps.compactMap { grade -> ExtensionRule.Grade? in
      defer { grade.finish() }
      let roles = roles(grade, "granted_by", among: .grantExtension)
      guard let longest = limit(grade, "longest"), !roles.isEmpty else { return nil }
      return ExtensionRule.Grade(longest: longest, grantedBy: roles)
    }
    return (condition, ExtensionRule(condition: condition, grades: grades))
  }

  private func readSuspension(_ map: YamlMap) -> SuspensionRule? {
    defer { map.finish() }
    let roles = roles(map, "granted_by", among: .refuseSuspension)
    guard let longest = limit(map, "longest"), !roles.isEmpty else { return nil }
    return SuspensionRule(longest: longest, grantedBy: roles)
  }

  private func readClosing(_ map: YamlMap) -> (CaseCondition, ClosingRule?) {
    defer { map.finish() }
    let condition = readCondition(map.map("when"))
    let photos = map.integer("photos") ?? 0
    if photos < 0 { map.fault("`photos` is a number from 0", line: map.line(of: "photos"), remedy: "write photos: 1") }
    return (
      condition,
      ClosingRule(condition: condition, checklist: map.bool("checklist") ?? false, photos: max(0, photos))
    )
  }

  private func readSupervision(_ map: YamlMap) -> [SupervisionForm] {
    defer { map.finish() }
    var names: Set<String> = []
    let forms = map.maps("forms")
    if forms.isEmpty {
      map.fault("`supervision` without a form", remedy: "add `forms: [{name: phone, zh: 电话督办, en: By phone}]`")
    }
    return forms.compactMap { form in
      defer { form.finish() }
      let answer = optionalLimit(form, "answer")
      let orderedBy = form.has("ordered_by") ? roles(form, "ordered_by", among: .supervise) : []
      guard let name = form.requiredText("name"), let zh = form.requiredText("zh"), let en = form.requiredText("en")
      else { return nil }
      if !names.insert(name.text).inserted {
        form.fault("the form \"\(name.text)\" stands twice", line: name.line, remedy: "give it a name of its own")
      }
      return SupervisionForm(
        name: name.text, nameZh: zh.text, nameEn: en.text, answer: answer, orderedBy: orderedBy)
    }
  }

  private func readRevisits(_ map: YamlMap) -> RevisitRule {
    defer { map.finish() }
    return RevisitRule(
      sources: values(map, "sources", of: ReportSource.self),
      supervise: Set(values(map, "supervise", of: Satisfaction.self)),
      reopen: Set(values(map, "reopen", of: Satisfaction.self)))
  }

  private func readAppeals(_ map: YamlMap) -> AppealRule? {
    defer { map.finish() }
    let roles = roles(map, "decided_by", among: .decideAppeal)
    let max = map.integer("max") ?? 1
    if max < 1 { map.fault("`max` is at least 1", line: map.line(of: "max"), remedy: "write max: 1") }
    guard let within = limit(map, "within"), !roles.isEmpty else { return nil }
    return AppealRule(within: within, max: max, decidedBy: roles)
  }

  /// Roles that the case machine lets do the action at all; a fault for others and for none.
  private func roles(_ map: YamlMap, _ key: String, among action: CaseAction) -> Set<Role> {
    let known = CaseTransition.row(action).roles.subtracting([.handler])
    let named = values(map, key, of: Role.self)
    let remedy = "name some of \(known.map(\.rawValue).sorted().joined(separator: ", "))"
    if map.texts(key).isEmpty { map.fault("`\(key)` is missing", remedy: remedy) }
    for role in named where !known.contains(role) {
      map.fault("\(role.rawValue) never may \(action.rawValue)", line: map.line(of: key), remedy: remedy)
    }
    return Set(named).intersection(known)
  }
}
