import Domain
import Operations
import Wire

/// Reads the bytes of one report. Looks at the form of each field only; what the network knows comes later.
enum ReportParser {
  static let limits = JSONLimits(maxBytes: ReportLimits.maxReportBytes, maxDepth: 8, maxMembers: 200)

  /// The draft, with every fault of form in it.
  ///
  /// - Parameter now: for `occurred_at`, which must not lie in the future.
  /// - Throws: `JSONFault` when the bytes are no JSON.
  static func parse(_ bytes: UnsafeRawBufferPointer, now: Instant) throws(JSONFault) -> ReportDraft {
    var draft = ReportDraft()
    guard case .object(let object) = try JSONParser.parse(bytes, limits: limits) else {
      draft.faults.add("", "invalid_type", "A report is a JSON object.")
      return draft
    }
    for member in object.members { read(member, into: &draft, now: now) }
    noteMissing(&draft, object)
    return draft
  }

  private static func read(_ member: JSONObject.Member, into draft: inout ReportDraft, now: Instant) {
    let value = member.value
    switch member.key {
    case "source": draft.source = draft.faults.choice(value, "source")
    case "category":
      draft.category = draft.faults.text(value, "category", maxCharacters: ReportLimits.maxCategoryCharacters)
    case "description":
      draft.description = draft.faults.text(
        value, "description", maxCharacters: ReportLimits.maxDescriptionCharacters)
    case "location": readLocation(value, into: &draft)
    case "occurred_at":
      let latest = now.adding(seconds: ReportLimits.maxOccurredAheadSeconds)
      draft.occurredAt = draft.faults.moment(value, "occurred_at", notAfter: latest)
    case "urgent": draft.isUrgent = draft.faults.flag(value, "urgent")
    case "external_id": readExternalID(value, into: &draft)
    case "reporter": readReporter(value, into: &draft)
    case "subject": readSubject(value, into: &draft)
    case "on_spot": readOnSpot(value, into: &draft)
    case "attachments": readAttachments(value, into: &draft)
    default: draft.faults.unknown(member.key)
    }
  }

  /// A required field that is neither there nor already faulted.
  private static func noteMissing(_ draft: inout ReportDraft, _ object: JSONObject) {
    func isFaulted(_ field: String) -> Bool {
      draft.faults.faults.contains { $0.field == field || $0.field.hasPrefix(field + ".") }
    }
    let missing: [(String, Bool)] = [
      ("source", draft.source == nil), ("category", draft.category == nil),
      ("description", draft.description == nil), ("location", draft.place == nil),
    ]
    for (field, isMissing) in missing where isMissing && !isFaulted(field) {
      draft.faults.add(field, "missing", "It is needed.")
    }
  }
}

// MARK: The parts

extension ReportParser {
  private static func readLocation(_ value: JSONValue, into draft: inout ReportDraft) {
    guard let object = draft.faults.object(value, "location") else { return }
    var latitude: Double?
    var longitude: Double?
    var datum: Datum?
    var unit: String?
    for member in object.members {
      switch member.key {
      case "lat": latitude = draft.faults.degrees(member.value, "location.lat", within: 90)
      case "lng": longitude = draft.faults.degrees(member.value, "location.lng", within: 180)
      case "datum": datum = draft.faults.choice(member.value, "location.datum")
      case "unit":
        unit = draft.faults.text(member.value, "location.unit", maxCharacters: ReportLimits.maxCodeCharacters)
      case "address":
        draft.address = draft.faults.text(
          member.value, "location.address", maxCharacters: ReportLimits.maxAddressCharacters)
      default: draft.faults.unknown("location." + member.key)
      }
    }
    let hasDegrees = object["lat"] != nil || object["lng"] != nil
    if hasDegrees, unit != nil {
      draft.faults.add("location", "ambiguous", "It is given by lat and lng, or by unit, not by both.")
    } else if hasDegrees {
      for field in ["lat", "lng"] where object[field] == nil {
        draft.faults.add("location.\(field)", "missing", "lat and lng belong together.")
      }
      guard let latitude, let longitude else { return }
      draft.place = .degrees(latitude: latitude, longitude: longitude, datum: datum)
    } else if let unit {
      draft.place = .unit(UnitCode(unit))
    } else if draft.address != nil {
      draft.place = .address
    }
  }

  private static func readExternalID(_ value: JSONValue, into draft: inout ReportDraft) {
    let limit = ReportLimits.maxExternalIDBytes
    guard let text = draft.faults.text(value, "external_id", maxCharacters: limit) else { return }
    guard text.utf8.count <= limit else {
      draft.faults.add("external_id", "too_long", "It may have \(limit) bytes.")
      return
    }
    draft.externalID = text
  }

  private static func readReporter(_ value: JSONValue, into draft: inout ReportDraft) {
    guard let object = draft.faults.object(value, "reporter") else { return }
    for member in object.members {
      switch member.key {
      case "name":
        draft.reporterName = draft.faults.text(
          member.value, "reporter.name", maxCharacters: ReportLimits.maxNameCharacters)
      case "phone":
        guard
          let phone = draft.faults.text(
            member.value, "reporter.phone", maxCharacters: ReportLimits.maxCodeCharacters)
        else { continue }
        if isPhone(phone) {
          draft.reporterPhone = phone
        } else {
          draft.faults.add("reporter.phone", "malformed_phone", "It has 5 to 20 digits, with + - ( ) and spaces.")
        }
      case "anonymous": draft.isAnonymous = draft.faults.flag(member.value, "reporter.anonymous")
      default: draft.faults.unknown("reporter." + member.key)
      }
    }
  }

  static func isPhone(_ text: String) -> Bool {
    var digits = 0
    for (position, byte) in text.utf8.enumerated() {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"): digits += 1
      case UInt8(ascii: "+") where position == 0: break
      case UInt8(ascii: " "), UInt8(ascii: "-"), UInt8(ascii: "("), UInt8(ascii: ")"): break
      default: return false
      }
    }
    return ReportLimits.phoneDigits.contains(digits)
  }

  private static func readSubject(_ value: JSONValue, into draft: inout ReportDraft) {
    guard let object = draft.faults.object(value, "subject") else { return }
    for member in object.members {
      switch member.key {
      case "kind":
        draft.subjectKind = draft.faults.text(
          member.value, "subject.kind", maxCharacters: ReportLimits.maxCodeCharacters)
      case "code":
        draft.subjectCode = draft.faults.text(
          member.value, "subject.code", maxCharacters: ReportLimits.maxCodeCharacters)
      case "name":
        draft.subjectName = draft.faults.text(
          member.value, "subject.name", maxCharacters: ReportLimits.maxNameCharacters)
      default: draft.faults.unknown("subject." + member.key)
      }
    }
  }

  private static func readOnSpot(_ value: JSONValue, into draft: inout ReportDraft) {
    guard let object = draft.faults.object(value, "on_spot") else { return }
    var action: String?
    var note: String?
    for member in object.members {
      switch member.key {
      case "action":
        action = draft.faults.text(
          member.value, "on_spot.action", maxCharacters: ReportLimits.maxCodeCharacters)
      case "note":
        note = draft.faults.text(member.value, "on_spot.note", maxCharacters: ReportLimits.maxNoteCharacters)
      default: draft.faults.unknown("on_spot." + member.key)
      }
    }
    guard let action else {
      draft.faults.add("on_spot.action", "missing", "Say what was done on the spot.")
      return
    }
    draft.onSpot = Report.OnSpot(action: action, note: note ?? "")
  }

  private static func readAttachments(_ value: JSONValue, into draft: inout ReportDraft) {
    if value.isNull { return }
    guard case .array(let elements) = value else {
      draft.faults.add("attachments", "invalid_type", "It must be an array of ids, not \(value.kindName).")
      return
    }
    guard elements.count <= ReportLimits.maxAttachments else {
      draft.faults.add("attachments", "too_many", "A report may have \(ReportLimits.maxAttachments).")
      return
    }
    for (position, element) in elements.enumerated() {
      guard case .string(let id) = element, !id.isEmpty, id.utf8.count <= ReportLimits.maxCodeCharacters else {
        draft.faults.add("attachments.\(position)", "unknown_attachment", "It must be the id of an attachment.")
        continue
      }
      if draft.attachments.contains(id) {
        draft.faults.add("attachments.\(position)", "duplicate", "The attachment is named twice.")
      } else {
        draft.attachments.append(id)
      }
    }
  }
}
