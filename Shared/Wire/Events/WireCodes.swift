import Domain

/// Numbers that stand for names in the encoding. A number once given is never given again, and none may change: the
/// hashes of every journal hang on them.
protocol WireCoded: CaseIterable, Equatable {
  static var wireCodes: [(Self, UInt64)] { get }
}

extension WireCoded {
  var wireCode: UInt64 {
    for (value, code) in Self.wireCodes where value == self { return code }
    preconditionFailure("every \(Self.self) has a wire code; \(self) has none")
  }

  init(wireCode: UInt64) throws(CanonicalFault) {
    for (value, code) in Self.wireCodes where code == wireCode {
      self = value
      return
    }
    throw .unknownValue(String(wireCode), of: "\(Self.self)")
  }
}

extension ClockName: WireCoded {
  static let wireCodes: [(ClockName, UInt64)] = [
    (.decide, 1), (.sign, 2), (.contact, 3), (.handle, 4), (.verify, 5), (.answer, 6),
  ]
}

extension CaseClock.State: WireCoded {
  static let wireCodes: [(CaseClock.State, UInt64)] = [(.running, 1), (.met, 2), (.late, 3), (.cancelled, 4)]
}

extension CaseState: WireCoded {
  static let wireCodes: [(CaseState, UInt64)] = [
    (.reported, 1), (.filed, 2), (.desk, 3), (.dispatched, 4), (.signed, 5), (.handled, 6), (.closed, 7),
    (.suspended, 8), (.void, 9), (.merged, 10),
  ]
}

extension ReportSource: WireCoded {
  static let wireCodes: [(ReportSource, UInt64)] = [
    (.officer, 1), (.hotline, 2), (.citizen, 3), (.camera, 4), (.department, 5), (.patrol, 6),
  ]
}

extension Priority: WireCoded {
  static let wireCodes: [(Priority, UInt64)] = [(.normal, 1), (.urgent, 2)]
}

extension DeskReason: WireCoded {
  static let wireCodes: [(DeskReason, UInt64)] = [(.unroutable, 1), (.returned, 2)]
}

extension RungAct: WireCoded {
  static let wireCodes: [(RungAct, UInt64)] = [
    (.remind, 1), (.yellow, 2), (.red, 3), (.supervise, 4), (.flag, 5),
  ]
}

extension Datum: WireCoded {
  static let wireCodes: [(Datum, UInt64)] = [(.wgs84, 1), (.cgcs2000, 2), (.gcj02, 3), (.bd09, 4)]
}

extension ClockMatter: WireCoded {
  static let wireCodes: [(ClockMatter, UInt64)] = [
    (.whole, 1), (.part, 2), (.request, 3), (.supervision, 4), (.appeal, 5), (.order, 6),
  ]
}

extension CasePart.State: WireCoded {
  static let wireCodes: [(CasePart.State, UInt64)] = [
    (.assigned, 1), (.signed, 2), (.handled, 3), (.returned, 4), (.excused, 5),
  ]
}

extension PartChange.Step: WireCoded {
  static let wireCodes: [(PartChange.Step, UInt64)] = [
    (.assigned, 1), (.appointed, 2), (.excused, 3), (.counted, 4),
  ]
}

extension Satisfaction: WireCoded {
  static let wireCodes: [(Satisfaction, UInt64)] = [
    (.verySatisfied, 1), (.satisfied, 2), (.basically, 3), (.dissatisfied, 4), (.veryDissatisfied, 5), (.unrated, 6),
  ]
}

extension Appointment.Basis: WireCoded {
  static let wireCodes: [(Appointment.Basis, UInt64)] = [(.inCharge, 1), (.leads, 2), (.appointed, 3)]
}

extension CardRule.Cause: WireCoded {
  static let wireCodes: [(CardRule.Cause, UInt64)] = [
    (.extensionRequests, 1), (.dissatisfied, 2), (.rejectedReturns, 3),
  ]
}
