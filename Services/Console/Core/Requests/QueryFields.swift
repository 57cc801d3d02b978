import Domain
import Hummingbird
import Operations
import Wire

/// The query of a request, read field by field. Every field that is not valid is noted; `finish` refuses them together.
struct QueryFields {
  /// Fields in one query at most.
  static let maxFields = 64
  /// The longest value, in bytes.
  static let maxValueBytes = 2_048

  private let values: [String: [String]]
  private(set) var faults: [Problem.FieldFault] = []

  init(_ request: Request) throws(Problem) { try self.init(text: request.uri.query ?? "") }

  init(text: String) throws(Problem) {
    var values: [String: [String]] = [:]
    let pairs = text.split(separator: "&")
    guard pairs.count <= Self.maxFields else { throw .malformed("The query has more than \(Self.maxFields) fields.") }
    for pair in pairs {
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard let name = PercentEncoding.decode(parts[0]),
        let value = PercentEncoding.decode(parts.count > 1 ? parts[1] : ""), value.utf8.count <= Self.maxValueBytes
      else { throw .malformed("The query is not readable as percent-encoded UTF-8 without U+0000.") }
      values[name, default: []].append(value)
    }
    self.values = values
  }

  /// The field's only value; nil when it is missing or empty.
  mutating func text(_ name: String) -> String? {
    let given = values[name] ?? []
    if given.count > 1 { fault(name, "repeated", "The field is given more than once.") }
    return given.first.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The values of a field that may stand several times or hold several, separated by commas.
  func list(_ name: String) -> [String] {
    (values[name] ?? []).flatMap { $0.split(separator: ",").map(String.init) }
  }

  mutating func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type = Value.self
  )
    -> Value?
  where Value.RawValue == String {
    guard let text = text(name) else { return nil }
    if let value = Value(rawValue: text) { return value }
    faultOfChoice(name, Value.allCases.map(\.rawValue))
    return nil
  }

  mutating func choices<Value: RawRepresentable & CaseIterable>(
    _ name: String, of type: Value.Type = Value.self
  )
    -> [Value]
  where Value.RawValue == String {
    list(name).compactMap { text in
      if let value = Value(rawValue: text) { return value }
      faultOfChoice(name, Value.allCases.map(\.rawValue))
      return nil
    }
  }

  mutating func flag(_ name: String) -> Bool? {
    switch text(name) {
    case nil: return nil
    case "true", "1": return true
    case "false", "0": return false
    default:
      fault(name, "not_a_boolean", "Write true or false.")
      return nil
    }
  }

  mutating func number(_ name: String, in range: ClosedRange<Int>) -> Int? {
    guard let text = text(name) else { return nil }
    if let value = Int(text), range.contains(value) { return value }
    fault(name, "out_of_range", "Write a whole number from \(range.lowerBound) to \(range.upperBound).")
    return nil
  }

  /// A time with offset, or a local day.
  mutating func moment(_ name: String) -> Moment? {
    guard let text = text(name) else { return nil }
    if let moment = Moment(text) { return moment }
    fault(name, "malformed_time", "Write a day, 2026-02-13, or a time with its offset, 2026-02-13T10:00:00+08:00.")
    return nil
  }

  mutating func fault(_ name: String, _ code: String, _ detail: String) {
    faults.append(Problem.FieldFault(field: name, code: code, detail: detail))
  }

  private mutating func faultOfChoice(_ name: String, _ known: [String]) {
    fault(name, "unknown_value", "Known are \(known.joined(separator: ", ")).")
  }

  /// - Throws: 422 with every field that was not valid.
  func finish() throws(Problem) {
    if !faults.isEmpty { throw .invalid(faults) }
  }
}

/// A local day or a moment, as callers write the ends of periods.
enum Moment: Sendable, Hashable {
  case day(CivilDate)
  case instant(Instant)

  init?(_ text: String) {
    if let day = try? CivilDate(text) {
      self = .day(day)
    } else if let instant = try? Instant(rfc3339: text) {
      self = .instant(instant)
    } else {
      return nil
    }
  }

  /// The local day it is or lies in, in days since 1970.
  func dayNumber(in zone: ZoneRules) -> Int32 {
    switch self {
    case .day(let day): Int32(day.dayNumber)
    case .instant(let instant): Int32(zone.date(of: instant).dayNumber)
    }
  }
}
