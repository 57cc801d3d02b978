import Domain

extension NetworkReading {
  static let departmentsFile = "departments.csv"
  static let catalogueFile = "catalogue.csv"

  mutating func readDepartments() throws(NetworkSourceError) {
    let file = Self.departmentsFile
    guard let bytes = try requiredFile(file),
      let table = CsvTable(bytes, file: file, required: ["code", "unit", "name_zh", "name_en"], faults: faults)
    else { return }
    var lines: [String: Int] = [:]
    for row in table.rows {
      let code = row["code"]
      if !Self.isCode(code) {
        faults.add(file, row.line, "\"\(code)\" is no code", remedy: "use 1 to \(maxCodeLength) letters and digits")
      }
      if let first = lines.updateValue(row.line, forKey: code) {
        faults.add(file, row.line, "the code \(code) stands already on line \(first)", remedy: "remove one")
        continue
      }
      if !unitCodes.contains(UnitCode(row["unit"])) {
        faults.add(file, row.line, "unknown unit \(row["unit"])", remedy: "use a code of units.csv")
      }
      departments.append(
        Department(
          code: DepartmentCode(code), unit: UnitCode(row["unit"]), nameZh: row["name_zh"], nameEn: row["name_en"]))
    }
  }

  mutating func readCatalogue(catchAll: YamlText?) throws(NetworkSourceError) {
    let file = Self.catalogueFile
    guard let bytes = try requiredFile(file),
      let table = CsvTable(
        bytes, file: file,
        required: ["scheme", "version", "kind", "code", "parent", "name_zh", "name_en", "closing_standard"],
        faults: faults)
    else {
      faults.markIncomplete(file)
      return
    }
    let parents = Set(table.rows.map { $0["parent"] })
    var lines: [String: Int] = [:]
    var categories: [Category] = []
    for row in table.rows {
      let code = row["code"]
      if let first = lines[code] {
        faults.add(file, row.line, "the code \(code) stands already on line \(first)", remedy: "remove one")
        continue
      }
      lines[code] = row.line
      if let category = category(row, isFileable: !parents.contains(code)) { categories.append(category) }
    }
    checkParents(categories, lines)
    if let catchAll, lines[catchAll.text] == nil {
      faults.add(
        Self.settingsFile, catchAll.line, "unknown category \(catchAll.text)", remedy: "use a code of catalogue.csv")
    }
    catalogue = Catalogue(categories: categories, catchAll: catchAll.map { CategoryCode($0.text) })
    catalogueLines = lines
  }

  private func category(_ row: CsvTable.Row, isFileable: Bool) -> Category? {
    func fault(_ message: String, remedy: String) {
      faults.add(Self.catalogueFile, row.line, message, remedy: remedy)
    }
    let code = row["code"]
    if !Self.isCode(code) { fault("\"\(code)\" is no code", remedy: "use 1 to \(maxCodeLength) letters and digits") }
    for column in ["scheme", "version", "name_zh", "name_en"] where row[column].isEmpty {
      fault("`\(column)` is empty", remedy: "fill it in")
    }
    guard let kind = Category.Kind(rawValue: row["kind"]) else {
      fault(
        "unknown kind \"\(row["kind"])\"",
        remedy: "known: \(Category.Kind.allCases.map(\.rawValue).joined(separator: ", "))")
      faults.markIncomplete(Self.catalogueFile)
      return nil
    }
    return Category(
      scheme: row["scheme"], version: row["version"], kind: kind, code: CategoryCode(code),
      parent: row["parent"].isEmpty ? nil : CategoryCode(row["parent"]), nameZh: row["name_zh"],
      nameEn: row["name_en"], closingStandard: row["closing_standard"], fileable: isFileable)
  }

  private func checkParents(_ categories: [Category], _ lines: [String: Int]) {
    let parents = Dictionary(categories.map { ($0.code, $0.parent) }, uniquingKeysWith: { first, _ in first })
    for category in categories {
      let line = lines[category.code.text] ?? 1
      guard let parent = category.parent else { continue }
      guard parents[parent] != nil else {
        faults.add(Self.catalogueFile, line, "unknown parent \(parent)", remedy: "add a row of that code")
        continue
      }
      var current: CategoryCode? = parent
      var depth = 1
      while let code = current, depth <= Catalogue.maxDepth, code != category.code {
        current = parents[code] ?? nil
        depth += 1
      }
      if let code = current {
        faults.add(
          Self.catalogueFile, line,
          code == category.code ? "the category \(code) is its own ancestor" : "deeper than \(Catalogue.maxDepth)",
          remedy: "correct the parents")
      }
    }
  }
}
