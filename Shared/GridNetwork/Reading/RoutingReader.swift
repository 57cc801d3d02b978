import Domain

extension NetworkReading {
  static let routingFile = "routing.yaml"
  static let limitsFile = "limits.yaml"

  mutating func readRouting() throws(NetworkSourceError) -> [RoutingRule] {
    guard let map = try yaml(Self.routingFile) else { return [] }
    defer { map.finish() }
    var names: Set<String> = []
    var rules: [(rule: RoutingRule, line: Int)] = []
    for entry in map.maps("rules") {
      defer { entry.finish() }
      let condition = readCondition(entry.map("when"))
      let assists = entry.texts("assists").compactMap { department($0, entry) }
      let name = entry.requiredText("name")
      let lead = entry.requiredText("lead").flatMap { department($0, entry) }
      guard let name, let lead else {
        faults.markIncomplete(map.file)
        continue
      }
      if !names.insert(name.text).inserted {
        entry.fault("the rule \"\(name.text)\" stands twice", line: name.line, remedy: "give it a name of its own")
      }
      if assists.contains(lead) {
        entry.fault("\(lead) is lead and assists itself", line: entry.line(of: "assists"), remedy: "remove one")
      }
      rules.append((RoutingRule(name: name.text, condition: condition, lead: lead, assists: assists), entry.line))
    }
    let desk = map.texts("desk").compactMap { category($0, map) }
    if isComplete(Self.routingFile) { checkRouting(rules, desk: desk) }
    return rules.map(\.rule)
  }

  /// Whether the rules of the file can be judged together: all were read, and so were the units and categories.
  func isComplete(_ file: String) -> Bool {
    faults.incompleteFiles.isDisjoint(with: [file, Self.unitsFile, Self.catalogueFile])
  }

  private func checkRouting(_ rules: [(rule: RoutingRule, line: Int)], desk: [CategoryCode]) {
    guard let tree else { return }
    let cover = RuleCover(catalogue: catalogue, units: tree, conditions: rules.map(\.rule.condition))
    for index in cover.unreachable() {
      faults.add(
        Self.routingFile, rules[index].line, "the rule \"\(rules[index].rule.name)\" can never match",
        remedy: "move it above the rules that take its cases, or remove it")
    }
    for category in catalogue.categories where category.fileable {
      if cover.alwaysMatches(category.code) || desk.contains(where: { catalogue.contains($0, category.code) }) {
        continue
      }
      faults.add(
        Self.catalogueFile, catalogueLines[category.code.text] ?? 1,
        "no rule of \(Self.routingFile) routes every case of \(category.code)",
        remedy: "add a rule with the category as its only condition, or name it under `desk:`")
    }
  }

  mutating func readLimits() throws(NetworkSourceError) -> [LimitRule] {
    guard let map = try yaml(Self.limitsFile) else { return [] }
    defer { map.finish() }
    var rules: [(rule: LimitRule, line: Int)] = []
    for entry in map.maps("limits") {
      defer { entry.finish() }
      let condition = readCondition(entry.map("when"))
      let stages = readStages(entry)
      guard let clock = value(entry, "clock", of: ClockName.self), !stages.isEmpty else {
        faults.markIncomplete(map.file)
        continue
      }
      let matter = matter(entry, clock)
      if clock == .answer {
        entry.fault(
          "the answer clock has its limit from the form of supervision", line: entry.line(of: "clock"),
          remedy: "write `answer: 3 work_days` at the form in \(Self.settingsFile)")
      }
      rules.append((LimitRule(clock: clock, matter: matter, condition: condition, stages: stages), entry.line))
      limited[clock, default: []].formUnion(matter.map { [$0] } ?? clock.matters)
    }
    if isComplete(Self.limitsFile) { checkLimits(rules) }
    return rules.map(\.rule)
  }

  /// `limit:` for one stage, `stages:` for several; empty, with a fault, when neither is there.
  private func readStages(_ entry: YamlMap) -> [LimitStage] {
    let standard = entry.text("closing_standard")?.text ?? ""
    if entry.has("limit") {
      if entry.has("stages") {
        entry.fault("`limit` and `stages` exclude each other", line: entry.line(of: "stages"), remedy: "keep one")
      }
      return limit(entry, "limit").map { [LimitStage(name: "", limit: $0, closingStandard: standard)] } ?? []
    }
    let stages = entry.maps("stages")
    if stages.isEmpty { entry.fault("a limit rule without a limit", remedy: "add `limit: 5 work_days`") }
    return stages.compactMap { stage in
      defer { stage.finish() }
      let standard = stage.text("closing_standard")?.text ?? ""
      guard let name = stage.requiredText("name"), let limit = limit(stage, "limit") else { return nil }
      return LimitStage(name: name.text, limit: limit, closingStandard: standard)
    }
  }

  /// `matter:` of a limit or ladder; a fault for one that this clock never times.
  func matter(_ entry: YamlMap, _ clock: ClockName) -> ClockMatter? {
    guard entry.has("matter"), let matter = value(entry, "matter", of: ClockMatter.self) else { return nil }
    if !clock.matters.contains(matter) {
      let known = ClockMatter.allCases.filter { clock.matters.contains($0) }.map(\.rawValue)
      entry.fault(
        "the clock \(clock.rawValue) never times \(matter.rawValue)", line: entry.line(of: "matter"),
        remedy: "known for it: \(known.joined(separator: ", "))")
    }
    return matter
  }

  private func checkLimits(_ rules: [(rule: LimitRule, line: Int)]) {
    checkCover(
      rules.map {
        TimedRule(clock: $0.rule.clock, matter: $0.rule.matter, condition: $0.rule.condition, line: $0.line)
      }, of: Self.limitsFile, named: "limit", owed: owed, remedy: "add one without conditions at the end")
  }

  /// What every case may come to wait for, by what the policy allows. A first contact is owed to a caller only.
  private func owed(_ clock: ClockName) -> Set<ClockMatter> {
    switch clock {
    case .sign, .handle: [.whole, .part]
    case .verify: [.whole]
    case .decide:
      Set<ClockMatter>([.whole, .part])
        .union(casePolicy.extensions.isEmpty && casePolicy.suspension == nil ? [] : [.request])
        .union(casePolicy.revisits.supervise.isEmpty ? [] : [.supervision])
        .union(casePolicy.appeals == nil ? [] : [.appeal])
    case .contact, .answer: []
    }
  }
}
