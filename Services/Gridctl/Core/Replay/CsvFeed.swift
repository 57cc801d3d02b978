import Foundation
import SwiftCSV

/// The rows of a CSV file as reports.
struct CsvFeed: ReportFeed {
  static let maxFileBytes = 1 << 30

  private let reports: [OutgoingReport]
  /// Rows that the mapping can make no report of, by line.
  let unreadable: [Int]

  var count: Int { reports.count }
  func report(_ index: Int) -> OutgoingReport { reports[index] }

  init(path: String, mapping: ReplayMapping) throws {
    try self.init(text: Self.text(path), path: path, mapping: mapping)
  }

  init(text: String, path: String, mapping: ReplayMapping) throws {
    let rows = try Self.rows(text, path: path)
    guard let header = rows.first else { throw Refusal("bad_file", "\(path) is empty") }
    let places = Dictionary(header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    let missing = mapping.columns.filter { places[$0] == nil }
    guard missing.isEmpty else {
      throw Refusal("bad_file", "\(path) lacks the columns \(missing.joined(separator: ", "))")
    }
    var reports: [OutgoingReport] = []
    var unreadable: [Int] = []
    for (index, fields) in rows.enumerated().dropFirst() where !fields.allSatisfy(\.isEmpty) {
      let report = mapping.report(line: index + 1) { name in
        places[name].flatMap { $0 < fields.count ? fields[$0] : nil }
      }
      if let report { reports.append(report) } else { unreadable.append(index + 1) }
    }
    self.reports = reports
    self.unreadable = unreadable
  }

  /// The first line's columns.
  static func header(path: String) throws -> [String] { try rows(text(path), path: path, limit: 1).first ?? [] }

  private static func text(_ path: String) throws -> String {
    guard let data = FileManager.default.contents(atPath: path), data.count <= maxFileBytes else {
      throw Refusal("unreadable", "\(path) cannot be read")
    }
    let text = String(decoding: data, as: UTF8.self)
    return text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
  }

  private static func rows(_ text: String, path: String, limit: Int? = nil) throws -> [[String]] {
    var rows: [[String]] = []
    do {
      let csv = try EnumeratedCSV(string: text, delimiter: .comma, loadColumns: false, rowLimit: 0)
      try csv.enumerateAsArray(startAt: 0, rowLimit: limit) { rows.append($0) }
    } catch {
      throw Refusal("bad_file", "\(path) is no CSV: a quotation mark is out of place after row \(rows.count)")
    }
    return rows
  }
}
