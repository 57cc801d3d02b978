import Domain

extension CanonicalWriter {
  mutating func detail(_ number: UInt8, _ detail: EventDetail) {
    message(number) { writer in
      switch detail {
      case .reported(let filing), .filed(let filing): writer.filing(filing)
      case .rejected(let reason), .voided(let reason): writer.textIfAny(1, reason)
      case .merged(let merge): writer.merge(merge)
      case .dispatched(let dispatch):
        writer.text(1, dispatch.lead.text)
        for assist in dispatch.assists { writer.text(2, assist.text) }
        writer.textIfAny(3, dispatch.rule)
        writer.textIfAny(4, dispatch.note)
        writer.signed(5, Int64(dispatch.policyVersion))
        if dispatch.appointed { writer.flag(6, true) }
        if dispatch.rejectsReturn { writer.flag(7, true) }
      case .desked(let reason, let note):
        writer.unsigned(1, reason.wireCode)
        writer.textIfAny(2, note)
      case .signed(let part): writer.textIfAny(1, part?.text)
      case .returned(let back):
        writer.textIfAny(1, back.reason)
        writer.textIfAny(2, back.responsible?.text)
        writer.textIfAny(3, back.part?.text)
      case .handled(let handedIn):
        writer.textIfAny(1, handedIn.result)
        writer.unsigned(2, UInt64(handedIn.stage))
        writer.flag(3, handedIn.isFinal)
        for item in handedIn.checklist { writer.text(4, item) }
        for photo in handedIn.photos { writer.text(5, photo) }
        writer.textIfAny(6, handedIn.part?.text)
      case .verified(let passed, let note, let photos):
        writer.flag(1, passed)
        writer.textIfAny(2, note)
        for photo in photos { writer.text(3, photo) }
      case .reworked(let note, let assists):
        writer.textIfAny(1, note)
        for assist in assists { writer.text(2, assist.text) }
      case .commented(let note): writer.textIfAny(1, note)
      case .closed(.onSpot(let action, let note)):
        writer.flag(1, true)
        writer.textIfAny(2, action)
        writer.textIfAny(3, note)
      case .closed(.verified): break
      case .escalated(let escalation): writer.escalation(escalation)
      case .flagged(let id, let clock, let rung):
        writer.text(1, id)
        writer.unsigned(2, clock.wireCode)
        writer.text(3, rung)
      default: writer.laterDetail(detail)
      }
    }
  }

  mutating func filing(_ filing: Filing) {
    if let point = filing.point {
      double(2, point.latitude)
      double(3, point.longitude)
    }
    if let reading = filing.reading {
      double(4, reading.latitude)
      double(5, reading.longitude)
      unsigned(6, reading.datum.wireCode)
    }
    if let occurredAt = filing.occurredAt { signed(8, occurredAt.microseconds) }
    blob(9, filing.contentDigest)
    signed(10, Int64(filing.policyVersion))
  }

  mutating func escalation(_ escalation: Escalation) {
    unsigned(1, escalation.clock.wireCode)
    signed(2, Int64(escalation.clockVersion))
    text(3, escalation.rung)
    unsigned(4, escalation.act.wireCode)
    for receiver in escalation.to { text(5, receiver) }
    signed(6, escalation.dueAt.microseconds)
    signed(7, escalation.rungAt.microseconds)
    signed(8, escalation.lateSeconds)
  }

  fileprivate mutating func merge(_ merge: Merge) {
    switch merge {
    case .repeated(let source, let reporter, let digest):
      unsigned(1, 1)
      unsigned(2, source.wireCode)
      text(3, reporter)
      blob(4, digest)
    case .into(let other):
      unsigned(1, 2)
      text(5, other.description)
    case .absorbed(let other):
      unsigned(1, 3)
      text(5, other.description)
    }
  }
}

/// The fields of a detail, gathered before its kind says what they mean. There are a dozen at most: they are sought one
/// after the other.
struct DetailFields {
  private var words: [(number: UInt8, text: String)] = []
  private var scalars: [CanonicalField] = []
  /// Of the one field that holds bytes rather than text.
  private(set) var blob: [UInt8] = []

  /// - Parameter blobNumber: the field that holds bytes; 0 for none.
  fileprivate init(_ reader: inout CanonicalReader, blob blobNumber: UInt8) throws(CanonicalFault) {
    while let field = try reader.next() {
      if field.isScalar {
        scalars.append(field)
      } else if field.number == blobNumber {
        blob = field.blob
      } else {
        words.append((field.number, try field.text()))
      }
    }
  }

  func text(_ number: UInt8) -> String { textIfAny(number) ?? "" }
  func textIfAny(_ number: UInt8) -> String? { words.first { $0.number == number }?.text }
  func texts(_ number: UInt8) -> [String] { words.compactMap { $0.number == number ? $0.text : nil } }
  func department(_ number: UInt8) -> DepartmentCode? { textIfAny(number).map { DepartmentCode($0) } }
  func departments(_ number: UInt8) -> [DepartmentCode] { texts(number).map { DepartmentCode($0) } }
  func scalar(_ number: UInt8) -> CanonicalField? { scalars.first { $0.number == number } }
  func flag(_ number: UInt8) -> Bool { scalar(number)?.flag ?? false }
  func unsigned(_ number: UInt8, of message: String) throws(CanonicalFault) -> UInt64 {
    guard let field = scalar(number) else { throw .missing(field: number, of: message) }
    return field.unsigned
  }
  func signed(_ number: UInt8, of message: String) throws(CanonicalFault) -> Int64 {
    guard let field = scalar(number) else { throw .missing(field: number, of: message) }
    return field.signed
  }
}

extension CanonicalReader {
  mutating func detail(_ kind: EventKind) throws(CanonicalFault) -> EventDetail {
    switch kind {
    case .reported: return .reported(try filing())
    case .filed: return .filed(try filing())
    case .escalated: return .escalated(try escalation())
    case .merged: return .merged(try merge())
    default: break
    }
    let fields = try DetailFields(&self, blob: 0)
    switch kind {
    case .rejected: return .rejected(reason: fields.text(1))
    case .voided: return .voided(reason: fields.text(1))
    case .dispatched:
      guard let lead = fields.textIfAny(1) else { throw .missing(field: 1, of: "dispatched") }
      return .dispatched(
        Dispatch(
          lead: DepartmentCode(lead), assists: fields.departments(2),
          rule: fields.textIfAny(3), note: fields.text(4),
          policyVersion: Int32(truncatingIfNeeded: try fields.signed(5, of: "dispatched")),
          appointed: fields.flag(6), rejectsReturn: fields.flag(7)))
    case .desked:
      return .desked(
        reason: try DeskReason(wireCode: try fields.unsigned(1, of: "desked")), note: fields.text(2))
    case .signed: return .signed(part: fields.department(1))
    case .returned:
      return .returned(
        Return(reason: fields.text(1), responsible: fields.department(2), part: fields.department(3)))
    case .handled:
      let stage = try fields.unsigned(2, of: "handled")
      guard stage < UInt64(CaseClock.maxStages) else { throw .unknownValue(String(stage), of: "stage of a limit") }
      return .handled(
        HandedIn(
          result: fields.text(1), stage: Int(stage), isFinal: fields.flag(3), checklist: fields.texts(4),
          photos: fields.texts(5), part: fields.department(6)))
    case .verified: return .verified(passed: fields.flag(1), note: fields.text(2), photos: fields.texts(3))
    case .reworked: return .reworked(note: fields.text(1), assists: fields.departments(2))
    case .commented: return .commented(text: fields.text(1))
    case .closed:
      return .closed(fields.flag(1) ? .onSpot(action: fields.text(2), note: fields.text(3)) : .verified)
    case .flagged:
      return .flagged(
        accountabilityID: fields.text(1), clock: try ClockName(wireCode: try fields.unsigned(2, of: "flagged")),
        rung: fields.text(3))
    default: return try laterDetail(kind, fields)
    }
  }

  mutating func filing() throws(CanonicalFault) -> Filing {
    let fields = try DetailFields(&self, blob: 9)
    var point: GeoPoint?
    if let latitude = fields.scalar(2), let longitude = fields.scalar(3) {
      point = GeoPoint(latitude: latitude.double, longitude: longitude.double)
    }
    var reading: PlaceReading?
    if let latitude = fields.scalar(4), let longitude = fields.scalar(5) {
      reading = PlaceReading(
        latitude: latitude.double, longitude: longitude.double,
        datum: try Datum(wireCode: try fields.unsigned(6, of: "filing")))
    }
    return Filing(
      point: point, reading: reading, occurredAt: fields.scalar(8).map { Instant(microseconds: $0.signed) },
      contentDigest: fields.blob,
      policyVersion: Int32(truncatingIfNeeded: try fields.signed(10, of: "filing")))
  }

  mutating func escalation() throws(CanonicalFault) -> Escalation {
    let fields = try DetailFields(&self, blob: 0)
    return Escalation(
      clock: try ClockName(wireCode: try fields.unsigned(1, of: "escalated")),
      clockVersion: Int32(truncatingIfNeeded: try fields.signed(2, of: "escalated")), rung: fields.text(3),
      act: try RungAct(wireCode: try fields.unsigned(4, of: "escalated")), to: fields.texts(5),
      dueAt: Instant(microseconds: try fields.signed(6, of: "escalated")),
      rungAt: Instant(microseconds: try fields.signed(7, of: "escalated")),
      lateSeconds: try fields.signed(8, of: "escalated"))
  }

  private mutating func merge() throws(CanonicalFault) -> Merge {
    let fields = try DetailFields(&self, blob: 4)
    let form = try fields.unsigned(1, of: "merged")
    if form == 1 {
      return .repeated(
        source: try ReportSource(wireCode: try fields.unsigned(2, of: "merged")), reporter: fields.text(3),
        contentDigest: fields.blob)
    }
    guard let other = CaseID(fields.text(5)) else { throw .unknownValue(fields.text(5), of: "case id") }
    switch form {
    case 2: return .into(other)
    case 3: return .absorbed(other)
    default: throw .unknownValue(String(form), of: "merge")
    }
  }
}
