import Domain
import GridNetwork
import Wire

/// The codes of a payload in the words of the receiver's language (docs/glossary.md).
struct NoticeWords {
  let isEnglish: Bool
  let policy: NetworkPolicy

  private typealias Words = [String: (zh: String, en: String)]

  private static let clocks: Words = [
    ClockName.decide.rawValue: ("派遣", "decision"), ClockName.sign.rawValue: ("签收", "sign"),
    ClockName.contact.rawValue: ("联系", "first contact"), ClockName.handle.rawValue: ("处置", "handle"),
    ClockName.verify.rawValue: ("核查", "verify"), ClockName.answer.rawValue: ("书面回复", "written answer"),
  ]
  private static let reasons: Words = [
    DeskReason.unroutable.rawValue: ("没有适用的分拨规则", "no routing rule covers it"),
    CardRule.Cause.extensionRequests.rawValue: ("多次申请延期", "repeated requests for more time"),
    CardRule.Cause.dissatisfied.rawValue: ("回访多次不满意", "repeated dissatisfied ratings"),
    CardRule.Cause.rejectedReturns.rawValue: ("推诿(无理由退件)", "returns without ground"),
  ]
  private static let results: Words = [
    Satisfaction.verySatisfied.rawValue: ("非常满意", "very satisfied"),
    Satisfaction.satisfied.rawValue: ("满意", "satisfied"),
    Satisfaction.basically.rawValue: ("基本满意", "basically satisfied"),
    Satisfaction.dissatisfied.rawValue: ("不满意", "dissatisfied"),
    Satisfaction.veryDissatisfied.rawValue: ("非常不满意", "very dissatisfied"),
    Satisfaction.unrated.rawValue: ("未评价", "not rated"),
    Appointment.Basis.inCharge.rawValue: ("谁主管、谁办理", "who is in charge handles"),
    Appointment.Basis.leads.rawValue: ("谁牵头、谁办理", "who leads handles"),
    Appointment.Basis.appointed.rawValue: ("指定谁、谁办理", "who is appointed handles"),
  ]

  private static let gridChanges: Words = [
    GridChangeKind.split.rawValue: ("拆分", "split"), GridChangeKind.merge.rawValue: ("合并", "merger"),
    GridChangeKind.move.rawValue: ("调整", "move"),
    GridDecision.approve.rawValue: ("一级已同意", "approved on this level"),
    GridChangeState.approved.rawValue: ("已逐级批准", "approved on every level"),
    GridChangeState.rejected.rawValue: ("未获批准", "refused"),
    GridChangeState.withdrawn.rawValue: ("已撤回", "withdrawn"),
    GridChangeState.lapsed.rawValue: ("到期未批准", "not approved in time"),
    GridChangeState.conflicted.rawValue: ("与现行网格冲突", "in conflict with the grids in force"),
  ]

  /// Replaces the values that are codes in a notice of this kind; what people wrote stays.
  func replace(_ values: inout [String: String], notice: String) {
    if let rung = rung(values["rung"] ?? "", of: values["clock"] ?? "") { values["rung"] = rung }
    if let word = word(Self.clocks, values["clock"]) { values["clock"] = word }
    switch NoticeKind(rawValue: notice) {
    case .revisited, .mustSupervise, .appointed:
      if let word = word(Self.results, values["result"]) { values["result"] = word }
    case .supervised:
      if let form = policy.casePolicy.supervisionForm(values["act"] ?? "") {
        values["act"] = isEnglish ? form.nameEn : form.nameZh
      }
    case .gridChangeAsked, .gridChangeDecided, .gridChangeInForce, .gridChangeFailed:
      if let kind = word(Self.gridChanges, values["kind"]) { values["kind"] = kind }
      if let result = word(Self.gridChanges, values["result"]) { values["result"] = result }
    case .desked, .remind, .yellow, .red, .supervise:
      if let word = word(Self.reasons, values["reason"]) { values["reason"] = word }
    default: break
    }
  }

  /// What a self-check found, each with its case, its clock and the rung that was not reached.
  func gaps(_ found: [JSONValue]) -> String {
    found.map { gap in
      let clock = gap["clock"]?.stringValue ?? ""
      let rung = gap["rung"]?.stringValue ?? ""
      return [
        gap["case_id"]?.stringValue ?? "", word(Self.clocks, clock) ?? clock, self.rung(rung, of: clock) ?? rung,
      ].joined(separator: " ")
    }.joined(separator: isEnglish ? ", " : "、")
  }

  /// What the policy calls a rung; nil where it has no words for it, so that its code stays.
  private func rung(_ name: String, of clock: String) -> String? {
    guard let named = ClockName(rawValue: clock).flatMap({ policy.rungNames(name, of: $0) }) else { return nil }
    let word = isEnglish ? named.en : named.zh
    if named.repeats == 0 { return word }
    return isEnglish ? "\(word), repeat \(named.repeats)" : "\(word)(第 \(named.repeats) 次重复)"
  }

  private func word(_ words: Words, _ code: String?) -> String? {
    code.flatMap { words[$0] }.map { isEnglish ? $0.en : $0.zh }
  }
}
