import SwiftCSV

/// A CSV file with a header, each row with the line it begins on.
struct CsvTable {
  struct Row {
    let line: Int
    fileprivate let fields: [String]
    fileprivate let columns: [String: Int]

    /// The field without spaces around it; empty when the column is not in the file.
    subscript(_ column: String) -> String {
      guard let index = columns[column], index < fields.count else { return "" }
      return fields[index].trimmingSpaces()
    }
  }

  let rows: [Row]

  /// Nil, with faults, when the file is no CSV or a required column is missing. Unknown columns are faults too.
  init?(
    _ bytes: [UInt8], file: String, required: [String], optional: [String] = [], faults: FaultList
  ) {
    var text = String(decoding: bytes, as: UTF8.self)
    if text.first == "\u{FEFF}" { text.removeFirst() }
    var raw: [[String]] = []
    do {
      let csv = try EnumeratedCSV(string: text, delimiter: .comma, loadColumns: false, rowLimit: 0)
      try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { raw.append($0) }
    } catch {
      faults.add(file, Self.line(after: raw), "not CSV: a quotation mark out of place", remedy: "double it: \"\"")
      return nil
    }
    guard let header = raw.first?.map({ $0.trimmingSpaces() }) else {
      faults.add(file, 1, "the file is empty", remedy: "begin it with \(required.joined(separator: ","))")
      return nil
    }
    let columns = Dictionary(header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let missing = required.filter { columns[$0] == nil }
    for name in header where !required.contains(name) && !optional.contains(name) {
      faults.add(file, 1, "unknown column \(name)", remedy: "known: \((required + optional).joined(separator: ", "))")
    }
    guard missing.isEmpty else {
      faults.add(
        file, 1, "missing column \(missing.joined(separator: ", "))",
        remedy: "begin the file with \((required + optional).joined(separator: ","))")
      return nil
    }
    var rows: [Row] = []
    var line = 1 + Self.lines(in: raw[0])
    for fields in raw.dropFirst() {
      defer { line += Self.lines(in: fields) }
      if fields.allSatisfy(\.isEmpty) { continue }
      if fields.count > header.count {
        faults.add(
          file, line, "\(fields.count) fields where the header has \(header.count)",
          remedy: "put a field with a comma into quotation marks")
        continue
      }
      rows.append(Row(line: line, fields: fields, columns: columns))
    }
    self.rows = rows
  }

  /// Lines a row takes: one, and one for each line break inside a quoted field.
  private static func lines(in fields: [String]) -> Int {
    fields.reduce(1) { $0 + $1.filter(\.isNewline).count }
  }

  private static func line(after rows: [[String]]) -> Int {
    rows.reduce(1) { $0 + lines(in: $1) }
  }
}

extension String {
  func trimmingSpaces() -> String {
    guard first?.isWhitespace == true || last?.isWhitespace == true else { return self }
    return String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
  }
}
