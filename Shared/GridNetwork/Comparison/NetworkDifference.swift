public import Domain

/// What changes from one version of a network to another, in the field's own terms.
public struct NetworkDifference: Sendable, Hashable {
  public enum Kind: String, CaseIterable, Sendable {
    case unit, grid, department, category, routing, limit, rung, day
  }

  public enum Way: String, Sendable {
    case added, removed, changed
  }

  public struct Entry: Sendable, Hashable {
    public let kind: Kind
    public let way: Way
    /// By what it is known: a code, or the clock and the condition of a rule.
    public let key: String
    /// Nil for what was added.
    public let before: String?
    /// Nil for what was removed.
    public let after: String?
  }

  public struct Count: Sendable, Hashable {
    public let kind: Kind
    public let before: Int
    public let after: Int
  }

  /// Entries of one kind that are told; of more only the number.
  public static let maxEntriesOfKind = 100

  public private(set) var counts: [Count] = []
  public private(set) var entries: [Entry] = []
  /// Of each kind, also of what is not told.
  public private(set) var changed: [Kind: Int] = [:]

  public init(from old: NetworkPolicy, to new: NetworkPolicy) {
    for kind in Kind.allCases { compare(kind, Self.items(kind, old), Self.items(kind, new)) }
  }

  private mutating func compare(_ kind: Kind, _ old: [Item], _ new: [Item]) {
    counts.append(Count(kind: kind, before: old.count, after: new.count))
    let before = Self.byKey(old)
    let after = Self.byKey(new)
    var found: [Entry] = []
    for key in Set(before.keys).union(after.keys).sorted() where before[key] != after[key] {
      let way: Way = before[key] == nil ? .added : after[key] == nil ? .removed : .changed
      found.append(Entry(kind: kind, way: way, key: key, before: before[key], after: after[key]))
    }
    changed[kind] = found.count
    entries += found.prefix(Self.maxEntriesOfKind)
  }

  private struct Item {
    let key: String
    let value: String
  }

  /// Rules of one key are told together, in their order.
  private static func byKey(_ items: [Item]) -> [String: String] {
    Dictionary(items.map { ($0.key, $0.value) }) { $0 + " | " + $1 }
  }

  private static func items(_ kind: Kind, _ policy: NetworkPolicy) -> [Item] {
    switch kind {
    case .unit: units(policy) { $0.tier != policy.units.finestTier }
    case .grid: units(policy) { $0.tier == policy.units.finestTier }
    case .department:
      policy.departments.values.map { Item(key: $0.code.text, value: "\($0.nameZh) / \($0.nameEn) · \($0.unit)") }
    case .category:
      policy.catalogue.categories.map {
        Item(
          key: $0.code.text,
          value: [
            "\($0.nameZh) / \($0.nameEn)", $0.parent.map { "< \($0)" },
            $0.closingStandard.isEmpty ? nil : $0.closingStandard,
          ].compactMap(\.self).joined(separator: " · "))
      }
    case .routing:
      policy.routing.map { rule in
        Item(
          key: rule.name,
          value: (["\(rule.condition.text) → \(rule.lead)"] + rule.assists.map { "+ \($0)" }).joined(separator: " "))
      }
    case .limit:
      policy.limits.map { rule in
        Item(
          key: clock(rule.clock, rule.matter, rule.condition),
          value: rule.stages.map { $0.name.isEmpty ? "\($0.limit)" : "\($0.name) \($0.limit)" }.joined(separator: " → ")
        )
      }
    case .rung:
      policy.ladders.flatMap { ladder in
        ladder.rungs.map { rung in
          Item(
            key: clock(ladder.clock, ladder.matter, ladder.condition) + " · \(rung.name)",
            value: names(rung) + "\(rung.at) \(rung.act.rawValue) → " + rung.to.map(\.text).joined(separator: ", ")
              + (rung.every.map { " / \($0)" } ?? ""))
        }
      }
    case .day:
      policy.calendar.exceptions.keys.map { day in
        Item(key: "\(day)", value: policy.calendar.isWorkingDay(day).isWorking ? "work" : "off")
      }
    }
  }

  private static func names(_ rung: Rung) -> String {
    guard let zh = rung.nameZh, let en = rung.nameEn else { return "" }
    return "\(zh) / \(en) · "
  }

  private static func units(_ policy: NetworkPolicy, _ isMeant: (Unit) -> Bool) -> [Item] {
    policy.units.units.filter(isMeant).map { unit in
      Item(key: unit.code.text, value: "\(unit.nameZh) / \(unit.nameEn)" + (unit.parent.map { " < \($0)" } ?? ""))
    }
  }

  private static func clock(_ clock: ClockName, _ matter: ClockMatter?, _ condition: CaseCondition) -> String {
    [clock.rawValue, matter?.rawValue, condition.text].compactMap(\.self).joined(separator: " · ")
  }
}

extension CaseCondition {
  /// In codes: `E01 E02, normal, 22:00–06:00`; `*` for any case.
  var text: String {
    func time(_ minute: Int) -> String {
      let (hours, minutes) = (minute / 60, minute % 60)
      return (hours < 10 ? "0" : "") + "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes)"
    }
    let lists = [
      categories.map(\.text), units.map(\.text), layers, sources.map(\.rawValue), priorities.map(\.rawValue),
      texts.map { "“\($0)”" }, hours.map { "\(time($0.fromMinute))–\(time($0.toMinute))" },
      reopened.map { [$0 ? "reopened" : "not reopened"] } ?? [],
    ]
    let parts = lists.filter { !$0.isEmpty }.map { $0.joined(separator: " ") }
    return parts.isEmpty ? "*" : parts.joined(separator: ", ")
  }
}

extension Receiver {
  /// As `ladder.yaml` writes it.
  var text: String {
    switch place {
    case .tier(let tier): "\(role.rawValue)@\(tier)"
    case .leadDepartment: "\(role.rawValue)@lead"
    case .clockDepartment: "\(role.rawValue)@part"
    case .department(let code): "\(role.rawValue)@department:\(code)"
    }
  }
}
