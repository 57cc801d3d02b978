import Casework
import Domain
import Hummingbird
import Operations
import WebAuth
import Wire

/// Shifts that come again every week, and the times in which nobody is on duty.
extension RosterRoutes {
  /// Recurring shifts added at once at most.
  static let maxPatterns = 200
  /// Days that are looked at for gaps at most.
  static let maxGapDays: Int64 = 92

  /// Recurring shifts at a unit and all below it.
  func patterns(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try person(context)
    var fields = try QueryFields(request)
    let unit = view.unit(&fields) ?? view.caller.unit
    try fields.finish()
    let tree = view.policy.units
    let units = tree.territory(of: unit).isWhole ? nil : tree.units.map(\.code).filter { tree.contains(unit, $0) }
    var found: [DutyPattern] = []
    for home in tree.homes(of: unit) { found += try await store.patterns(home, units: units) }
    return .json { writer in
      writer.page(found, next: nil) { writer, pattern in Self.write(pattern, to: &writer) }
    }
  }

  /// `{patterns: [{name, username, role?, unit?, department?, days, from, until, weeks?, valid_from?, valid_until?,
  /// substitute_for?}], replace?}`: 201 with them; all or none. With `replace` those at the same posts are taken off.
  func addPatterns(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try person(context)
    let body = try await request.collectJSON(limits: .init(maxBytes: 256 << 10, maxDepth: 8, maxMembers: 4_000))
    guard let entries = body["patterns"]?.arrayValue, !entries.isEmpty, entries.count <= Self.maxPatterns else {
      throw Problem.invalid([
        Problem.FieldFault(
          field: "patterns", code: "out_of_range", detail: "Between 1 and \(Self.maxPatterns) patterns must be given.")
      ])
    }
    var faults: [Problem.FieldFault] = []
    var kept: [UnitCode: [DutyPattern]] = [:]
    for (place, entry) in entries.enumerated() {
      var fields = try BodyFields(entry)
      let draft = Self.draft(&fields)
      guard fields.faults.isEmpty else {
        faults += fields.faults.map { $0.at("patterns[\(place)].") }
        continue
      }
      let (home, holder) = try await self.holder(draft.username, view)
      var substituted: ReceiverAddress?
      if let other = draft.substituteFor { substituted = try await store.post(of: other, in: home, orDisabled: true) }
      do throws(DutyDraft.Fault) {
        let pattern = try draft.pattern(
          holder: holder, substituted: substituted, policy: view.policy, today: view.zone.date(of: console.now),
          by: view.actor.text)
        kept[home, default: []].append(pattern)
      } catch {
        faults.append(
          Problem.FieldFault(field: "patterns[\(place)].\(error.field)", code: error.code, detail: error.detail))
      }
    }
    guard faults.isEmpty else { throw Problem.invalid(faults) }
    for pattern in kept.values.joined() { try requireCharge(of: pattern.post, view) }
    for (home, patterns) in kept {
      try await store.add(
        patterns, replaces: body["replace"]?.boolValue ?? false, to: home, by: view.actor.text, at: console.now)
    }
    let all = kept.sorted { $0.key < $1.key }.flatMap(\.value)
    return .json(.created) { writer in
      writer.page(all, next: nil) { writer, pattern in Self.write(pattern, to: &writer) }
    }
  }

  /// Whether it was a recurring shift, which is taken off.
  func removePattern(_ id: String, _ view: CallerView) async throws -> Bool {
    for home in view.policy.units.homes(of: view.caller.unit) {
      guard let pattern = try await store.pattern(id, of: home) else { continue }
      try requireCharge(of: pattern.post, view)
      return try await store.remove(id, of: home, by: view.actor.text, at: console.now)
    }
    return false
  }

  private static func draft(_ fields: inout BodyFields) -> DutyPatternDraft {
    DutyPatternDraft(
      name: fields.requiredText("name"), username: fields.requiredText("username"),
      role: fields.choice("role", of: Role.self), unit: fields.text("unit").map { UnitCode($0) },
      department: fields.text("department").map { DepartmentCode($0) }, days: fields.requiredText("days"),
      from: fields.requiredText("from"), until: fields.requiredText("until"),
      everyWeeks: fields.ordinal("weeks").map { Int($0) } ?? 1, validFrom: fields.text("valid_from") ?? "",
      validUntil: fields.text("valid_until") ?? "", substituteFor: fields.text("substitute_for"))
  }

  /// When posts that keep a roster have nobody on duty, of a unit and all below it.
  func gaps(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try person(context)
    var fields = try QueryFields(request)
    let unit = view.unit(&fields) ?? view.caller.unit
    let from = fields.moment("from")?.start(in: view.zone) ?? console.now
    let before = fields.moment("to")?.endExclusive(in: view.zone) ?? from + Self.defaultListDays * 86_400
    if before <= from || before > from + Self.maxGapDays * 86_400 {
      fields.fault("to", "out_of_range", "It ends after it begins, within \(Self.maxGapDays) days.")
    }
    try fields.finish()
    var gaps: [DutyBook.Gap] = []
    for home in view.policy.units.homes(of: unit) {
      let book = try await store.book(home, from: from, before: before, policy: view.policy)
      gaps += book.gaps(from: from, before: before).filter { view.policy.units.contains(unit, $0.post.unit) }
    }
    // A district's book holds the city's posts, too.
    var seen: Set<DutyBook.Gap> = []
    let found = gaps.filter { seen.insert($0).inserted }
    return .json { writer in
      writer.page(found, next: nil) { writer, gap in
        writer.beginObject()
        writer.member("post", gap.post.text)
        writer.member("role", gap.post.role)
        writer.member("unit", gap.post.unit.text)
        writer.member("department", gap.post.department?.text)
        writer.member("from", gap.from, in: view.zone)
        writer.member("until", gap.until, in: view.zone)
        writer.endObject()
      }
    }
  }

  private static func write(_ pattern: DutyPattern, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", pattern.id)
    writer.member("name", pattern.name)
    writer.member("username", pattern.username)
    writer.member("role", pattern.post.role)
    writer.member("unit", pattern.post.unit.text)
    writer.member("department", pattern.post.department?.text)
    writer.member("days", pattern.days.text)
    writer.member("from", DutyPattern.time(ofMinute: pattern.startsMinute))
    writer.member("until", DutyPattern.time(ofMinute: pattern.endsMinute))
    writer.member("weeks", pattern.everyWeeks)
    writer.member("valid_from", pattern.validFrom.description)
    writer.member("valid_until", pattern.validUntil?.description)
    writer.member("substitute_for", pattern.substituteFor)
    writer.member("created_by", pattern.createdBy)
    writer.endObject()
  }
}

extension Problem.FieldFault {
  /// The same fault, of a field within another.
  fileprivate func at(_ path: String) -> Problem.FieldFault {
    Problem.FieldFault(field: path + field, code: code, detail: detail)
  }
}
