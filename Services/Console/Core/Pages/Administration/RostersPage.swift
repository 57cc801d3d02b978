import Casework
import Domain
import WebAuth
import Wire

/// Times on duty, shifts that come again every week, and when nobody is on duty, of the next two weeks.
enum RostersPage: AdministrationPage {
  static let matter = AdministrationMatter.rosters

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let (view, texts, now) = (request.view, request.texts, request.now)
    let store = DutyStore(pool: request.console.pool)
    let before = now + RosterRoutes.defaultListDays * 86_400
    let tree = view.policy.units
    let own = view.caller.unit
    let units = tree.territory(of: own).isWhole ? nil : tree.units.map(\.code).filter { tree.contains(own, $0) }
    var entries: [DutyEntry] = []
    var patterns: [DutyPattern] = []
    var gaps: [DutyBook.Gap] = []
    for home in view.homes {
      entries += try await store.entries(home, units: units, from: now, before: before)
      patterns += try await store.patterns(home, units: units)
      let book = try await store.book(home, from: now, before: before, policy: view.policy)
      for gap in book.gaps(from: now, before: before) where tree.contains(own, gap.post.unit) && !gaps.contains(gap) {
        gaps.append(gap)
      }
    }
    return [
      AdministrationTable(
        id: "gaps", title: texts("administration.rosters.gaps"),
        columns: ["post", "from", "until"].map { texts("administration.field.\($0)") },
        rows: gaps.map {
          .init(
            id: $0.post.text, cells: [.text(request.names.receiver($0.post.text)), .time($0.from), .time($0.until)])
        }, empty: texts("administration.rosters.no_gaps")),
      AdministrationTable(
        id: "patterns", title: texts("administration.rosters.patterns"),
        columns: ["name", "who", "post", "days", "from", "until", "valid"]
          .map { texts("administration.field.\($0)") },
        rows: patterns.map { pattern($0, request) }, empty: texts("administration.rosters.no_patterns")),
      AdministrationTable(
        id: "shifts", title: texts("administration.rosters.shifts"),
        columns: ["who", "post", "from", "until", "substitute"].map { texts("administration.field.\($0)") },
        rows: entries.sorted { ($0.starts, $0.id) < ($1.starts, $1.id) }.map { entry($0, request) },
        empty: texts("administration.rosters.no_shifts")),
    ]
  }

  private static func remove(_ id: String, _ name: String, _ texts: PageTexts) -> AdministrationTable.Action {
    .init(
      title: texts("administration.rosters.remove"), method: "DELETE", path: "/v1/roster/\(PercentEncoding.encode(id))",
      question: texts("administration.rosters.remove_question", ["name": name]), isGrave: true)
  }

  private static func pattern(_ pattern: DutyPattern, _ request: PageRequest) -> AdministrationTable.Row {
    let validity = pattern.validFrom.description + " – " + (pattern.validUntil?.description ?? "")
    return .init(
      id: pattern.name,
      cells: [
        .text(pattern.name), .text(pattern.username), .text(request.names.receiver(pattern.post.text)),
        .text(pattern.days.text), .text(DutyPattern.time(ofMinute: pattern.startsMinute)),
        .text(DutyPattern.time(ofMinute: pattern.endsMinute)), .text(validity),
      ], actions: [remove(pattern.id, pattern.name, request.texts)])
  }

  private static func entry(_ entry: DutyEntry, _ request: PageRequest) -> AdministrationTable.Row {
    .init(
      id: entry.username,
      cells: [
        .text(entry.username),
        entry.post.map { .text(request.names.receiver($0.text)) }
          ?? .badge(request.texts("administration.rosters.absence"), tone: "soon"),
        .time(entry.starts), .time(entry.ends), .text(entry.substituteFor ?? "—"),
      ], actions: [remove(entry.id, entry.username, request.texts)])
  }

  static func forms(_ request: PageRequest) async throws -> [AdministrationForm] {
    let texts = request.texts
    let users = try await UserDirectory(console: request.console, view: request.view).users()
      .filter { $0.disabledAt == nil }
    let people: [PageData] = users.map { ["value": $0.username, "label": $0.username] }
    let offset = String(request.now.rfc3339(in: request.view.zone).suffix(6))
    let who = AdministrationForm.Field(
      name: "username", label: texts("administration.field.who"), kind: .choice(people), isRequired: true)
    let kinds: [PageData] = ["shift", "absence"].map {
      ["value": $0, "label": texts("administration.rosters.kind.\($0)"), "selected": $0 == "shift"]
    }
    let days: [PageData] = ["daily", "work_days", "days_off", "mon-fri", "sat,sun"].map {
      ["value": $0, "label": texts("administration.rosters.days.\($0.replacing(",", with: "_"))")]
    }
    return [
      AdministrationForm(
        id: "shift", title: texts("administration.rosters.add_shift"), path: "/v1/roster",
        submit: texts("administration.rosters.add_shift"),
        fields: [
          .init(
            name: "kind", label: texts("administration.field.kind"), kind: .choice(kinds), isRequired: true), who,
          .init(
            name: "from", label: texts("administration.field.from"), kind: .moment(offset: offset), isRequired: true),
          .init(
            name: "until", label: texts("administration.field.until"), kind: .moment(offset: offset), isRequired: true),
        ]),
      AdministrationForm(
        id: "pattern", title: texts("administration.rosters.add_pattern"), path: "/v1/roster/patterns",
        submit: texts("administration.rosters.add_pattern"),
        fields: [
          .init(name: "name", label: texts("administration.field.name"), kind: .text, isRequired: true), who,
          .init(name: "days", label: texts("administration.field.days"), kind: .choice(days), isRequired: true),
          .init(name: "from", label: texts("administration.field.from"), kind: .time, isRequired: true),
          .init(name: "until", label: texts("administration.field.until"), kind: .time, isRequired: true),
        ], listedAs: "patterns"),
    ]
  }
}
