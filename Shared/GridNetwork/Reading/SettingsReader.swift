import Domain

/// `network.yaml`, but for the rules on cases and repeats, which are read once the catalogue is known.
struct NetworkSettings {
  let identity: NetworkIdentity
  let timeZone: String
  let datum: Datum
  let catchAll: YamlText?
  let generator: YamlText?
  let map: YamlMap
}

extension NetworkReading {
  static let settingsFile = "network.yaml"

  mutating func readSettings() throws(NetworkSourceError) -> NetworkSettings? {
    guard let map = try yaml(Self.settingsFile) else { return nil }
    for tier in map.maps("tiers") { readTier(tier) }
    if tiers.isEmpty { map.fault("`tiers` is missing", remedy: "list the tiers, highest first") }
    let tolerances = map.map("tolerances")
    let sliver = tolerances?.double("sliver_square_metres") ?? 1
    self.tolerances.overlapSquareMetres = tolerances?.double("overlap_square_metres") ?? 1
    self.tolerances.gapSquareMetres = tolerances?.double("gap_square_metres") ?? 1
    tolerances?.finish()
    let generate = map.map("generate")
    let generator = generate?.requiredText("parameters")
    generate?.finish()
    let catchAll = map.text("catch_all")
    city = map.map("city").flatMap { readCity($0) }
    let datum = readDatum(map)
    guard let name = map.requiredText("name"), let nameZh = map.requiredText("name_zh"),
      let nameEn = map.requiredText("name_en"), let zone = map.requiredText("time_zone"), let datum
    else { return nil }
    if !Self.isCode(name.text.replacing("-", with: "")) {
      map.fault(
        "the name \"\(name.text)\" is not of letters, digits and -", line: name.line, remedy: "shorten it, e.g. baoan")
    }
    return NetworkSettings(
      identity: NetworkIdentity(
        name: name.text, nameZh: nameZh.text, nameEn: nameEn.text, timeZone: zone.text, sliverSquareMetres: sliver,
        city: city),
      timeZone: zone.text, datum: datum, catchAll: catchAll, generator: generator, map: map)
  }

  private mutating func readTier(_ map: YamlMap) {
    defer { map.finish() }
    let digits = map.integer("code_digits")
    guard let name = map.requiredText("name"), let zh = map.requiredText("zh"), let en = map.requiredText("en") else {
      return
    }
    if tiers.contains(where: { $0.name == name.text }) {
      map.fault("the tier \(name.text) stands twice", line: name.line, remedy: "remove one")
      return
    }
    tiers.append(Tier(name: name.text, labelZh: zh.text, labelEn: en.text))
    codeDigits[name.text] = digits
  }

  /// `city: {code, name_zh, name_en}`: what all districts of the network are, where they are one city.
  private func readCity(_ map: YamlMap) -> City? {
    defer { map.finish() }
    guard let code = map.requiredText("code"), let nameZh = map.requiredText("name_zh"),
      let nameEn = map.requiredText("name_en")
    else { return nil }
    guard Self.isCode(code.text) else {
      map.fault(
        "the city's code \"\(code.text)\" is not of at most \(maxCodeLength) letters and digits", line: code.line,
        remedy: "use the code of the list of divisions, e.g. 440300")
      return nil
    }
    if tiers.contains(where: { $0.name == City.tier }) {
      map.fault(
        "a tier is called \(City.tier), where the city itself stands", line: code.line,
        remedy: "give the tier another name")
    }
    return City(code: UnitCode(code.text), nameZh: nameZh.text, nameEn: nameEn.text)
  }

  /// A city stands above its districts; its code can be no unit's, as keys of the one are not keys of the other.
  func checkCity(_ settings: NetworkSettings) {
    guard let city = settings.identity.city, unitCodes.contains(city.code) else { return }
    settings.map.fault(
      "the city's code \(city.code) is a unit's", line: settings.map.line(of: "city"),
      remedy: "use a code that stands above the districts")
  }

  private func readDatum(_ map: YamlMap) -> Datum? {
    guard let text = map.requiredText("datum") else { return nil }
    if let datum = Datum(rawValue: text.text) { return datum }
    map.fault(
      "unknown datum \(text.text)", line: text.line,
      remedy: "known: \(Datum.allCases.map(\.rawValue).joined(separator: ", "))")
    return nil
  }

  /// At most 24 letters and digits (CONTRACT).
  static func isCode(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= maxCodeLength
      && text.utf8.allSatisfy {
        ($0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9")) || ($0 >= UInt8(ascii: "a") && $0 <= UInt8(ascii: "z"))
          || ($0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z"))
      }
  }

  /// What rests on the catalogue: the rules on cases, and when two reports are one incident, which it returns.
  mutating func readCaseSettings(_ map: YamlMap) -> [RepeatRule] {
    var conditions: [(condition: CaseCondition, line: Int)] = []
    let repeats = map.maps("repeats").compactMap { entry -> RepeatRule? in
      defer { entry.finish() }
      let condition = readCondition(entry.map("when"))
      conditions.append((condition, entry.line))
      guard let window = limit(entry, "window"), let radius = entry.double("radius_metres"), radius > 0 else {
        entry.fault("a repeat rule needs radius_metres and window", remedy: "add them, e.g. 50 and 24 urgent_hours")
        return nil
      }
      let same = values(entry, "same", of: RepeatRule.Likeness.self)
      if same.count > 1 {
        entry.fault("`same` names \(same.count) words", line: entry.line(of: "same"), remedy: "write category or class")
      }
      return RepeatRule(condition: condition, radiusMetres: radius, window: window, same: same.first ?? .category)
    }
    checkReach(conditions, of: "repeat rule", in: Self.settingsFile)
    casePolicy = map.map("cases").map { readCasePolicy($0) } ?? CasePolicy()
    if casePolicy.supervisionForms.contains(where: { $0.answer != nil }) { limited[.answer] = [.order] }
    return repeats
  }
}
