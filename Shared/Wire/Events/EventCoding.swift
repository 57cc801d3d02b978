public import Domain

/// The canonical encoding of events: what the journal's `body` holds. Kind and actor stand in columns of their own,
/// under the same hash, and are handed in when a body is read.
public enum EventCoding {
  public static func encode(_ event: CaseEvent) -> [UInt8] {
    var writer = CanonicalWriter()
    writer.signed(1, event.at.microseconds)
    writer.message(2) { $0.subject(event.subject) }
    if let before = event.before { writer.message(3) { $0.standing(before) } }
    writer.message(4) { $0.standing(event.after) }
    for clock in event.clocks { writer.clock(5, clock) }
    writer.detail(6, event.detail)
    for change in event.parts { writer.partChange(7, change) }
    return writer.bytes
  }

  /// Nil for a kind that this version does not know: a consumer passes over it.
  public static func decode(kind: String, actor: String, body: [UInt8]) throws(CanonicalFault) -> CaseEvent? {
    guard let kind = EventKind(rawValue: kind) else { return nil }
    var detail: EventDetail?
    let outline = try scan(body, withClocks: true) { reader throws(CanonicalFault) in detail = try reader.detail(kind) }
    guard let detail else { throw .missing(field: 6, of: "event") }
    return CaseEvent(
      detail: detail, at: outline.at, actor: actor, subject: outline.subject, before: outline.before,
      after: outline.after, clocks: outline.clocks, parts: outline.parts)
  }

  /// Reads what an event is about and passes over its detail, and over its clocks unless they are wanted; a third of the
  /// work of reading all. Nil for a kind that this version does not know.
  public static func outline(
    kind: String, body: [UInt8], withClocks: Bool
  ) throws(CanonicalFault) -> EventOutline? {
    guard EventKind(rawValue: kind) != nil else { return nil }
    return try scan(body, withClocks: withClocks) { _ in }
  }

  private static func scan(
    _ body: [UInt8], withClocks: Bool, detail: (inout CanonicalReader) throws(CanonicalFault) -> Void
  ) throws(CanonicalFault) -> EventOutline {
    var reader = CanonicalReader(body)
    var at: Instant?
    var subject: CaseSubject?
    var before: CaseStanding?
    var after: CaseStanding?
    var clocks: [CaseClock] = []
    var parts: [PartChange] = []
    while let field = try reader.next() {
      switch field.number {
      case 1: at = Instant(microseconds: field.signed)
      case 2:
        var reader = field.message
        subject = try reader.subject()
      case 3:
        var reader = field.message
        before = try reader.standing()
      case 4:
        var reader = field.message
        after = try reader.standing()
      case 5 where withClocks:
        var reader = field.message
        clocks.append(try reader.clock())
      case 6:
        var reader = field.message
        try detail(&reader)
      case 7:
        var reader = field.message
        parts.append(try reader.partChange())
      default: break
      }
    }
    guard let at else { throw .missing(field: 1, of: "event") }
    guard let subject else { throw .missing(field: 2, of: "event") }
    guard let after else { throw .missing(field: 4, of: "event") }
    return EventOutline(at: at, subject: subject, before: before, after: after, clocks: clocks, parts: parts)
  }
}

/// The parts of an event that consumers of many events read without its detail.
public struct EventOutline: Sendable {
  public let at: Instant
  public let subject: CaseSubject
  public let before: CaseStanding?
  public let after: CaseStanding
  /// Empty unless they were asked for.
  public let clocks: [CaseClock]
  public let parts: [PartChange]
}

extension CanonicalWriter {
  mutating func subject(_ subject: CaseSubject) {
    text(1, subject.unit.text)
    text(2, subject.category.text)
    unsigned(3, subject.source.wireCode)
    signed(4, subject.filedAt.microseconds)
    text(5, subject.finder)
    if subject.priority != .normal { unsigned(6, subject.priority.wireCode) }
    for layer in subject.layers { text(7, layer) }
  }

  mutating func standing(_ standing: CaseStanding) {
    unsigned(1, standing.state.wireCode)
    textIfAny(2, standing.lead?.text)
    unsigned(3, UInt64(standing.facts.rawValue))
  }
}

extension CanonicalWriter {
  fileprivate mutating func partChange(_ number: UInt8, _ change: PartChange) {
    message(number) { writer in
      writer.text(1, change.department.text)
      writer.unsigned(2, change.step.wireCode)
      if !change.before.isEmpty { writer.unsigned(3, UInt64(change.before.rawValue)) }
      if !change.after.isEmpty { writer.unsigned(4, UInt64(change.after.rawValue)) }
    }
  }
}

extension CanonicalReader {
  fileprivate mutating func partChange() throws(CanonicalFault) -> PartChange {
    var department: DepartmentCode?
    var step: PartChange.Step?
    var before: CaseFacts = []
    var after: CaseFacts = []
    while let field = try next() {
      switch field.number {
      case 1: department = DepartmentCode(try field.text())
      case 2: step = try PartChange.Step(wireCode: field.unsigned)
      case 3: before = CaseFacts(rawValue: UInt32(truncatingIfNeeded: field.unsigned))
      case 4: after = CaseFacts(rawValue: UInt32(truncatingIfNeeded: field.unsigned))
      default: break
      }
    }
    guard let department else { throw .missing(field: 1, of: "part") }
    guard let step else { throw .missing(field: 2, of: "part") }
    return PartChange(department: department, step: step, before: before, after: after)
  }

  mutating func subject() throws(CanonicalFault) -> CaseSubject {
    var unit: UnitCode?
    var category: CategoryCode?
    var source: ReportSource?
    var filedAt: Instant?
    var finder = ""
    var priority = Priority.normal
    var layers: [String] = []
    while let field = try next() {
      switch field.number {
      case 1: unit = UnitCode(try field.text())
      case 2: category = CategoryCode(try field.text())
      case 3: source = try ReportSource(wireCode: field.unsigned)
      case 4: filedAt = Instant(microseconds: field.signed)
      case 5: finder = try field.text()
      case 6: priority = try Priority(wireCode: field.unsigned)
      case 7: layers.append(try field.text())
      default: break
      }
    }
    guard let unit else { throw .missing(field: 1, of: "subject") }
    guard let category else { throw .missing(field: 2, of: "subject") }
    guard let source else { throw .missing(field: 3, of: "subject") }
    guard let filedAt else { throw .missing(field: 4, of: "subject") }
    return CaseSubject(
      unit: unit, category: category, source: source, filedAt: filedAt, finder: finder, priority: priority,
      layers: layers)
  }

  mutating func standing() throws(CanonicalFault) -> CaseStanding {
    var state: CaseState?
    var lead: DepartmentCode?
    var facts: CaseFacts = []
    while let field = try next() {
      switch field.number {
      case 1: state = try CaseState(wireCode: field.unsigned)
      case 2: lead = DepartmentCode(try field.text())
      case 3: facts = CaseFacts(rawValue: UInt32(truncatingIfNeeded: field.unsigned))
      default: break
      }
    }
    guard let state else { throw .missing(field: 1, of: "standing") }
    return CaseStanding(state: state, lead: lead, facts: facts)
  }
}
