import Domain
import HTTPTypes
import Hummingbird
import Journal
import Operations
import Wire

/// The answer to a report that was filed.
extension FilingOutcome {
  /// 201, or 200 for a report that was filed before: `{case_id, state, district, unit, duplicate_of?, seq}`.
  func response(_ policy: NetworkPolicy) -> Response {
    Response.json(kind == .repeated ? .ok : .created) { write(into: &$0, policy) }
  }

  private func write(into writer: inout JSONWriter, _ policy: NetworkPolicy) {
    writer.beginObject()
    writer.member("case_id", caseID.description)
    writer.member("state", state.rawValue)
    writer.member("district", caseID.district.text)
    writer.key("unit")
    writer.units(policy.units.path(to: unit))
    if isDuplicate { writer.member("duplicate_of", caseID.description) }
    writer.member("seq", seq)
    writer.endObject()
  }
}

extension JSONWriter {
  /// The codes from the finest unit up, each under its tier's name.
  mutating func units(_ path: [Unit]) {
    beginObject()
    for unit in path.reversed() { member(unit.tier, unit.code.text) }
    endObject()
  }
}

extension Problem {
  /// What a sender sees of a report that was not filed.
  init(filing error: any Error) {
    switch error {
    case GroupCommitError.full:
      self = .unavailable(code: "overloaded", "Too many reports wait to be filed. Nothing was changed.")
    case GroupCommitError.closed:
      self = .unavailable(code: "stopping", "The service is stopping. Nothing was changed.")
    default: self.init(error: error)
    }
  }
}
