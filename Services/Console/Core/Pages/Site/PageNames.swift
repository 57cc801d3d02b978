import Domain

/// What things of the network are called, in the language of the page. A code that the network does not know is shown
/// as it is.
struct PageNames: Sendable {
  let policy: NetworkPolicy
  let texts: PageTexts

  func choose(_ chinese: String, _ english: String) -> String {
    texts.language == .english && !english.isEmpty ? english : chinese
  }

  func unit(_ code: UnitCode) -> String {
    policy.units.place(code).map { choose($0.nameZh, $0.nameEn) } ?? code.text
  }

  /// The unit and those above it below the district, from the top: `West Street › First Community`. What a name
  /// repeats of the one above it is left out.
  func place(_ code: UnitCode) -> String {
    let path = policy.units.path(to: code)
    if path.isEmpty { return code.text }
    var parts: [String] = []
    var above = ""
    for unit in path.count > 1 ? path.dropFirst() : path[...] {
      let name = choose(unit.nameZh, unit.nameEn)
      parts.append(Self.name(name, below: above))
      above = name
    }
    return parts.joined(separator: " › ")
  }

  /// A unit as it is called among those right below the same unit: without what its name repeats of that one's.
  func unit(_ code: UnitCode, below parent: UnitCode) -> String { Self.name(unit(code), below: unit(parent)) }

  /// Without what it repeats of the name above it.
  static func name(_ name: String, below above: String) -> String {
    guard !above.isEmpty, name.hasPrefix(above), name.count > above.count else { return name }
    return String(name.dropFirst(above.count).drop { " ,·-".contains($0) })
  }

  func tier(_ name: String) -> String {
    policy.units.tiers.first { $0.name == name }.map { choose($0.labelZh, $0.labelEn) } ?? name
  }

  func department(_ code: DepartmentCode) -> String {
    policy.departments[code].map { choose($0.nameZh, $0.nameEn) } ?? code.text
  }

  func category(_ code: CategoryCode) -> String {
    policy.catalogue[code].map { choose($0.nameZh, $0.nameEn) } ?? code.text
  }

  /// Who did something, as the journal writes actors: the name of a person, or what a service is called.
  func actor(_ text: String) -> String {
    guard let colon = text.firstIndex(of: ":") else { return text }
    let kind = String(text[..<colon])
    let rest = text[text.index(after: colon)...]
    let name = String(rest)
    switch kind {
    case "user": return name
    case "service": return texts.word("service", name)
    default: return "\(texts.word("actor", kind)) \(name)"
    }
  }

  /// A receiver, `role@unit` or `role@unit/department`.
  func receiver(_ text: String) -> String {
    guard let at = text.firstIndex(of: "@") else { return text }
    let role = texts.word("role", String(text[..<at]))
    let place = text[text.index(after: at)...]
    guard let slash = place.firstIndex(of: "/") else { return "\(unit(UnitCode(String(place)))) \(role)" }
    return "\(department(DepartmentCode(String(place[place.index(after: slash)...])))) \(role)"
  }

  /// A rung, as events name it: what the policy calls it; where that has no words for it, as after another version, the
  /// usual word for its code, and else the code.
  ///
  /// - Parameter clock: the raw name of its clock.
  func rung(_ name: String, of clock: String) -> String {
    if let named = ClockName(rawValue: clock).flatMap({ policy.rungNames(name, of: $0) }) {
      return again(choose(named.zh, named.en), named.repeats)
    }
    let repeated = RungName(name)
    return again(texts.word("rung", repeated.code), repeated.repeats)
  }

  private func again(_ rung: String, _ repeats: Int) -> String {
    repeats == 0 ? rung : texts("words.rung_again", ["rung": rung, "count": "\(repeats)"])
  }

  /// What a rung does and what it is called; once, where that is the same.
  func act(_ act: RungAct, rung: String, of clock: ClockName) -> String {
    let word = texts.word("act", act.rawValue)
    let name = self.rung(rung, of: clock.rawValue)
    return name == word ? word : texts("words.act_of_rung", ["act": word, "rung": name])
  }

  /// A limit or what was granted: `5 work_days` → `5 个工作日`.
  func limit(_ limit: Limit) -> String {
    texts.counted("words.limit.\(limit.unit.rawValue)", limit.amount)
  }

  /// Departments as choices of a field, by name.
  func departmentChoices(selected: Set<DepartmentCode> = []) -> [PageData] {
    policy.departments.values.map { (code: $0.code, name: choose($0.nameZh, $0.nameEn)) }
      .sorted { ($0.name, $0.code) < ($1.name, $1.code) }
      .map { ["value": $0.code.text, "label": $0.name, "selected": selected.contains($0.code)] }
  }
}
