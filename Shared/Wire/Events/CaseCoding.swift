public import Domain

/// The canonical encoding of a whole case: `cases.snapshot`, always equal to the fold of the case's events.
public enum CaseCoding {
  public static func encode(_ value: Case) -> [UInt8] {
    var writer = CanonicalWriter(reserving: 512)
    writer.signed(1, value.version)
    writer.unsigned(2, value.state.wireCode)
    writer.message(3) { $0.subject(value.subject) }
    writer.message(4) { $0.filing(value.filing) }
    if let lead = value.lead { writer.assignment(5, lead) }
    for assist in value.assists { writer.assignment(6, assist) }
    for clock in value.clocks { writer.clock(7, clock) }
    for escalation in value.escalations {
      writer.message(8) { writer in
        writer.signed(1, escalation.firedAt.microseconds)
        writer.message(2) { $0.escalation(escalation.escalation) }
      }
    }
    writer.message(9) { writer in
      writer.signed(1, Int64(value.counts.returns))
      writer.signed(2, Int64(value.counts.reworks))
      writer.signed(3, Int64(value.counts.extensions))
      writer.signed(4, Int64(value.counts.reopens))
      writer.signed(5, Int64(value.counts.duplicates))
    }
    writer.unsigned(10, UInt64(value.facts.rawValue))
    if let dispatchedAt = value.dispatchedAt { writer.signed(11, dispatchedAt.microseconds) }
    writer.textIfAny(12, value.handledBy)
    writer.textIfAny(13, value.mergedInto?.description)
    writer.signed(14, Int64(value.policyVersion))
    writer.signed(15, value.updatedAt.microseconds)
    if let handledAt = value.handledAt { writer.signed(16, handledAt.microseconds) }
    if let closedAt = value.closedAt { writer.signed(17, closedAt.microseconds) }
    return writer.bytes
  }

  public static func decode(_ bytes: [UInt8]) throws(CanonicalFault) -> Case {
    var reader = CanonicalReader(bytes)
    var version: Int64?
    var state: CaseState?
    var subject: CaseSubject?
    var filing: Filing?
    var lead: Assignment?
    var assists: [Assignment] = []
    var clocks: [CaseClock] = []
    var escalations: [CaseEscalation] = []
    var counts = CaseCounts()
    var facts: CaseFacts = []
    var dispatchedAt: Instant?
    var handledBy: String?
    var mergedInto: CaseID?
    var policyVersion: Int32 = 0
    var updatedAt: Instant?
    var handledAt: Instant?
    var closedAt: Instant?
    while let field = try reader.next() {
      var inner = field.message
      switch field.number {
      case 1: version = field.signed
      case 2: state = try CaseState(wireCode: field.unsigned)
      case 3: subject = try inner.subject()
      case 4: filing = try inner.filing()
      case 5: lead = try inner.assignment()
      case 6: assists.append(try inner.assignment())
      case 7: clocks.append(try inner.clock())
      case 8: escalations.append(try inner.caseEscalation())
      case 9: counts = try inner.counts()
      case 10: facts = CaseFacts(rawValue: UInt32(truncatingIfNeeded: field.unsigned))
      case 11: dispatchedAt = Instant(microseconds: field.signed)
      case 12: handledBy = try field.text()
      case 13: mergedInto = CaseID(try field.text())
      case 14: policyVersion = Int32(truncatingIfNeeded: field.signed)
      case 15: updatedAt = Instant(microseconds: field.signed)
      case 16: handledAt = Instant(microseconds: field.signed)
      case 17: closedAt = Instant(microseconds: field.signed)
      default: break
      }
    }
    guard let version else { throw .missing(field: 1, of: "case") }
    guard let state else { throw .missing(field: 2, of: "case") }
    guard let subject else { throw .missing(field: 3, of: "case") }
    guard let filing else { throw .missing(field: 4, of: "case") }
    guard let updatedAt else { throw .missing(field: 15, of: "case") }
    return Case(
      restoring: RestoredCase(
        version: version, state: state, subject: subject, filing: filing, lead: lead, assists: assists,
        clocks: clocks, escalations: escalations, counts: counts, facts: facts, dispatchedAt: dispatchedAt,
        handledAt: handledAt, closedAt: closedAt, handledBy: handledBy, mergedInto: mergedInto,
        policyVersion: policyVersion, updatedAt: updatedAt))
  }
}

extension CanonicalWriter {
  fileprivate mutating func assignment(_ number: UInt8, _ assignment: Assignment) {
    message(number) { writer in
      writer.text(1, assignment.department.text)
      writer.textIfAny(2, assignment.officer)
    }
  }
}

extension CanonicalReader {
  fileprivate mutating func assignment() throws(CanonicalFault) -> Assignment {
    var department: DepartmentCode?
    var officer: String?
    while let field = try next() {
      switch field.number {
      case 1: department = DepartmentCode(try field.text())
      case 2: officer = try field.text()
      default: break
      }
    }
    guard let department else { throw .missing(field: 1, of: "assignment") }
    return Assignment(department: department, officer: officer)
  }

  fileprivate mutating func caseEscalation() throws(CanonicalFault) -> CaseEscalation {
    var firedAt: Instant?
    var escalation: Escalation?
    while let field = try next() {
      switch field.number {
      case 1: firedAt = Instant(microseconds: field.signed)
      case 2:
        var reader = field.message
        escalation = try reader.escalation()
      default: break
      }
    }
    guard let firedAt else { throw .missing(field: 1, of: "escalation") }
    guard let escalation else { throw .missing(field: 2, of: "escalation") }
    return CaseEscalation(escalation, firedAt: firedAt)
  }

  fileprivate mutating func counts() throws(CanonicalFault) -> CaseCounts {
    var counts = CaseCounts()
    while let field = try next() {
      switch field.number {
      case 1: counts.returns = Int(field.signed)
      case 2: counts.reworks = Int(field.signed)
      case 3: counts.extensions = Int(field.signed)
      case 4: counts.reopens = Int(field.signed)
      case 5: counts.duplicates = Int(field.signed)
      default: break
      }
    }
    return counts
  }
}
