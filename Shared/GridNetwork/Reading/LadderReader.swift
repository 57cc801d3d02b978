import Domain

extension NetworkReading {
  static let ladderFile = "ladder.yaml"

  mutating func readLadders() throws(NetworkSourceError) -> [Ladder] {
    guard let map = try yaml(Self.ladderFile) else { return [] }
    defer { map.finish() }
    var ladders: [(ladder: Ladder, line: Int)] = []
    for entry in map.maps("ladders") {
      defer { entry.finish() }
      let condition = readCondition(entry.map("when"))
      let rungs = readRungs(entry)
      guard let clock = value(entry, "clock", of: ClockName.self) else {
        faults.markIncomplete(map.file)
        continue
      }
      ladders.append((Ladder(clock: clock, condition: condition, rungs: rungs), entry.line))
    }
    if isComplete(Self.ladderFile) { checkReach(ladders) }
    return ladders.map(\.ladder)
  }

  private func readRungs(_ entry: YamlMap) -> [Rung] {
    let maps = entry.maps("rungs")
    if maps.isEmpty { entry.fault("a ladder without rungs", remedy: "add at least one rung") }
    var names: Set<String> = []
    var lastRank = 0
    return maps.compactMap { rung in
      defer { rung.finish() }
      let to = receivers(rung)
      let act = value(rung, "act", of: RungAct.self)
      guard let name = rung.requiredText("name"), let at = rungTime(rung), let act, !to.isEmpty else { return nil }
      if !names.insert(name.text).inserted {
        rung.fault("the rung \"\(name.text)\" stands twice", line: name.line, remedy: "give it a name of its own")
      }
      let rank = rank(at)
      if rank < lastRank {
        rung.fault(
          "the rung \"\(name.text)\" is reached before the one above it", line: rung.line(of: "at"),
          remedy: "order the rungs by their times")
      }
      lastRank = rank
      return Rung(name: name.text, at: at, to: to, act: act)
    }
  }

  /// Before the due time, at it, after it.
  private func rank(_ time: RungTime) -> Int {
    switch time {
    case .used: 0
    case .due: 1
    case .step(let step): step.direction == .before ? 0 : 2
    }
  }

  private func rungTime(_ map: YamlMap) -> RungTime? {
    guard let text = map.requiredText("at") else { return nil }
    do {
      return try RungTime(text.text)
    } catch {
      map.fault(
        "`at`: \(error.reason)", line: text.line, remedy: "write 90% used, 0, -3 work_days or +1 work_day")
      return nil
    }
  }

  private func receivers(_ map: YamlMap) -> [Receiver] {
    let texts = map.texts("to")
    if texts.isEmpty {
      map.fault("a rung without a receiver", remedy: "add `to: [role@tier]`")
    }
    return texts.compactMap { receiver($0, map) }
  }

  /// `role@tier`, `role@lead` or `role@department:CODE`.
  func receiver(_ text: YamlText, _ map: YamlMap) -> Receiver? {
    let parts = text.text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[1].isEmpty else {
      map.fault(
        "\"\(text.text)\" is no receiver", line: text.line,
        remedy: "write role@tier, role@lead or role@department:CODE")
      return nil
    }
    guard let role = Role(rawValue: parts[0]) else {
      map.fault(
        "unknown role \(parts[0])", line: text.line,
        remedy: "known: \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
      return nil
    }
    if parts[1] == "lead" { return Receiver(role: role, place: .leadDepartment) }
    if parts[1].hasPrefix("department:") {
      let code = YamlText(text: String(parts[1].dropFirst("department:".count)), line: text.line)
      return department(code, map).map { Receiver(role: role, place: .department($0)) }
    }
    guard tiers.contains(where: { $0.name == parts[1] }) else {
      map.fault(
        "unknown tier \(parts[1])", line: text.line,
        remedy: "known: \(tiers.map(\.name).joined(separator: ", ")), lead, department:CODE")
      return nil
    }
    return Receiver(role: role, place: .tier(parts[1]))
  }

  private func checkReach(_ ladders: [(ladder: Ladder, line: Int)]) {
    guard let tree else { return }
    for clock in ClockName.allCases {
      let own = ladders.filter { $0.ladder.clock == clock }
      let cover = RuleCover(catalogue: catalogue, units: tree, conditions: own.map(\.ladder.condition))
      for index in cover.unreachable() {
        faults.add(
          Self.ladderFile, own[index].line, "this ladder of the \(clock.rawValue) clock can never apply",
          remedy: "move it above the ladders that take its cases, or remove it")
      }
      guard Self.clocksOfEveryCase.contains(clock) else { continue }
      for category in catalogue.categories where category.fileable && !cover.alwaysMatches(category.code) {
        faults.add(
          Self.ladderFile, 1, "no ladder of the \(clock.rawValue) clock for every case of \(category.code)",
          remedy: "add one without conditions at the end: late must not be silent")
      }
    }
  }
}
