import Cryptography
import Domain
import Journal

/// What happened to a case, in plain words, newest first or as it came.
struct CaseTimeline: Sendable {
  /// An event with its hash, and what it says; nil of a kind that this version does not know.
  typealias Entry = (event: JournalEvent, hash: [UInt8], decoded: CaseEvent?)

  private let request: PageRequest

  init(_ request: PageRequest) { self.request = request }

  /// An entry for the partial `timeline`.
  func data(_ entry: Entry) -> PageData {
    let (names, times, texts) = (request.names, request.times, request.texts)
    var data: PageData = [
      "seq": "\(entry.event.seq)", "at": times.data(entry.event.at), "kind": entry.event.kind,
      "actor": names.actor(entry.event.actor), "hash": Hexadecimal.encode(entry.hash),
      "shortHash": String(Hexadecimal.encode(entry.hash).prefix(12)),
    ]
    guard let decoded = entry.decoded else {
      data["text"] = texts("timeline.unknown", ["kind": entry.event.kind])
      return data
    }
    let told = Teller(names: names, times: times, texts: texts, policy: request.view.policy)
      .tell(decoded)
    data["text"] = told.text
    data["tone"] = told.tone
    data["quote"] = told.quote.flatMap { $0.isEmpty ? nil : $0 }
    data["photoCount"] = told.photos > 0 ? texts.counted("timeline.photos", told.photos) : nil
    data["items"] = told.items
    data["clocks"] = decoded.clocks.map(clock)
    return data
  }

  /// What an event did to a clock.
  private func clock(_ clock: CaseClock) -> String {
    let (names, times, texts) = (request.names, request.times, request.texts)
    var name = texts.word("clock", clock.name.rawValue)
    if clock.matter != .whole { name = texts.word("matter", clock.matter.rawValue) + " · " + name }
    if clock.matter == .part, let department = clock.department { name = names.department(department) + " · " + name }
    let values = ["clock": name]
    switch clock.state {
    case .met: return texts("timeline.clock.met", values)
    case .late: return texts("timeline.clock.late", values)
    case .cancelled: return texts("timeline.clock.cancelled", values)
    case .running where clock.isPaused: return texts("timeline.clock.paused", values)
    case .running:
      let limit = clock.stages.map { names.limit($0.limit) }.joined(separator: " → ")
      return texts("timeline.clock.due", values.merging(["limit": limit, "due": times.text(clock.dueAt)]) { $1 })
    }
  }
}

/// Puts one event into words. The keys are `timeline.event.<kind>`, with a further name where a kind has several.
private struct Teller {
  struct Told {
    var text: String
    var quote: String?
    var tone: String?
    var items: [String] = []
    var photos = 0
  }

  let names: PageNames
  let times: PageTimes
  let texts: PageTexts
  let policy: NetworkPolicy

  func tell(_ event: CaseEvent) -> Told {
    switch event.detail {
    case .reported, .filed:
      let source = texts.word("source", event.subject.source.rawValue)
      return told(event, values: ["source": source], tone: "plain")
    case .rejected(let reason), .voided(let reason): return told(event, quote: reason, tone: "still")
    case .merged(let merge): return tell(merge, event)
    case .split(.into(let other, _)): return told(event, "into", values: ["case": other.description])
    case .split(.from(let other, _)): return told(event, "from", values: ["case": other.description])
    case .dispatched(let dispatch): return tell(dispatch, event)
    case .desked(let reason, let note):
      return told(event, values: ["reason": texts.word("reason", reason.rawValue)], quote: note, tone: "soon")
    case .signed(let part): return told(event, part.map { _ in "part" }, values: department(part), tone: "fine")
    case .returned(let back):
      var values = department(back.part)
      values["responsible"] = back.responsible.map { names.department($0) }
      let form = back.part != nil ? "part" : back.responsible != nil ? "named" : nil
      return told(event, form, values: values, quote: back.reason, tone: "soon")
    case .contacted(let reached, let note): return told(event, reached ? "reached" : "unreached", quote: note)
    case .handled(let result): return tell(result, event)
    case .verified(let passed, let note, _):
      return told(event, passed ? "pass" : "fail", quote: note, tone: passed ? "fine" : "late")
    case .reworked(let note, _), .resumed(let note): return told(event, quote: note)
    case .closed(.onSpot(let action, let note)):
      return told(event, "on_spot", values: ["measure": action], quote: note, tone: "fine")
    case .closed(.verified): return told(event, tone: "fine")
    case .escalated(let escalation): return tell(escalation, event)
    case .flagged(let id, let clock, _):
      return told(event, values: ["record": id, "clock": texts.word("clock", clock.rawValue)], tone: "late")
    case .recalculated(let version): return told(event, values: ["version": "\(version)"])
    case .revealed(let reason), .erased(let reason): return told(event, quote: reason, tone: "still")
    case .commented(let text): return told(event, quote: text)
    default: return tellLater(event)
    }
  }

  private func tellLater(_ event: CaseEvent) -> Told {
    switch event.detail {
    case .extensionRequested(let department, let by, let reason):
      return told(event, values: self.department(department).merging(["by": names.limit(by)]) { $1 }, quote: reason)
    case .extensionGranted(let department, let by):
      let values = self.department(department).merging(["by": names.limit(by)]) { $1 }
      return told(event, values: values, tone: "fine")
    case .extensionRefused(let department, let reason), .suspensionRefused(let department, let reason):
      return told(event, values: self.department(department), quote: reason, tone: "late")
    case .suspensionRequested(let department, let until, let reason):
      let values = self.department(department).merging(["until": times.text(until)]) { $1 }
      return told(event, values: values, quote: reason)
    case .suspended(let until, let reason):
      return told(event, values: ["until": times.text(until)], quote: reason, tone: "still")
    case .revisited(let revisit):
      let rating = texts.word("rating", revisit.rating.rawValue)
      let isBad = revisit.rating.isDissatisfied
      return told(
        event, revisit.mustSupervise ? "supervise" : nil, values: ["rating": rating], quote: revisit.note,
        tone: isBad ? "late" : "fine")
    case .supervised(let supervision):
      let form = policy.casePolicy.supervisionForm(supervision.form)
      var values = department(supervision.department)
      values["form"] = form.map { names.choose($0.nameZh, $0.nameEn) } ?? supervision.form
      values["number"] = "\(supervision.number)"
      return told(event, values: values, quote: supervision.note, tone: "soon")
    case .answered(let order, let text, _, _): return told(event, values: ["number": "\(order)"], quote: text)
    case .coordinated(let meeting):
      var told = told(event, quote: meeting.outcome)
      told.items = meeting.participants.map { names.department($0) }
      return told
    case .appointed(let appointment):
      var values = department(appointment.lead)
      values["basis"] = texts.word("basis", appointment.basis.rawValue)
      return told(event, appointment.lead == nil ? "assists" : nil, values: values, quote: appointment.note)
    case .carded(let card):
      var values = department(card.department)
      values["cause"] = texts.word("cause", card.cause.rawValue)
      values["act"] = texts.word("act", card.act.rawValue)
      return told(event, values: values, tone: card.act == .red ? "late" : "soon")
    case .reopened(let reason, _): return told(event, quote: reason, tone: "soon")
    case .appealed(let department, let reason):
      return told(event, values: self.department(department), quote: reason)
    case .appealDecided(let accepted, let reason, _):
      return told(event, accepted ? "accepted" : "rejected", quote: reason)
    default: return Told(text: event.kind.rawValue)
    }
  }

  private func tell(_ merge: Merge, _ event: CaseEvent) -> Told {
    switch merge {
    case .repeated(let source, _, _):
      told(event, "repeated", values: ["source": texts.word("source", source.rawValue)])
    case .into(let other): told(event, "into", values: ["case": other.description], tone: "still")
    case .absorbed(let other): told(event, "absorbed", values: ["case": other.description])
    }
  }

  private func tell(_ dispatch: Dispatch, _ event: CaseEvent) -> Told {
    var values = department(dispatch.lead)
    values["rule"] = dispatch.rule
    let form = dispatch.rejectsReturn ? "back" : dispatch.rule != nil ? "rule" : nil
    var told = told(event, form, values: values, quote: dispatch.note, tone: "accent")
    told.items = dispatch.assists.map { texts("timeline.assisting", ["department": names.department($0)]) }
    return told
  }

  private func tell(_ result: HandedIn, _ event: CaseEvent) -> Told {
    var values = department(result.part)
    values["stage"] = "\(result.stage + 1)"
    let form = result.part != nil ? "part" : result.isFinal ? nil : "stage"
    var told = told(event, form, values: values, quote: result.result, tone: "fine")
    told.items = result.checklist.map { "✓ " + $0 }
    told.photos = result.photos.count
    return told
  }

  private func tell(_ escalation: Escalation, _ event: CaseEvent) -> Told {
    let tone = [.red, .flag].contains(escalation.act) ? "late" : "soon"
    var told = told(
      event, escalation.dueAt < event.at ? "late" : "before",
      values: [
        "clock": texts.word("clock", escalation.clock.rawValue),
        "act": names.act(escalation.act, rung: escalation.rung, of: escalation.clock),
        "due": times.text(escalation.dueAt),
      ], tone: tone)
    told.items = escalation.to.map { names.receiver($0) }
    return told
  }

  private func department(_ code: DepartmentCode?) -> [String: String] {
    code.map { ["department": names.department($0)] } ?? [:]
  }

  private func told(
    _ event: CaseEvent, _ form: String? = nil, values: [String: String] = [:], quote: String? = nil,
    tone: String? = nil
  ) -> Told {
    let key = "timeline.event.\(event.kind.rawValue)"
    let text = texts(form.map { "\(key).\($0)" } ?? (texts.optional(key) != nil ? key : "\(key).plain"), values)
    return Told(text: text, quote: quote, tone: tone)
  }
}
