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
    for part in value.parts { writer.part(6, part) }
    for clock in value.clocks { writer.clock(7, clock) }
    for escalation in value.escalations {
      writer.message(8) { writer in
        writer.signed(1, escalation.firedAt.microseconds)
        writer.message(2) { $0.escalation(escalation.escalation) }
      }
    }
    writer.message(9) { $0.counts(value.counts) }
    writer.unsigned(10, UInt64(value.facts.rawValue))
    if let dispatchedAt = value.dispatchedAt { writer.signed(11, dispatchedAt.microseconds) }
    writer.textIfAny(12, value.handledBy)
    writer.textIfAny(13, value.mergedInto?.description)
    writer.signed(14, Int64(value.policyVersion))
    writer.signed(15, value.updatedAt.microseconds)
    if let handledAt = value.handledAt { writer.signed(16, handledAt.microseconds) }
    if let closedAt = value.closedAt { writer.signed(17, closedAt.microseconds) }
    writer.textIfAny(18, value.returnedBy?.text)
    for request in value.requests { writer.request(19, request) }
    if let suspendedUntil = value.suspendedUntil { writer.signed(20, suspendedUntil.microseconds) }
    for order in value.orders { writer.order(21, order) }
    if value.mustSupervise { writer.flag(22, true) }
    if let rating = value.rating { writer.unsigned(23, rating.wireCode) }
    writer.textIfAny(24, value.appealBy?.text)
    writer.textIfAny(25, value.splitFrom?.description)
    for other in value.splitInto { writer.text(26, other.description) }
    return writer.bytes
  }

  public static func decode(_ bytes: [UInt8]) throws(CanonicalFault) -> Case {
    var reader = CanonicalReader(bytes)
    var value = try beginning(&reader)
    var isDated = false
    while let field = try reader.next() {
      switch field.number {
      case 5: value.lead = try field.read { reader throws(CanonicalFault) in try reader.assignment() }
      case 6: value.parts.append(try field.read { reader throws(CanonicalFault) in try reader.part() })
      case 7: value.clocks.append(try field.read { reader throws(CanonicalFault) in try reader.clock() })
      case 8: value.escalations.append(try field.read { reader throws(CanonicalFault) in try reader.caseEscalation() })
      case 9: value.counts = try field.read { reader throws(CanonicalFault) in try reader.counts() }
      case 10: value.facts = CaseFacts(rawValue: UInt32(truncatingIfNeeded: field.unsigned))
      case 11: value.dispatchedAt = Instant(microseconds: field.signed)
      case 12: value.handledBy = try field.text()
      case 13: value.mergedInto = CaseID(try field.text())
      case 14: value.policyVersion = Int32(truncatingIfNeeded: field.signed)
      case 15:
        value.updatedAt = Instant(microseconds: field.signed)
        isDated = true
      case 16: value.handledAt = Instant(microseconds: field.signed)
      case 17: value.closedAt = Instant(microseconds: field.signed)
      case 18: value.returnedBy = DepartmentCode(try field.text())
      case 19: value.requests.append(try field.read { reader throws(CanonicalFault) in try reader.request() })
      case 20: value.suspendedUntil = Instant(microseconds: field.signed)
      case 21: value.orders.append(try field.read { reader throws(CanonicalFault) in try reader.order() })
      case 22: value.mustSupervise = field.flag
      case 23: value.rating = try Satisfaction(wireCode: field.unsigned)
      case 24: value.appealBy = DepartmentCode(try field.text())
      case 25: value.splitFrom = CaseID(try field.text())
      case 26:
        guard let other = CaseID(try field.text()) else { throw .unknownValue(try field.text(), of: "case id") }
        value.splitInto.append(other)
      default: break
      }
    }
    guard isDated else { throw .missing(field: 15, of: "case") }
    return value
  }

  /// The fields that every case begins with.
  private static func beginning(_ reader: inout CanonicalReader) throws(CanonicalFault) -> Case {
    let version = try reader.required(1).signed
    let state = try CaseState(wireCode: try reader.required(2).unsigned)
    let subject = try reader.required(3).read { reader throws(CanonicalFault) in try reader.subject() }
    let filing = try reader.required(4).read { reader throws(CanonicalFault) in try reader.filing() }
    return Case(
      version: version, state: state, subject: subject, filing: filing, policyVersion: 0, updatedAt: subject.filedAt)
  }
}

extension CanonicalReader {
  fileprivate mutating func required(_ number: UInt8) throws(CanonicalFault) -> CanonicalField {
    guard let field = try next(), field.number == number else { throw .missing(field: number, of: "case") }
    return field
  }
}

extension CanonicalField {
  fileprivate func read<Value>(
    _ body: (inout CanonicalReader) throws(CanonicalFault) -> Value
  ) throws(CanonicalFault) -> Value {
    var reader = message
    return try body(&reader)
  }
}

extension CanonicalWriter {
  fileprivate mutating func assignment(_ number: UInt8, _ assignment: Assignment) {
    message(number) { writer in
      writer.text(1, assignment.department.text)
      writer.textIfAny(2, assignment.officer)
      if assignment.appointed { writer.flag(3, true) }
    }
  }

  fileprivate mutating func part(_ number: UInt8, _ part: CasePart) {
    message(number) { writer in
      writer.text(1, part.department.text)
      writer.textIfAny(2, part.officer)
      writer.unsigned(3, part.state.wireCode)
      writer.textIfAny(4, part.handledBy)
      if part.appointed { writer.flag(5, true) }
      writer.unsigned(6, UInt64(part.facts.rawValue))
    }
  }

  fileprivate mutating func counts(_ counts: CaseCounts) {
    signed(1, Int64(counts.returns))
    signed(2, Int64(counts.reworks))
    signed(3, Int64(counts.extensions))
    signed(4, Int64(counts.reopens))
    signed(5, Int64(counts.duplicates))
    let later = [
      counts.extensionRequests, counts.rejectedReturns, counts.suspensions, counts.supervisions, counts.dissatisfied,
      counts.appeals, counts.splits,
    ]
    for (number, count) in zip(UInt8(6)..., later) where count != 0 { signed(number, Int64(count)) }
  }

  fileprivate mutating func request(_ number: UInt8, _ request: TimeRequest) {
    message(number) { writer in
      writer.text(1, request.department.text)
      switch request.wish {
      case .extension_(let by): writer.text(2, by.description)
      case .suspension(let until): writer.signed(3, until.microseconds)
      }
      writer.textIfAny(4, request.reason)
    }
  }

  fileprivate mutating func order(_ number: UInt8, _ order: SupervisionOrder) {
    message(number) { writer in
      writer.signed(1, Int64(order.number))
      writer.text(2, order.form)
      writer.text(3, order.orderedBy)
      writer.signed(4, order.orderedAt.microseconds)
      writer.textIfAny(5, order.department?.text)
      if order.awaitsAnswer { writer.flag(6, true) }
      if let clockVersion = order.clockVersion { writer.signed(7, Int64(clockVersion)) }
    }
  }
}

extension CanonicalReader {
  fileprivate mutating func assignment() throws(CanonicalFault) -> Assignment {
    var department: DepartmentCode?
    var officer: String?
    var appointed = false
    while let field = try next() {
      switch field.number {
      case 1: department = DepartmentCode(try field.text())
      case 2: officer = try field.text()
      case 3: appointed = field.flag
      default: break
      }
    }
    guard let department else { throw .missing(field: 1, of: "assignment") }
    return Assignment(department: department, officer: officer, appointed: appointed)
  }

  fileprivate mutating func part() throws(CanonicalFault) -> CasePart {
    var department: DepartmentCode?
    var officer: String?
    var state = CasePart.State.assigned
    var handledBy: String?
    var appointed = false
    var facts: CaseFacts = []
    while let field = try next() {
      switch field.number {
      case 1: department = DepartmentCode(try field.text())
      case 2: officer = try field.text()
      case 3: state = try CasePart.State(wireCode: field.unsigned)
      case 4: handledBy = try field.text()
      case 5: appointed = field.flag
      case 6: facts = CaseFacts(rawValue: UInt32(truncatingIfNeeded: field.unsigned))
      default: break
      }
    }
    guard let department else { throw .missing(field: 1, of: "part") }
    return CasePart(
      department: department, state: state, officer: officer, handledBy: handledBy, appointed: appointed, facts: facts)
  }

  fileprivate mutating func request() throws(CanonicalFault) -> TimeRequest {
    var department: DepartmentCode?
    var wish: TimeRequest.Wish?
    var reason = ""
    while let field = try next() {
      switch field.number {
      case 1: department = DepartmentCode(try field.text())
      case 2: wish = .extension_(by: try field.limit())
      case 3: wish = .suspension(until: Instant(microseconds: field.signed))
      case 4: reason = try field.text()
      default: break
      }
    }
    guard let department else { throw .missing(field: 1, of: "request") }
    guard let wish else { throw .missing(field: 2, of: "request") }
    return TimeRequest(department: department, wish: wish, reason: reason)
  }

  fileprivate mutating func order() throws(CanonicalFault) -> SupervisionOrder {
    var number: Int32?
    var form = ""
    var orderedBy = ""
    var orderedAt: Instant?
    var department: DepartmentCode?
    var awaitsAnswer = false
    var clockVersion: Int32?
    while let field = try next() {
      switch field.number {
      case 1: number = Int32(truncatingIfNeeded: field.signed)
      case 2: form = try field.text()
      case 3: orderedBy = try field.text()
      case 4: orderedAt = Instant(microseconds: field.signed)
      case 5: department = DepartmentCode(try field.text())
      case 6: awaitsAnswer = field.flag
      case 7: clockVersion = Int32(truncatingIfNeeded: field.signed)
      default: break
      }
    }
    guard let number else { throw .missing(field: 1, of: "order") }
    guard let orderedAt else { throw .missing(field: 4, of: "order") }
    return SupervisionOrder(
      number: number, form: form, orderedBy: orderedBy, orderedAt: orderedAt, department: department,
      awaitsAnswer: awaitsAnswer, clockVersion: clockVersion)
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
      case 6: counts.extensionRequests = Int(field.signed)
      case 7: counts.rejectedReturns = Int(field.signed)
      case 8: counts.suspensions = Int(field.signed)
      case 9: counts.supervisions = Int(field.signed)
      case 10: counts.dissatisfied = Int(field.signed)
      case 11: counts.appeals = Int(field.signed)
      case 12: counts.splits = Int(field.signed)
      default: break
      }
    }
    return counts
  }
}
