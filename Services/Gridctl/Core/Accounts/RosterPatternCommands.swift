import ArgumentParser
import Casework
import Domain
import Foundation
import Platform
import PostgresClient
import SwiftCSV
import Wire

/// Recurring shifts as they stand in a table.
struct RosterTable {
  static let columns = [
    "name", "username", "role", "unit", "department", "days", "from", "until", "weeks", "valid_from", "valid_until",
    "substitute_for",
  ]
  static let required = ["name", "username", "days", "from", "until"]
  static let maxFileBytes = 4 << 20

  let drafts: [(line: Int, draft: DutyPatternDraft)]

  init(path: String) throws {
    guard let data = FileManager.default.contents(atPath: path), data.count <= Self.maxFileBytes else {
      throw Refusal("unreadable", "\(path) cannot be read")
    }
    try self.init(text: String(decoding: data, as: UTF8.self), path: path)
  }

  /// - Throws: ``Refusal`` with the file, the line and what to write instead.
  init(text: String, path: String) throws {
    let text = text.first == "\u{FEFF}" ? String(text.dropFirst()) : text
    var rows: [[String]] = []
    do {
      let csv = try EnumeratedCSV(string: text, delimiter: .comma, loadColumns: false, rowLimit: 0)
      try csv.enumerateAsArray(startAt: 0, rowLimit: nil) { rows.append($0) }
    } catch {
      throw Refusal("bad_file", "\(path):\(rows.count + 1): no CSV, a quotation mark is out of place")
    }
    let header = (rows.first ?? []).map { $0.trimmingCharacters(in: .whitespaces) }
    let unknown = header.filter { !Self.columns.contains($0) }
    let missing = Self.required.filter { !header.contains($0) }
    guard unknown.isEmpty, missing.isEmpty else {
      throw Refusal(
        "bad_file",
        "\(path):1: "
          + (missing.isEmpty ? "unknown column \(unknown[0])" : "the column \(missing[0]) is missing")
          + "; the columns are \(Self.columns.joined(separator: ","))")
    }
    let places = Dictionary(header.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    drafts = try rows.enumerated().dropFirst().filter { !$0.element.allSatisfy(\.isEmpty) }.map { index, fields in
      func cell(_ name: String) -> String {
        guard let place = places[name], place < fields.count else { return "" }
        return fields[place].trimmingCharacters(in: .whitespaces)
      }
      func cellIfAny(_ name: String) -> String? { cell(name).isEmpty ? nil : cell(name) }
      let line = index + 1
      let role = try cellIfAny("role").map { text -> Role in
        guard let role = Role(rawValue: text) else {
          throw Refusal("bad_file", "\(path):\(line): role: there is no role \(text)")
        }
        return role
      }
      let weeks = cellIfAny("weeks")
      guard let everyWeeks = Int(weeks ?? "1") else {
        throw Refusal("bad_file", "\(path):\(line): weeks: \(weeks ?? "") is no number")
      }
      return (
        line,
        DutyPatternDraft(
          name: cell("name"), username: cell("username"), role: role, unit: cellIfAny("unit").map { UnitCode($0) },
          department: cellIfAny("department").map { DepartmentCode($0) }, days: cell("days"), from: cell("from"),
          until: cell("until"), everyWeeks: everyWeeks, validFrom: cell("valid_from"),
          validUntil: cell("valid_until"), substituteFor: cellIfAny("substitute_for"))
      )
    }
  }
}

extension DutyPattern {
  fileprivate var json: JSONValue {
    [
      "id": .string(id), "name": .string(name), "post": .string(post.text), "username": .string(username),
      "days": .string(days.text), "from": .string(Self.time(ofMinute: startsMinute)),
      "until": .string(Self.time(ofMinute: endsMinute)), "weeks": .integer(Int64(everyWeeks)),
      "valid_from": .string(validFrom.description), "valid_until": .text(validUntil?.description),
      "substitute_for": .text(substituteFor), "created_by": .string(createdBy),
    ]
  }
}

struct RosterImportCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "import", abstract: "Put the recurring shifts of a CSV file on the roster, all or none.",
    discussion: """
      Columns: name,username,role,unit,department,days,from,until,weeks,valid_from,valid_until,substitute_for; those \
      but name, username, days, from and until may be missing or empty. Days are work_days, days_off (both as the \
      network's calendar has them), daily, or weekdays such as mon-fri or "sat sun", with `not holidays` behind them \
      where they are left out on holidays. from and until are local times; an end that is not after the start lies on \
      the next day. weeks: 2 is every other week, counted from the week of valid_from.

        name,username,role,unit,department,days,from,until
        day,li,handler,440306,urban,work_days,08:30,18:00
        night,wang,handler,440306,urban,daily,18:00,08:30
      """)

  @Argument(help: "The file.")
  var file: String
  @Flag(help: "Take off the recurring shifts that stand at the same posts.")
  var replace = false
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    let table = try RosterTable(path: file)
    return try await stack.withDatabase { pool in
      let store = DutyStore(pool: pool)
      var kept: [UnitCode: [DutyPattern]] = [:]
      let policies = try await rosterPolicies(pool)
      for (line, draft) in table.drafts {
        var isKnown = false
        for (district, policy) in policies {
          guard let holder = try await store.post(of: draft.username, in: district) else { continue }
          isKnown = true
          var substituted: ReceiverAddress?
          if let other = draft.substituteFor {
            substituted = try await store.post(of: other, in: district, orDisabled: true)
          }
          do throws(DutyDraft.Fault) {
            let pattern = try draft.pattern(
              holder: holder, substituted: substituted, policy: policy, today: policy.calendar.zone.date(of: now),
              by: NetworkLoad.operatorName)
            kept[district, default: []].append(pattern)
          } catch {
            throw Refusal(error.code, "\(file):\(line): \(error.field): \(error.detail)")
          }
          break
        }
        guard isKnown else {
          throw Refusal("unknown_user", "\(file):\(line): username: there is no user \(draft.username)")
        }
      }
      for (district, patterns) in kept {
        try await store.add(patterns, replaces: replace, to: district, by: NetworkLoad.operatorName, at: now)
      }
      let all = kept.sorted { $0.key < $1.key }.flatMap(\.value)
      return Answer(
        ["patterns": .array(all.map(\.json))],
        text: all.count == 1 ? "1 recurring shift is on the roster" : "\(all.count) recurring shifts are on the roster")
    }
  }
}

struct RosterPatternsCommand: OperatorCommand {
  static let configuration = CommandConfiguration(commandName: "patterns", abstract: "List the recurring shifts.")

  @Option(help: "Code of a unit: its posts and those of all below it.")
  var unit: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    try await common.stack().withDatabase { pool in
      var found: [DutyPattern] = []
      for (district, policy) in try await rosterPolicies(pool) {
        let patterns = try await DutyStore(pool: pool).patterns(district)
        found += patterns.filter { pattern in
          unit.map { policy.units.contains(UnitCode($0), pattern.post.unit) } ?? true
        }
      }
      var table = Table([
        .init("id"), .init("shift"), .init("name"), .init("post"), .init("days"), .init("time"), .init("stands in for"),
      ])
      for pattern in found {
        let (from, until) = (pattern.startsMinute, pattern.endsMinute)
        table.add(
          pattern.id, pattern.name, pattern.username, pattern.post.text,
          pattern.days.text + (pattern.everyWeeks == 1 ? "" : ", every \(pattern.everyWeeks) weeks"),
          "\(DutyPattern.time(ofMinute: from))–\(DutyPattern.time(ofMinute: until))", pattern.substituteFor ?? "")
      }
      return Answer(
        ["patterns": .array(found.map(\.json))], text: table.isEmpty ? "no shift comes again" : table.text)
    }
  }
}

struct RosterCheckCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Find the times in which a post that keeps a roster has nobody on duty.",
    discussion: """
      Shifts, recurring shifts, absences and substitutes are looked at as they stand, by the calendar in force. Exit 1 \
      when there is a gap: what falls into it climbs to the next unit up.
      """)

  @OptionGroup var range: RosterRange
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    return try await stack.withDatabase { pool in
      var lines: [String] = []
      var items: [JSONValue] = []
      var seen: Set<DutyBook.Gap> = []
      for (district, policy) in try await rosterPolicies(pool) {
        let until = now + range.seconds
        let book = try await DutyStore(pool: pool).book(district, from: now, before: until, policy: policy)
        for gap in book.gaps(from: now, before: until)
        where range.holds(gap.post.unit, policy) && seen.insert(gap).inserted {
          let receivers = book.receivers(gap.post, at: gap.from)
          lines.append(
            "nobody on duty \(Self.span(gap, policy.calendar.zone)) at \(gap.post.text); it climbs to "
              + receivers.post.text)
          items.append([
            "post": .string(gap.post.text), "from": .string(gap.from.rfc3339(in: policy.calendar.zone)),
            "until": .string(gap.until.rfc3339(in: policy.calendar.zone)),
            "falls_back_to": .string(receivers.post.text),
          ])
        }
      }
      let whole = "every post that keeps a roster has someone on duty for the next \(range.days) days"
      return Answer(
        ["gaps": .array(items)], text: lines.isEmpty ? whole : lines.joined(separator: "\n"), isGood: lines.isEmpty)
    }
  }

  private static let weekdays = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]

  /// `Sat 2026-03-07 02:00–08:00`, with the day of the end where it is another.
  static func span(_ gap: DutyBook.Gap, _ zone: ZoneRules) -> String {
    func day(_ date: CivilDate) -> String { "\(weekdays[date.weekday.rawValue - 1]) \(date)" }
    func clock(_ time: TimeOfDay) -> String { DutyPattern.time(ofMinute: time.secondsSinceMidnight / 60) }
    let (from, until) = (zone.local(gap.from), zone.local(gap.until))
    let end = from.date == until.date ? clock(until.time) : "\(day(until.date)) \(clock(until.time))"
    return "\(day(from.date)) \(clock(from.time))–\(end)"
  }
}
