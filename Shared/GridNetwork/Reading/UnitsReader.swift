import Domain

extension NetworkReading {
  static let unitsFile = "units.csv"

  /// `units.csv`: rows with an end of validity are history, the others make the tree, and with them the generated units
  /// that no row names.
  mutating func readUnits() throws(NetworkSourceError) {
    guard let bytes = try requiredFile(Self.unitsFile),
      let table = CsvTable(
        bytes, file: Self.unitsFile, required: ["code", "parent", "tier", "name_zh", "name_en"],
        optional: ["valid_from", "valid_to", "exclusive"], faults: faults)
    else { return }
    var lines: [UnitCode: Int] = [:]
    for row in table.rows {
      guard let (unit, isRetired) = unit(row) else { continue }
      if isRetired {
        retiredUnits.append(unit)
        continue
      }
      if let first = lines[unit.code] {
        fault(row, "the code \(unit.code) stands already on line \(first)", remedy: "give each unit its own code")
        continue
      }
      lines[unit.code] = row.line
      unitCodes.insert(unit.code)
      units.append(unit)
    }
    addGenerated()
    try readGridChanges()
    applyChangesToUnits()
    checkParents(lines)
    // A city of a unit's code is a fault of its own.
    tree = try? UnitTree(
      tiers: tiers, units: units, city: city.flatMap { unitCodes.contains($0.code) ? nil : $0.unit },
      retired: retiredUnits)
    if tree == nil { faults.markIncomplete(Self.unitsFile) }
  }

  private mutating func addGenerated() {
    guard let made else { return }
    let retired = Set(retiredUnits.map(\.code))
    for unit in made.units where !retired.contains(unit.code) && unitCodes.insert(unit.code).inserted {
      units.append(unit)
    }
  }

  private func fault(_ row: CsvTable.Row, _ message: String, remedy: String) {
    faults.add(Self.unitsFile, row.line, message, remedy: remedy)
  }

  private func unit(_ row: CsvTable.Row) -> (unit: Unit, isRetired: Bool)? {
    let code = row["code"]
    guard Self.isCode(code) else {
      fault(row, "\"\(code)\" is no code", remedy: "use 1 to \(maxCodeLength) letters and digits")
      return nil
    }
    let tier = row["tier"]
    if !tiers.contains(where: { $0.name == tier }) {
      fault(
        row, "unknown tier \"\(tier)\"", remedy: "known: \(tiers.map(\.name).joined(separator: ", "))")
    }
    if let digits = codeDigits[tier], code.utf8.count != digits || !code.utf8.allSatisfy({ $0 >= 48 && $0 <= 57 }) {
      fault(row, "the code \(code) has not the form of a \(tier)", remedy: "use \(digits) digits")
    }
    let isExclusive = row["exclusive"]
    if !["", "true", "false", "1", "0"].contains(isExclusive) {
      fault(row, "`exclusive` is \"\(isExclusive)\"", remedy: "write true or false")
    }
    if row["name_zh"].isEmpty && row["name_en"].isEmpty {
      fault(row, "the unit \(code) has no name", remedy: "fill in name_zh and name_en")
    }
    let validity = checkValidity(row)
    let parent = row["parent"]
    return (
      Unit(
        code: UnitCode(code), parent: parent.isEmpty ? nil : UnitCode(parent), tier: tier, nameZh: row["name_zh"],
        nameEn: row["name_en"], exclusive: isExclusive == "true" || isExclusive == "1"),
      validity
    )
  }

  /// Whether the unit's validity has an end.
  private func checkValidity(_ row: CsvTable.Row) -> Bool {
    var dates: [CivilDate?] = []
    for column in ["valid_from", "valid_to"] {
      let text = row[column]
      let date = text.isEmpty ? nil : try? CivilDate(text)
      if !text.isEmpty, date == nil { fault(row, "`\(column)` is no date", remedy: "write it as 2026-01-31") }
      dates.append(date)
    }
    if let from = dates[0], let to = dates[1], to < from {
      fault(row, "the unit's validity ends before it begins", remedy: "exchange valid_from and valid_to")
    }
    return !row["valid_to"].isEmpty
  }

  private func checkParents(_ lines: [UnitCode: Int]) {
    let byCode = Dictionary(units.map { ($0.code, $0) }, uniquingKeysWith: { first, _ in first })
    let ranks = Dictionary(tiers.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    func fault(_ unit: Unit, _ message: String, remedy: String) {
      faults.add(Self.unitsFile, lines[unit.code] ?? 1, message, remedy: remedy)
    }
    for unit in units {
      guard let parentCode = unit.parent else {
        if unit.tier != tiers.first?.name {
          fault(unit, "the unit \(unit.code) has no parent", remedy: "name the unit above it")
        }
        continue
      }
      guard let parent = byCode[parentCode] else {
        fault(unit, "unknown parent \(parentCode)", remedy: "add a unit of that code, or correct it")
        continue
      }
      if isOnCycle(unit, byCode) {
        fault(unit, "the unit \(unit.code) is its own ancestor", remedy: "correct the parents of the circle")
      } else if let own = ranks[unit.tier], let above = ranks[parent.tier], above >= own {
        fault(unit, "a \(unit.tier) cannot stand under a \(parent.tier)", remedy: "name a parent of a higher tier")
      }
    }
  }

  private func isOnCycle(_ unit: Unit, _ byCode: [UnitCode: Unit]) -> Bool {
    var current = unit.parent
    for _ in 0...tiers.count {
      guard let code = current, code != unit.code else { return current != nil }
      current = byCode[code]?.parent
    }
    return false
  }
}
