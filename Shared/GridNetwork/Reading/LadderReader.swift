import Domain

extension NetworkReading {
  static let ladderFile = "ladder.yaml"

  /// Ladders, cards, and what discipline inspection expects.
  mutating func readLadders() throws(NetworkSourceError) -> LadderFile {
    guard let map = try yaml(Self.ladderFile) else { return LadderFile() }
    defer { map.finish() }
    var ladders: [(ladder: Ladder, line: Int)] = []
    var calls = RungCalls()
    for entry in map.maps("ladders") {
      defer { entry.finish() }
      let condition = readCondition(entry.map("when"))
      let clock = value(entry, "clock", of: ClockName.self)
      let rungs = readRungs(entry, of: clock, &calls)
      guard let clock else {
        faults.markIncomplete(map.file)
        continue
      }
      let ladder = Ladder(clock: clock, matter: matter(entry, clock), condition: condition, rungs: rungs)
      ladders.append((ladder, entry.line))
    }
    if isComplete(Self.ladderFile) { checkLadders(ladders) }
    return LadderFile(
      ladders: ladders.map(\.ladder), cards: map.maps("cards").compactMap { readCard($0) },
      discipline: readDiscipline(map.map("discipline")))
  }

  private func readCard(_ map: YamlMap) -> CardRule? {
    defer { map.finish() }
    let condition = readCondition(map.map("when"))
    let to = receivers(map, of: "card")
    let count = map.integer("count") ?? 1
    if count < 1 { map.fault("`count` is at least 1", line: map.line(of: "count"), remedy: "write count: 2") }
    guard let cause = value(map, "cause", of: CardRule.Cause.self), let act = value(map, "act", of: RungAct.self),
      !to.isEmpty
    else { return nil }
    if act == .flag {
      map.fault(
        "a card opens no record at discipline inspection", line: map.line(of: "act"),
        remedy: "write remind, yellow, red or supervise; a rung of a ladder flags")
    }
    return CardRule(cause: cause, count: count, act: act, to: to, condition: condition)
  }

  private func readRungs(_ entry: YamlMap, of clock: ClockName?, _ calls: inout RungCalls) -> [Rung] {
    let maps = entry.maps("rungs")
    if maps.isEmpty { entry.fault("a ladder without rungs", remedy: "add at least one rung") }
    var names: Set<String> = []
    var lastRank = 0
    return maps.compactMap { rung in
      defer { rung.finish() }
      let to = receivers(rung, of: "rung")
      let act = value(rung, "act", of: RungAct.self)
      let call = readCall(rung)
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
      let every = rung.has("every") ? limit(rung, "every") : nil
      if every != nil && rank == 0 {
        rung.fault(
          "the rung \"\(name.text)\" comes again and again before anything is due", line: rung.line(of: "every"),
          remedy: "begin with `at: 0` or later")
      }
      if every != nil && act == .flag {
        rung.fault(
          "the rung \"\(name.text)\" would open record after record", line: rung.line(of: "every"),
          remedy: "flag once, in a rung of its own")
      }
      if let clock, let call { calls.add(call, to: name.text, of: clock, rung) }
      return Rung(
        name: name.text, at: at, to: to, act: act, every: every, nameZh: call?.zh, nameEn: call?.en)
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

  private func receivers(_ map: YamlMap, of thing: String) -> [Receiver] {
    let texts = map.texts("to")
    if texts.isEmpty {
      map.fault("a \(thing) without a receiver", remedy: "add `to: [role@tier]`")
    }
    return texts.compactMap { receiver($0, map) }
  }

  /// `role@tier`, `role@lead`, `role@part` or `role@department:CODE`.
  func receiver(_ text: YamlText, _ map: YamlMap) -> Receiver? {
    let parts = text.text.split(separator: "@", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[1].isEmpty else {
      map.fault(
        "\"\(text.text)\" is no receiver", line: text.line,
        remedy: "write role@tier, role@lead, role@part or role@department:CODE")
      return nil
    }
    guard let role = Role(rawValue: parts[0]) else {
      map.fault(
        "unknown role \(parts[0])", line: text.line,
        remedy: "known: \(Role.allCases.map(\.rawValue).joined(separator: ", "))")
      return nil
    }
    if parts[1] == "lead" { return Receiver(role: role, place: .leadDepartment) }
    if parts[1] == "part" { return Receiver(role: role, place: .clockDepartment) }
    if parts[1].hasPrefix("department:") {
      let code = YamlText(text: String(parts[1].dropFirst("department:".count)), line: text.line)
      return department(code, map).map { Receiver(role: role, place: .department($0)) }
    }
    let known = (city == nil ? [] : [City.tier]) + tiers.map(\.name)
    guard known.contains(parts[1]) else {
      map.fault(
        "unknown tier \(parts[1])", line: text.line,
        remedy: "known: \(known.joined(separator: ", ")), lead, part, department:CODE")
      return nil
    }
    return Receiver(role: role, place: .tier(parts[1]))
  }

  /// Every clock that a limit starts has somebody who hears of it: late is never silent.
  private func checkLadders(_ ladders: [(ladder: Ladder, line: Int)]) {
    checkCover(
      ladders.map {
        TimedRule(clock: $0.ladder.clock, matter: $0.ladder.matter, condition: $0.ladder.condition, line: $0.line)
      }, of: Self.ladderFile, named: "ladder", owed: { limited[$0] ?? [] },
      remedy: "add one without conditions at the end: late must not be silent")
  }
}

/// What ladder.yaml holds.
struct LadderFile {
  var ladders: [Ladder] = []
  var cards: [CardRule] = []
  var discipline = DisciplinePolicy()
}

extension ClockName {
  /// What a clock of this name may time.
  var matters: Set<ClockMatter> {
    switch self {
    case .decide: [.whole, .part, .request, .supervision, .appeal]
    case .sign, .handle: [.whole, .part]
    case .contact, .verify: [.whole]
    case .answer: [.order]
    }
  }
  /// The clock for a message, with what it times where that is not the case itself.
  func naming(_ matter: ClockMatter) -> String {
    matter == .whole ? "\(rawValue) clock" : "\(rawValue) clock (matter: \(matter.rawValue))"
  }
}
