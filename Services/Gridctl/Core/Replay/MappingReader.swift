import Domain
import Foundation
import GridNetwork
import Yams

/// Reads a mapping file. Every fault is told with its line.
struct MappingReader {
  static let maxBytes = 1 << 20

  private let path: String
  private var tables: [String: [String: String]] = [:]

  static func read(_ path: String) throws -> ReplayMapping {
    guard let data = FileManager.default.contents(atPath: path), data.count <= maxBytes else {
      throw Refusal("unreadable", "\(path) cannot be read")
    }
    return try parse(String(decoding: data, as: UTF8.self), path: path)
  }

  static func parse(_ text: String, path: String) throws -> ReplayMapping {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw Refusal("bad_mapping", "\(path): \(error)")
    }
    guard let mapping = node?.mapping else { throw Refusal("bad_mapping", "\(path): it is no list of keys") }
    var reader = MappingReader(path: path)
    return try reader.mapping(mapping)
  }

  private init(path: String) {
    self.path = path
  }

  private mutating func mapping(_ map: Node.Mapping) throws -> ReplayMapping {
    let known = [
      "name", "columns", "source", "external_id", "category", "description", "address", "occurred_at", "latitude",
      "longitude", "datum", "tables", "units",
    ]
    try refuseUnknown(map, known)
    for (key, table) in map["tables"]?.mapping ?? [:] {
      tables[key.string ?? ""] = Dictionary(
        (table.mapping ?? [:]).map { ($0.key.scalarText ?? "", $0.value.scalarText ?? "") }, uniquingKeysWith: { $1 })
    }
    let source = try required(map, "source")
    guard ReportSource(rawValue: source) != nil else {
      throw fault(map["source"], "source is one of \(ReportSource.allCases.map(\.rawValue).joined(separator: ", "))")
    }
    let description = map["description"]?.mapping
    return ReplayMapping(
      name: try required(map, "name"), columns: (map["columns"]?.sequence ?? []).compactMap(\.scalarText),
      source: source, externalID: try template(map, "external_id"), category: try template(map, "category"),
      descriptionParts: try (description?["parts"]?.sequence ?? []).map(template),
      descriptionSeparator: description?["separator"]?.scalarText ?? "; ",
      address: try map["address"].map(template), occurredAt: try map["occurred_at"].map(moment),
      latitude: map["latitude"]?.scalarText, longitude: map["longitude"]?.scalarText, datum: map["datum"]?.scalarText,
      units: try (map["units"]?.sequence ?? []).map(rule))
  }

  private func moment(_ node: Node) throws -> ReplayMapping.Moment {
    guard let map = node.mapping else { throw fault(node, "occurred_at has column, format and zone") }
    try refuseUnknown(map, ["column", "format", "zone"])
    guard let format = LocalTimeFormat(try required(map, "format")) else {
      throw fault(map["format"], "a format is made of yyyy MM dd HH hh mm ss a")
    }
    let name = try required(map, "zone")
    guard let file = SystemZoneFiles.read(name), let zone = try? ZoneRules(zoneFile: file) else {
      throw fault(map["zone"], "there is no time zone \(name)")
    }
    return ReplayMapping.Moment(column: try required(map, "column"), format: format, zone: zone)
  }

  private func rule(_ node: Node) throws -> UnitRule {
    guard let map = node.mapping else { throw fault(node, "a rule for units has column, pattern and unit") }
    try refuseUnknown(map, ["column", "pattern", "unit"])
    let unit = try template(map, "unit")
    do {
      return try UnitRule(
        column: try required(map, "column"), pattern: try required(map, "pattern"), unit: unit, tables: tables)
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw fault(map["pattern"], "the pattern is no regular expression")
    }
  }

  private func template(_ map: Node.Mapping, _ key: String) throws -> ColumnTemplate {
    _ = try required(map, key)
    return try template(map[key] ?? "")
  }

  private func template(_ node: Node) throws -> ColumnTemplate {
    guard let template = ColumnTemplate(node.scalarText ?? "") else {
      throw fault(node, "a column's name stands between { and }")
    }
    return template
  }

  private func required(_ map: Node.Mapping, _ key: String) throws -> String {
    guard let text = map[key]?.scalarText, !text.isEmpty else {
      throw Refusal("bad_mapping", "\(path):\(map.mark?.line ?? 1): \(key) is missing")
    }
    return text
  }

  private func refuseUnknown(_ map: Node.Mapping, _ known: [String]) throws {
    for key in map.keys where !known.contains(key.scalarText ?? "") {
      throw fault(key, "unknown key \(key.scalarText ?? ""); known are \(known.joined(separator: ", "))")
    }
  }

  private func fault(_ node: Node?, _ text: String) -> Refusal {
    Refusal("bad_mapping", "\(path):\(node?.mark?.line ?? 1): \(text)")
  }
}

extension Node {
  /// The text of a scalar as it is written, whatever type it looks like.
  var scalarText: String? { scalar?.string }
}
