import ArgumentParser
import Casework
import Domain
import GridNetwork
import Platform
import PostgresClient
import Wire

struct RosterCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "roster", abstract: "Who is on duty where and when, who is away, and who hears of a notice now.",
    discussion: """
      A post is a role at a unit and, where the role has one, a department. Once a post has a shift, notices to it \
      go to those on duty; where nobody is, they climb to the next unit up. A post without shifts reaches all who hold it.
      """,
    subcommands: [
      RosterListCommand.self, RosterAddCommand.self, RosterRemoveCommand.self, RosterNowCommand.self,
      RosterImportCommand.self, RosterPatternsCommand.self, RosterCheckCommand.self,
    ])
}

/// The policy of each district, and of each city, as rosters need it.
func rosterPolicies(_ pool: PostgresPool) async throws -> [(district: UnitCode, policy: NetworkPolicy)] {
  let newest = try await NetworkVersions.newest(pool)
  return try await NetworkVersions.homes(pool).compactMap { home in
    newest.first { $0.policy.units.place(home)?.parent == nil && $0.policy.units.place(home) != nil }
      .map { (home, $0.policy) }
  }
}

@Sendable private func readTime(_ text: String) throws -> Instant {
  guard let moment = try? Instant(rfc3339: text) else {
    throw ValidationError("A time is written with its offset: 2026-02-13T10:00:00+08:00.")
  }
  return moment
}

extension DutyEntry {
  fileprivate var json: JSONValue {
    [
      "id": .string(id), "kind": .string(post == nil ? "absence" : "shift"), "username": .string(username),
      "role": .text(post?.role), "unit": .text(post?.unit.text), "department": .text(post?.department?.text),
      "from": .string(starts.rfc3339()), "until": .string(ends.rfc3339()), "substitute_for": .text(substituteFor),
      "created_by": .string(createdBy),
    ]
  }
}

/// Which posts are looked at, and how far ahead.
struct RosterRange: ParsableArguments {
  @Option(help: "Code of a unit: its posts and those of all below it.")
  var unit: String?
  @Option(help: "How many days ahead.")
  var days: Int64 = 14

  var seconds: Int64 { days * 86_400 }

  func holds(_ post: UnitCode, _ policy: NetworkPolicy) -> Bool {
    unit.map { policy.units.contains(UnitCode($0), post) } ?? true
  }

  func validate() throws {
    guard (1...400).contains(days) else { throw ValidationError("--days is from 1 to 400.") }
  }
}

struct RosterListCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List shifts and absences, those that last now and those to come.")

  @OptionGroup var range: RosterRange
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    return try await stack.withDatabase { pool in
      var found: [DutyEntry] = []
      for (district, policy) in try await rosterPolicies(pool) {
        var units: [UnitCode]?
        if let unit = range.unit {
          let all = (policy.units.city.map { [$0] } ?? []) + policy.units.units
          units = all.map(\.code).filter { policy.units.contains(UnitCode(unit), $0) }
          if units?.isEmpty == true { continue }
        }
        found += try await DutyStore(pool: pool).entries(
          district, units: units, from: now, before: now + range.seconds)
      }
      var table = Table([
        .init("id"), .init("name"), .init("post"), .init("from"), .init("until"), .init("stands in for"),
      ])
      for entry in found {
        table.add(
          entry.id, entry.username, entry.post?.text ?? "away", entry.starts.secondsText, entry.ends.secondsText,
          entry.substituteFor ?? "")
      }
      return Answer(
        ["entries": .array(found.map(\.json))], text: table.isEmpty ? "no roster is kept" : table.text)
    }
  }
}

struct RosterAddCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "add", abstract: "Put someone on duty, let them stand in for someone, or note that they are away.",
    discussion: "Notices follow it about two seconds later.")

  @Argument(help: "Who.")
  var name: String
  @Option(help: "When it begins, RFC 3339.", transform: readTime)
  var from: Instant
  @Option(help: "When it ends, RFC 3339.", transform: readTime)
  var until: Instant
  @Flag(help: "They are away, rather than on duty.")
  var absence = false
  @Option(help: "Whom they stand in for, while that person is away.")
  var substituteFor: String?
  @Option(help: "The post's role; their own if missing.", transform: readChoice)
  var role: Role?
  @Option(help: "The post's unit; their own if missing.")
  var unit: String?
  @Option(help: "The post's department; their own if missing.")
  var department: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    return try await stack.withDatabase { pool in
      let store = DutyStore(pool: pool)
      for (district, policy) in try await rosterPolicies(pool) {
        guard let holder = try await store.post(of: name, in: district) else { continue }
        var substituted: ReceiverAddress?
        if let substituteFor { substituted = try await store.post(of: substituteFor, in: district, orDisabled: true) }
        let draft = DutyDraft(
          kind: absence ? .absence : .shift, username: name, role: role, unit: unit.map { UnitCode($0) },
          department: department.map { DepartmentCode($0) }, starts: from, ends: until, substituteFor: substituteFor)
        let entry: DutyEntry
        do throws(DutyDraft.Fault) {
          entry = try draft.entry(
            holder: holder, substituted: substituted, policy: policy, by: NetworkLoad.operatorName)
        } catch {
          throw Refusal(error.code, error.detail)
        }
        try await store.add([entry], to: district, at: now)
        return Answer(
          entry.json, text: "\(entry.id): \(name) \(entry.post.map { "is on duty as \($0.text)" } ?? "is away")")
      }
      throw Refusal("unknown_user", "there is no user \(name), or they may not sign in")
    }
  }
}

struct RosterRemoveCommand: OperatorCommand {
  static let configuration = CommandConfiguration(commandName: "remove", abstract: "Take an entry off the roster.")

  @Argument(help: "The entry's id.")
  var id: String
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    return try await stack.withDatabase { pool in
      for district in try await NetworkVersions.districts(pool) {
        guard try await DutyStore(pool: pool).remove(id, of: district, by: NetworkLoad.operatorName, at: now) else {
          continue
        }
        return Answer(["id": .string(id), "removed": true], text: "\(id) is off the roster")
      }
      throw Refusal("unknown_entry", "there is no entry \(id)")
    }
  }
}

struct RosterNowCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "now", abstract: "Show who is on duty at a unit's posts, and to whom notices climb where nobody is.")

  @Option(help: "Code of the unit.")
  var unit: String
  @Option(help: "Only this role, whether someone holds it or not.", transform: readChoice)
  var role: Role?
  @Option(help: "With --role: the department.")
  var department: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let now = Instant(microseconds: try stack.clock().microseconds)
    let code = UnitCode(unit)
    return try await stack.withDatabase { pool in
      guard
        let (district, policy) = try await rosterPolicies(pool).first(where: {
          ($0.policy.units.district(of: code) ?? $0.policy.units.city?.code) == $0.district
            && $0.policy.units.place(code) != nil
        })
      else { throw Refusal("unknown_unit", "no network that is loaded has a unit \(unit)") }
      let book = try await DutyStore(pool: pool).book(district, around: now, policy: policy)
      var posts = book.allPosts.filter { $0.unit == code }
      if let role {
        posts = [
          ReceiverAddress(role: role.rawValue, unit: code, department: department.map { DepartmentCode($0) })
        ]
      }
      return Self.answer(posts, book, now)
    }
  }

  private static func answer(_ posts: [ReceiverAddress], _ book: DutyBook, _ now: Instant) -> Answer {
    var table = Table([.init("post"), .init("on duty"), .init("roster"), .init("climbs to")])
    let items = posts.map { post -> JSONValue in
      let receivers = book.receivers(post, at: now)
      let isThere = receivers.fallbackFrom == nil
      let keepsRoster = book.keepsRoster(post, at: now)
      let people = JSONValue.array(receivers.people.map { .string($0) })
      table.add(
        post.text, isThere ? receivers.people.joined(separator: " ") : "nobody", keepsRoster ? "yes" : "no",
        isThere ? "" : "\(receivers.post.text) (\(receivers.people.joined(separator: " ")))")
      return [
        "post": .string(post.text), "holders": .array(book.holders(of: post).map { .string($0) }),
        "keeps_roster": .bool(keepsRoster), "on_duty": isThere ? people : [],
        "falls_back_to": isThere ? .null : ["post": .string(receivers.post.text), "people": people],
      ]
    }
    return Answer(["posts": .array(items)], text: table.isEmpty ? "nobody holds a post there" : table.text)
  }
}
