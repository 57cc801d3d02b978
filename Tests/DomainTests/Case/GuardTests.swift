import Domain
import DomainSamples
import Testing

@Suite("Guards") struct GuardTests {
  let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  @Test("Only the lead department signs, returns and handles") func leadDepartmentOnly() throws {
    let dispatched = try SampleCase.reaching(.dispatched, policy: policy)
    let signed = try SampleCase.reaching(.signed, policy: policy)
    for outsider in [SampleActors.water, SampleActors.user("lost", .handler, "d", nil)] {
      for (sample, command) in [
        (dispatched, CaseCommand.sign), (dispatched, .return(reason: "", responsible: nil)),
        (signed, .handle(result: "")),
      ] {
        let refusal = #expect(throws: CaseRefusal.self) {
          try CaseMachine.decide(sample.value, command, by: outsider, policy: policy, now: sample.now)
        }
        #expect(refusal == .notYourDepartment("urban"))
        #expect(refusal?.code == "not_your_department")
      }
      #expect(
        CaseMachine.allowedActions(signed.value, by: outsider, policy: policy, now: signed.now)
          == [.reveal, .comment])
    }
  }

  @Test("An assisting department signs for its part and not for the lead") func assistingIsNotLeading() throws {
    var sample = SampleCase(policy: policy, category: "0102")
    sample.route()
    #expect(sample.value.lead?.department == "water")
    #expect(sample.value.parts.map(\.department) == ["urban"])
    let events = try sample.act(.sign, by: SampleActors.urban)
    #expect(events.map(\.detail) == [.signed(part: "urban")])
    #expect(sample.value.state == .dispatched && sample.value.lead?.officer == nil)
    #expect(sample.value.part(of: "urban")?.facts == [.dispatched, .signed, .onTimeSign])
    #expect(!sample.value.facts.contains(.signed))
  }

  @Test("What is offered is what is done, where the rule asks for words of the description") func wordsDecide() throws {
    var parts = try SamplePolicy()
    parts.casePolicy.extensions = [
      ExtensionRule(
        condition: CaseCondition(texts: ["crane"]),
        grades: [ExtensionRule.Grade(longest: try Limit("5 work_days"), grantedBy: [.supervisor])])
    ]
    let policy = try parts.policy()
    let sample = try SampleCase.reaching(.signed, policy: policy)
    let command = CaseCommand.requestExtension(by: try Limit("1 work_day"), reason: "rain")
    for (text, isOffered) in [("a crane fell over", true), ("a lamp", false)] {
      let offered = CaseMachine.allowedActions(
        sample.value, by: SampleActors.urban, policy: policy, now: sample.now, text: text)
      let done = try? CaseMachine.decide(
        sample.value, command, by: SampleActors.urban, policy: policy, now: sample.now, text: text)
      #expect(offered.contains(.requestExtension) == isOffered)
      #expect((done != nil) == isOffered)
    }
  }

  @Test("Whoever found a case never handles it") func finderNeverHandles() throws {
    let finder = SampleActors.urban
    var sample = SampleCase(policy: policy, by: finder)
    sample.route()
    try sample.act(.sign, by: finder)
    let refusal = #expect(throws: CaseRefusal.self) { try sample.act(.handle(result: "done"), by: finder) }
    #expect(refusal == .separationOfDuty)
    #expect(refusal?.code == "separation_of_duty")
    try sample.act(.handle(result: "done"), by: SampleActors.urbanColleague)
    #expect(sample.value.handledBy == SampleActors.urbanColleague.text)
  }

  @Test("Whoever handled or signed a case never verifies it, whatever their role is now") func handlerNeverVerifies()
    throws
  {
    var sample = SampleCase(policy: policy)
    sample.route()
    try sample.act(.sign, by: SampleActors.urbanColleague)
    try sample.act(.handle(result: "done"), by: SampleActors.urban)
    for handler in [SampleActors.urban, SampleActors.urbanColleague] {
      let promoted = SampleActors.user(handler.name, .supervisor, "d")
      #expect(throws: CaseRefusal.separationOfDuty) {
        try sample.act(.verify(passed: true, note: ""), by: promoted)
      }
    }
    try sample.act(.verify(passed: true, note: ""), by: SampleActors.finder)
    #expect(sample.value.state == .closed)
  }

  @Test("Whoever reported something does not verify the report") func reporterNeverVerifies() throws {
    var sample = SampleCase(policy: policy, source: .citizen, by: SampleActors.officer)
    #expect(throws: CaseRefusal.separationOfDuty) {
      try sample.act(.verifyReport(genuine: true, reason: ""), by: SampleActors.officer)
    }
    try sample.act(.verifyReport(genuine: true, reason: ""), by: SampleActors.finder)
    #expect(sample.value.state == .filed)
  }

  @Test("A case is returned only as often as the policy allows") func returnsByCount() throws {
    var sample = SampleCase(policy: policy)
    sample.route()
    for count in 1...2 {
      try sample.act(.return(reason: "not ours", responsible: nil), by: SampleActors.urban)
      #expect(sample.value.counts.returns == count)
      try sample.act(.dispatch(lead: "urban", assists: [], note: "yours"), by: SampleActors.dispatcher)
    }
    let refusal = #expect(throws: CaseRefusal.self) {
      try sample.act(.return(reason: "again", responsible: nil), by: SampleActors.urban)
    }
    #expect(refusal == .limitReached(.return, limit: "2"))
    #expect(refusal?.code == "limit_reached")
  }

  @Test(
    "A return is rejected by whichever way the centre sends the case back: it counts, and the policy's card is given")
  func rejectedReturns() throws {
    var sampled = try SamplePolicy()
    sampled.cards = [CardRule(cause: .rejectedReturns, count: 1, act: .yellow, to: [])]
    let policy = try sampled.policy()
    let back: [CaseCommand] = [
      .dispatch(lead: "urban", assists: [], note: ""),
      .appoint(lead: "urban", assists: [], basis: .appointed, note: ""),
    ]
    for command in back {
      var sample = try SampleCase.reaching(.desk, policy: policy)
      let kinds = try sample.act(command, by: SampleActors.dispatcher).map(\.kind)
      #expect(kinds.suffix(2) == [.dispatched, .carded])
      #expect(sample.value.counts.rejectedReturns == 1 && sample.value.facts.contains(.shirked))
    }
    var elsewhere = try SampleCase.reaching(.desk, policy: policy)
    try elsewhere.act(.appoint(lead: "water", assists: [], basis: .appointed, note: ""), by: SampleActors.dispatcher)
    #expect(elsewhere.value.counts.rejectedReturns == 0 && !elsewhere.value.facts.contains(.shirked))
  }

  @Test("A case is returned only within the policy's time of its dispatch, to the microsecond") func returnsByTime()
    throws
  {
    var sample = SampleCase(policy: policy)
    sample.route()
    let last = sample.now + 4 * SampleTime.hour
    let command = CaseCommand.return(reason: "", responsible: nil)
    #expect(throws: CaseRefusal.limitReached(.return, limit: "4 urgent_hours")) {
      try CaseMachine.decide(
        sample.value, command, by: SampleActors.urban, policy: policy, now: last.adding(microseconds: 1))
    }
    #expect(throws: Never.self) {
      try CaseMachine.decide(sample.value, command, by: SampleActors.urban, policy: policy, now: last)
    }
  }

  @Test("The time for returning starts anew with each dispatch and with a rework") func returnTimeStartsAnew() throws {
    var sample = try SampleCase.reaching(.handled, policy: policy)
    try sample.act(.verify(passed: false, note: "no"), by: SampleActors.officer, after: SampleTime.day)
    try sample.act(.return(reason: "not ours", responsible: nil), by: SampleActors.urban, after: 3 * SampleTime.hour)
    #expect(sample.value.state == .desk)
  }

  @Test("A department that the network does not know is refused") func unknownDepartments() throws {
    let filed = try SampleCase.reaching(.filed, policy: policy)
    let dispatched = try SampleCase.reaching(.dispatched, policy: policy)
    let unknown: DepartmentCode = "nobody"
    for (sample, command, actor) in [
      (filed, CaseCommand.dispatch(lead: unknown, assists: [], note: ""), SampleActors.dispatcher),
      (filed, .dispatch(lead: "urban", assists: ["water", unknown], note: ""), SampleActors.dispatcher),
      (dispatched, .redirect(lead: unknown, assists: [], note: ""), SampleActors.supervisor),
      (dispatched, .return(reason: "", responsible: unknown), SampleActors.urban),
    ] {
      let refusal = #expect(throws: CaseRefusal.self) {
        try CaseMachine.decide(sample.value, command, by: actor, policy: policy, now: sample.now)
      }
      #expect(refusal == .unknownDepartment(unknown))
      #expect(refusal?.code == "unknown_department")
    }
  }

  @Test("A case takes in another only while it is open, and never itself") func absorbing() throws {
    let id = CaseID(district: "d", number: 1)
    let other = CaseID(district: "d", number: 2)
    for state in CaseState.allCases {
      let sample = try SampleCase.reaching(state, policy: policy)
      let same = #expect(throws: CaseRefusal.self) {
        try CaseMachine.absorb(sample.value, id: id, id, by: SampleActors.dispatcher, now: sample.now)
      }
      #expect(same == .mergeTarget(id))
      #expect(same?.code == "merge_target")
      let draft = try? CaseMachine.absorb(sample.value, id: id, other, by: SampleActors.dispatcher, now: sample.now)
      #expect((draft != nil) == state.isOpen, "\(state)")
      guard let draft else { continue }
      #expect(draft.events.map(\.detail) == [.merged(.absorbed(other))])
      #expect(draft.value.state == state)
      #expect(draft.value.counts.duplicates == 1)
    }
  }

  @Test("What is named as allowed is what the caller may then do") func allowedIsHonest() throws {
    let signed = try SampleCase.reaching(.signed, policy: policy)
    let refusal = #expect(throws: CaseRefusal.self) {
      try CaseMachine.decide(
        signed.value, .resume(note: ""), by: SampleActors.water, policy: policy, now: signed.now)
    }
    #expect(refusal == .illegalTransition(state: .signed, allowed: [.reveal, .comment]))
  }
}
