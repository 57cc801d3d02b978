import Domain

/// The details of time, joint handling, supervision and what comes after the closing.
extension CanonicalWriter {
  mutating func laterDetail(_ detail: EventDetail) {
    switch detail {
    case .contacted(let reached, let note):
      flag(1, reached)
      textIfAny(2, note)
    case .extensionRequested(let department, let by, let reason):
      text(1, department.text)
      text(2, by.description)
      textIfAny(3, reason)
    case .extensionGranted(let department, let by):
      text(1, department.text)
      text(2, by.description)
    case .extensionRefused(let department, let reason), .suspensionRefused(let department, let reason),
      .appealed(let department, let reason):
      text(1, department.text)
      textIfAny(2, reason)
    case .suspensionRequested(let department, let until, let reason):
      text(1, department.text)
      signed(2, until.microseconds)
      textIfAny(3, reason)
    case .suspended(let until, let reason):
      signed(1, until.microseconds)
      textIfAny(2, reason)
    case .resumed(let words), .revealed(let words), .erased(let words): textIfAny(1, words)
    case .reopened(let words, let assists):
      textIfAny(1, words)
      for assist in assists { text(2, assist.text) }
    case .revisited(let revisit):
      unsigned(1, revisit.rating.wireCode)
      textIfAny(2, revisit.note)
      flag(3, revisit.mustSupervise)
    case .supervised(let supervision): self.supervision(supervision)
    case .answered(let order, let words, let department, let orderedBy):
      signed(1, Int64(order))
      text(2, words)
      textIfAny(3, department?.text)
      textIfAny(4, orderedBy)
    case .coordinated(let coordination):
      text(1, coordination.outcome)
      for participant in coordination.participants { text(2, participant.text) }
      for department in coordination.excused { text(3, department.text) }
    case .appointed(let appointment):
      textIfAny(1, appointment.lead?.text)
      for assist in appointment.assists { text(2, assist.text) }
      unsigned(3, appointment.basis.wireCode)
      textIfAny(4, appointment.note)
    case .carded(let card): self.card(card)
    case .appealDecided(let accepted, let reason, let department):
      flag(1, accepted)
      textIfAny(2, reason)
      textIfAny(3, department?.text)
    case .split(.into(let other, let attachments)): split(1, other, attachments)
    case .split(.from(let other, let attachments)): split(2, other, attachments)
    case .recalculated(let policyVersion): signed(1, Int64(policyVersion))
    default: preconditionFailure("\(detail.kind) is written above")
    }
  }

  private mutating func split(_ form: UInt64, _ other: CaseID, _ attachments: [String]) {
    unsigned(1, form)
    text(2, other.description)
    for attachment in attachments { text(3, attachment) }
  }

  private mutating func supervision(_ supervision: Supervision) {
    signed(1, Int64(supervision.number))
    text(2, supervision.form)
    textIfAny(3, supervision.note)
    textIfAny(4, supervision.department?.text)
    flag(5, supervision.awaitsAnswer)
    for other in supervision.jointly { text(6, other) }
  }

  private mutating func card(_ card: Card) {
    unsigned(1, card.cause.wireCode)
    signed(2, Int64(card.count))
    unsigned(3, card.act.wireCode)
    for receiver in card.to { text(4, receiver) }
    textIfAny(5, card.department?.text)
  }
}

extension CanonicalReader {
  func laterDetail(_ kind: EventKind, _ fields: DetailFields) throws(CanonicalFault) -> EventDetail {
    let name = kind.rawValue
    switch kind {
    case .contacted: return .contacted(reached: fields.flag(1), note: fields.text(2))
    case .extensionRequested:
      return .extensionRequested(
        department: try fields.department(1, of: name), by: try fields.limit(2, of: name), reason: fields.text(3))
    case .extensionGranted:
      return .extensionGranted(department: try fields.department(1, of: name), by: try fields.limit(2, of: name))
    case .extensionRefused:
      return .extensionRefused(department: try fields.department(1, of: name), reason: fields.text(2))
    case .suspensionRefused:
      return .suspensionRefused(department: try fields.department(1, of: name), reason: fields.text(2))
    case .appealed: return .appealed(department: try fields.department(1, of: name), reason: fields.text(2))
    case .suspensionRequested:
      return .suspensionRequested(
        department: try fields.department(1, of: name), until: try fields.instant(2, of: name), reason: fields.text(3))
    case .suspended: return .suspended(until: try fields.instant(1, of: name), reason: fields.text(2))
    case .resumed: return .resumed(note: fields.text(1))
    case .reopened: return .reopened(reason: fields.text(1), assists: fields.departments(2))
    case .revealed: return .revealed(reason: fields.text(1))
    case .erased: return .erased(reason: fields.text(1))
    case .revisited:
      return .revisited(
        Revisit(
          rating: try Satisfaction(wireCode: try fields.unsigned(1, of: name)), note: fields.text(2),
          mustSupervise: fields.flag(3)))
    case .answered:
      return .answered(
        order: try fields.int32(1, of: name), text: fields.text(2), department: fields.department(3),
        orderedBy: fields.textIfAny(4))
    case .coordinated:
      return .coordinated(
        Coordination(
          outcome: fields.text(1), participants: fields.departments(2), excused: fields.departments(3)))
    case .appointed:
      return .appointed(
        Appointment(
          lead: fields.department(1), assists: fields.departments(2),
          basis: try Appointment.Basis(wireCode: try fields.unsigned(3, of: name)), note: fields.text(4)))
    case .appealDecided:
      return .appealDecided(accepted: fields.flag(1), reason: fields.text(2), department: fields.department(3))
    case .recalculated: return .recalculated(policyVersion: try fields.int32(1, of: name))
    case .supervised:
      return .supervised(
        Supervision(
          number: try fields.int32(1, of: name), form: fields.text(2), note: fields.text(3),
          department: fields.department(4), awaitsAnswer: fields.flag(5), jointly: fields.texts(6)))
    case .carded:
      return .carded(
        Card(
          cause: try CardRule.Cause(wireCode: try fields.unsigned(1, of: name)),
          count: Int(try fields.signed(2, of: name)), act: try RungAct(wireCode: try fields.unsigned(3, of: name)),
          to: fields.texts(4), department: fields.department(5)))
    case .split: return .split(try split(fields))
    default: preconditionFailure("\(name) was read above")
    }
  }

  private func split(_ fields: DetailFields) throws(CanonicalFault) -> Split {
    guard let other = CaseID(fields.text(2)) else { throw .unknownValue(fields.text(2), of: "case id") }
    switch try fields.unsigned(1, of: "split") {
    case 1: return .into(other, attachments: fields.texts(3))
    case 2: return .from(other, attachments: fields.texts(3))
    case let form: throw .unknownValue(String(form), of: "split")
    }
  }
}

extension DetailFields {
  fileprivate func department(_ number: UInt8, of message: String) throws(CanonicalFault) -> DepartmentCode {
    guard let department = department(number) else { throw .missing(field: number, of: message) }
    return department
  }

  fileprivate func limit(_ number: UInt8, of message: String) throws(CanonicalFault) -> Limit {
    guard let text = textIfAny(number) else { throw .missing(field: number, of: message) }
    guard let limit = try? Limit(text) else { throw .unknownValue(text, of: "limit") }
    return limit
  }

  fileprivate func instant(_ number: UInt8, of message: String) throws(CanonicalFault) -> Instant {
    Instant(microseconds: try signed(number, of: message))
  }

  fileprivate func int32(_ number: UInt8, of message: String) throws(CanonicalFault) -> Int32 {
    Int32(truncatingIfNeeded: try signed(number, of: message))
  }
}
