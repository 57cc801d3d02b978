import Casework
import Domain
import Journal

/// The cases that one commit begins and joins: the locked ones as they were, and what the reports so far have made of
/// them, so that two reports of one incident in one batch meet. Pure.
struct FilingLedger {
  /// What a report did to a case of the ledger.
  struct Part: Sendable {
    /// The case's place among the changes.
    var slot: Int
    /// The last event of the report, counted within the slot.
    let lastEvent: Int
    /// 0 for the report that began the case, else its event's place in the case.
    let part: Int64
    let state: CaseState
    let unit: UnitCode
    /// The suppression under which the report was taken.
    var suppression: String?
  }

  struct Slot: Sendable {
    /// Nil for a case that begins here.
    let loaded: LoadedCase?
    var value: Case
    var events: [CaseEvent] = []
    let policy: NetworkPolicy
    let subjectCode: String?
  }

  private(set) var slots: [Slot] = []
  /// Suppressions that found no open case of theirs, with the slot that reports join from now on.
  private(set) var begun: [String: Int] = [:]
  private var slotByNumber: [Int64: Int] = [:]
  private var newSlots: [CategoryCode: [Int]] = [:]
  private let anchors: SuppressionAnchors
  private let now: Instant

  init(
    _ loaded: [LoadedCase], subjects: [Int64: String], anchors: SuppressionAnchors = SuppressionAnchors(),
    policy: NetworkPolicy?, now: Instant
  ) {
    self.anchors = anchors
    self.now = now
    guard let policy else { return }
    for value in loaded {
      slotByNumber[value.id.number] = slots.count
      slots.append(
        Slot(loaded: value, value: value.value, policy: policy, subjectCode: subjects[value.id.number]))
    }
  }

  /// Files the report, or joins it to the case that it repeats: the locked one that was found for it, or one that an
  /// earlier report of this batch began.
  mutating func take(_ request: FilingRequest, _ target: FilingTarget) throws(FilingRefusal) -> Part {
    if request.joins != nil {
      guard let slot = openSlot(target.number) else { throw .notOpen }
      return join(slot, request)
    }
    guard let id = target.suppression?.id, anchors.holds(id) else { return takeAlone(request, target) }
    var part: Part
    if let slot = begun[id] ?? openSlot(anchors.anchor(of: id)) {
      part = join(slot, request)
    } else {
      part = takeAlone(request, target)
      if slots[part.slot].value.state.isOpen { begun[id] = part.slot }
    }
    part.suppression = id
    return part
  }

  /// As if nothing were suppressed.
  private mutating func takeAlone(_ request: FilingRequest, _ target: FilingTarget) -> Part {
    if let slot = slot(for: request, target: target.number, rule: target.rule) { return join(slot, request) }
    return file(request)
  }

  private func openSlot(_ number: Int64?) -> Int? {
    number.flatMap { slotByNumber[$0] }.flatMap { slots[$0].value.state.isOpen ? $0 : nil }
  }

  private func slot(for request: FilingRequest, target: Int64?, rule: RepeatRule?) -> Int? {
    guard let rule, let point = request.report.point else { return nil }
    let subject = request.content.subjectCode
    if let slot = openSlot(target), !RepeatDecision.differ(slots[slot].subjectCode, subject) { return slot }
    let categories = RepeatDecision.categories(
      like: request.report.category, rule: rule, catalogue: request.policy.catalogue)
    let candidates = categories.flatMap { newSlots[$0] ?? [] }
    guard !candidates.isEmpty else { return nil }
    let open = candidates.lazy.compactMap { slot -> OpenCase? in
      let held = slots[slot]
      guard held.value.state.isOpen, let point = held.value.filing.point,
        !RepeatDecision.differ(held.subjectCode, subject)
      else { return nil }
      return OpenCase(
        number: Int64(slot), category: held.value.subject.category, point: point,
        reportedAt: held.value.subject.filedAt)
    }
    let found = RepeatDecision.nearest(
      to: point, categories: categories, among: open, rule: rule, calendar: request.policy.calendar, now: now)
    return found.map { Int($0.number) }
  }

  private mutating func file(_ request: FilingRequest) -> Part {
    let draft = CaseMachine.file(request.report, by: request.actor, policy: request.policy, now: now)
    let slot = slots.count
    slots.append(
      Slot(
        loaded: nil, value: draft.value, events: draft.events, policy: request.policy,
        subjectCode: request.content.subjectCode))
    newSlots[request.report.category, default: []].append(slot)
    return Part(
      slot: slot, lastEvent: draft.events.count - 1, part: 0, state: draft.value.state, unit: request.report.unit)
  }

  private mutating func join(_ slot: Int, _ request: FilingRequest) -> Part {
    let draft = CaseMachine.join(
      slots[slot].value, source: request.report.source, contentDigest: request.report.contentDigest,
      by: request.actor, now: now)
    slots[slot].value = draft.value
    slots[slot].events += draft.events
    return Part(
      slot: slot, lastEvent: slots[slot].events.count - 1, part: draft.value.version, state: draft.value.state,
      unit: draft.value.subject.unit)
  }

  /// One change per case that anything happened to, in the order of the slots; and for each slot its place among them.
  func changes() -> (changes: [CaseChange], places: [Int?]) {
    var changes: [CaseChange] = []
    changes.reserveCapacity(slots.count)
    let places = slots.map { slot -> Int? in
      guard !slot.events.isEmpty else { return nil }
      changes.append(
        CaseChange(
          number: slot.loaded?.id.number ?? 0, expectedVersion: slot.loaded?.value.version ?? 0, value: slot.value,
          events: slot.events, unitPath: slot.policy.unitPath(slot.value.subject.unit),
          filedDay: slot.policy.filedDay(slot.value.subject.filedAt)))
      return changes.count - 1
    }
    return (changes, places)
  }
}
