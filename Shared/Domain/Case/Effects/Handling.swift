/// From the check of a report to the closing of a case.
extension CaseDraft {
  mutating func verifyReport(genuine: Bool, reason: String) {
    let clocks = stopping(.verify)
    if genuine {
      record(.filed(value.filing), state: .filed, adding: [.filed, .valid], clocks: clocks)
    } else {
      record(.rejected(reason: reason), state: .void, clocks: clocks)
    }
  }

  mutating func settleOnSpot(action: String, note: String) {
    if value.state == .reported { verifyReport(genuine: true, reason: "") }
    record(.closed(.onSpot(action: action, note: note)), state: .closed, adding: [.closed, .onSpot])
  }

  mutating func sign(_ context: CaseMachine.Context) {
    if let part = ownPart(context) {
      record(
        .signed(part: part.department), clocks: stopping(.sign, .part, of: part.department),
        parts: [PartMove(department: part.department, step: .counted, adding: .signed)])
    } else {
      record(.signed(part: nil), state: .signed, adding: .signed, clocks: stopping(.sign))
    }
  }

  /// Only a word with the caller stops the clock; a call that nobody answered is recorded and the clock runs on.
  mutating func contact(reached: Bool, note: String) {
    record(.contacted(reached: reached, note: note), clocks: reached ? stopping(.contact) : [])
  }

  /// Hands in the result of the stage now running. After the last one the lead's result waits for verification; a part is
  /// done.
  mutating func handle(
    result: String, checklist: [String], photos: [String], _ context: CaseMachine.Context
  ) throws(CaseRefusal) {
    let part = ownPart(context)
    let running = value.runningClock(.handle, part == nil ? .whole : .part, of: part?.department)
    let stage = running?.stage ?? 0
    try checkClosing(stage: stage, part, checklist: checklist, photos: photos, context)
    let isFinal = running.map { $0.stage == $0.stages.count - 1 } ?? true
    let handedIn = HandedIn(
      result: result, stage: stage, isFinal: isFinal, checklist: checklist, photos: photos, part: part?.department)
    if !isFinal, var clock = running {
      clock.stage += 1
      // Pauses belong to the stage that stood still.
      clock.paused = 0
      record(.handled(handedIn), clocks: [clock])
    } else if let part {
      record(
        .handled(handedIn),
        clocks: stopping(.handle, .part, of: part.department)
          + stopping(.decide, .request, of: part.department, cancelled: true),
        parts: [PartMove(department: part.department, step: .counted, adding: .handled)])
    } else {
      var start = ClockStart(self, context)
      start.clock(.verify, of: nil)
      record(
        .handled(handedIn), state: .handled, adding: .handled,
        clocks: stopping(.handle) + callingOff([.request]) + start.clocks)
    }
  }

  /// 结案标准: the stage's own standard, else the category's; its items are separated by semicolons.
  private func checkClosing(
    stage: Int, _ part: CasePart?, checklist: [String], photos: [String], _ context: CaseMachine.Context
  ) throws(CaseRefusal) {
    let policy = context.policy
    let traits = value.traits(policy: policy, text: context.text)
    guard part == nil, let rule = policy.casePolicy.closing.first(where: { policy.matches($0.condition, traits) })
    else { return }
    let missing = rule.checklist ? policy.closingItems(traits, stage: stage).filter { !checklist.contains($0) } : []
    guard missing.isEmpty, photos.count >= rule.photos else {
      throw .closingStandard(missing: missing, photos: rule.photos)
    }
  }

  mutating func verify(passed: Bool, note: String, photos: [String], _ context: CaseMachine.Context) {
    let clocks = stopping(.verify)
    record(.verified(passed: passed, note: note, photos: photos), clocks: clocks)
    if passed {
      let inTime: CaseFacts = value.facts.contains(.lateHandle) ? [] : .onTimeClose
      record(
        .closed(.verified), state: .closed, adding: inTime.union(.closed),
        clocks: callingOff([.whole, .part, .request]))
    } else {
      var start = ClockStart(self, context)
      if let lead = value.lead?.department { start.department(lead) }
      record(
        .reworked(note: note, assists: value.assistingDepartments), state: .dispatched, adding: .reworked,
        removing: [.handled, .onTimeHandle, .signed, .onTimeSign], clocks: start.clocks)
    }
  }
}

extension NetworkPolicy {
  /// What must be confirmed before a case with these traits, or the stage of it, counts as done.
  public func closingItems(_ traits: CaseTraits, stage: Int) -> [String] {
    let stages = limit(for: .handle, traits)?.stages ?? []
    let ofStage = stages.indices.contains(stage) ? stages[stage].closingStandard : ""
    let standard = ofStage.isEmpty ? catalogue[traits.category]?.closingStandard ?? "" : ofStage
    return standard.split(whereSeparator: { $0 == "；" || $0 == ";" }).map { item in
      var text = Substring(item)
      while text.first == " " { text.removeFirst() }
      while text.last == " " { text.removeLast() }
      return String(text)
    }.filter { !$0.isEmpty }
  }
}
