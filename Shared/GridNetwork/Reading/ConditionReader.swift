import Domain

extension NetworkReading {
  /// A `when:` mapping; nil stands for any case.
  func readCondition(_ map: YamlMap?) -> CaseCondition {
    guard let map else { return CaseCondition() }
    let faultsBefore = faults.faults.count
    defer {
      if faults.faults.count > faultsBefore { faults.markIncomplete(map.file) }
      map.finish()
    }
    return CaseCondition(
      categories: map.texts("categories").compactMap { category($0, map) },
      units: map.texts("units").compactMap { unit($0, map) },
      layers: map.texts("layers").compactMap { layer($0, map) },
      sources: values(map, "sources", of: ReportSource.self),
      priorities: values(map, "priorities", of: Priority.self),
      texts: map.texts("texts").map { $0.text.lowercased() },
      hours: map.texts("hours").compactMap { hours($0, map) }, reopened: map.bool("reopened"))
  }

  func category(_ text: YamlText, _ map: YamlMap) -> CategoryCode? {
    let code = CategoryCode(text.text)
    if catalogue[code] != nil { return code }
    map.fault(
      "unknown category \(text.text)", line: text.line, remedy: "use a code of catalogue.csv, or add it there")
    return nil
  }

  func unit(_ text: YamlText, _ map: YamlMap) -> UnitCode? {
    let code = UnitCode(text.text)
    if unitCodes.contains(code) { return code }
    map.fault("unknown unit \(text.text)", line: text.line, remedy: "use a code of units.csv, or add it there")
    return nil
  }

  func department(_ text: YamlText, _ map: YamlMap) -> DepartmentCode? {
    let code = DepartmentCode(text.text)
    if departments.contains(where: { $0.code == code }) { return code }
    map.fault(
      "unknown department \(text.text)", line: text.line, remedy: "use a code of departments.csv, or add it there")
    return nil
  }

  private func layer(_ text: YamlText, _ map: YamlMap) -> String? {
    if layerNames.contains(text.text) { return text.text }
    map.fault(
      "unknown layer \(text.text)", line: text.line,
      remedy: "name a file of layers/, or one of its codes as layer/code")
    return nil
  }

  /// A list of an enumeration's raw values.
  func values<Value>(_ map: YamlMap, _ key: String, of type: Value.Type) -> [Value]
  where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    map.texts(key).compactMap { text in
      if let value = Value(rawValue: text.text) { return value }
      map.fault(
        "unknown \(key) \"\(text.text)\"", line: text.line,
        remedy: "known: \(Value.allCases.map(\.rawValue).joined(separator: ", "))")
      return nil
    }
  }

  func value<Value>(_ map: YamlMap, _ key: String, of type: Value.Type) -> Value?
  where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
    guard map.requiredText(key) != nil else { return nil }
    return values(map, key, of: type).first
  }

  private func hours(_ text: YamlText, _ map: YamlMap) -> CaseCondition.ClosedHours? {
    let parts = text.text.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 2, let from = try? TimeOfDay(String(parts[0])), let to = try? TimeOfDay(String(parts[1])),
      from != to
    else {
      map.fault("\"\(text.text)\" is no span of hours", line: text.line, remedy: "write it as 22:00-06:00")
      return nil
    }
    return CaseCondition.ClosedHours(
      fromMinute: from.secondsSinceMidnight / 60, toMinute: to.secondsSinceMidnight / 60)
  }

  /// A limit such as `5 work_days`; a fault when it is missing or none.
  func limit(_ map: YamlMap, _ key: String) -> Limit? {
    guard let text = map.requiredText(key) else { return nil }
    do {
      return try Limit(text.text)
    } catch {
      map.fault(
        "`\(key)`: \(error.reason)", line: text.line,
        remedy: "write a number and a unit, such as 5 work_days or 3 urgent_hours")
      return nil
    }
  }
}
