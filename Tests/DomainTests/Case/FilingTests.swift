import Domain
import DomainSamples
import Testing

@Suite("Filing") struct FilingTests {
  let policy: NetworkPolicy

  init() throws { policy = try SamplePolicy().policy() }

  @Test("Sources that need no verifying are filed at once", arguments: ReportSource.allCases)
  func sources(_ source: ReportSource) throws {
    let sample = SampleCase(policy: policy, source: source)
    let verifyFirst = [.citizen, .camera].contains(source)
    #expect(sample.value.state == (verifyFirst ? .reported : .filed))
    #expect(sample.events.map(\.kind) == [verifyFirst ? .reported : .filed])
    #expect(sample.value.facts == (verifyFirst ? [.reported] : [.reported, .filed, .valid]))
    #expect(sample.value.clocks.map(\.name) == (verifyFirst ? [.verify] : []))
    #expect(sample.value.version == 1)
    #expect(sample.value.policyVersion == 7)
    #expect(sample.value.subject.finder == SampleActors.finder.text)
    #expect(sample.events[0].before == nil)
    #expect(sample.events[0].after == sample.value.standing)
  }

  @Test("A verified report is filed and its clock met") func verified() throws {
    var sample = SampleCase(policy: policy, source: .citizen)
    let filing = sample.value.filing
    let events = try sample.act(.verifyReport(genuine: true, reason: ""), by: SampleActors.officer)
    #expect(events.map(\.detail) == [.filed(filing)])
    #expect(sample.value.facts == [.reported, .filed, .valid])
    #expect(sample.clock(.verify)?.state == .met)
  }

  @Test("A false report is rejected and never counts as valid") func rejected() throws {
    var sample = SampleCase(policy: policy, source: .camera)
    let events = try sample.act(.verifyReport(genuine: false, reason: "a shadow"), by: SampleActors.officer)
    #expect(events.map(\.detail) == [.rejected(reason: "a shadow")])
    #expect(sample.value.state == .void)
    #expect(sample.value.facts == [.reported])
  }

  @Test("What an officer settled on the spot is filed and closed at once, whatever the source") func onSpot() throws {
    let onSpot = Report.OnSpot(action: "persuaded", note: "moved the stall")
    for source in ReportSource.allCases {
      let sample = SampleCase(policy: policy, source: source, onSpot: onSpot)
      #expect(sample.events.map(\.kind) == [.filed, .closed])
      #expect(sample.events[1].detail == .closed(.onSpot(action: "persuaded", note: "moved the stall")))
      #expect(sample.value.facts == [.reported, .filed, .valid, .closed, .onSpot])
      #expect(sample.value.clocks.isEmpty)
    }
  }

  @Test("Settling a report on the spot verifies it too") func settlingAReport() throws {
    var sample = SampleCase(policy: policy, source: .citizen)
    try sample.act(.settleOnSpot(action: "told", note: ""), by: SampleActors.officer)
    #expect(sample.value.facts == [.reported, .filed, .valid, .closed, .onSpot])
    #expect(sample.clock(.verify)?.state == .met)
  }

  @Test("A repeat joins the case and changes nothing else") func joining() {
    let sample = SampleCase(policy: policy)
    let draft = CaseMachine.join(
      sample.value, source: .hotline, contentDigest: [9], by: SampleActors.camera, now: sample.now + 5)
    #expect(
      draft.events.map(\.detail) == [
        .merged(.repeated(source: .hotline, reporter: "source:camera", contentDigest: [9]))
      ])
    #expect(draft.value.counts.duplicates == 1)
    #expect(draft.value.standing == sample.value.standing)
  }

  @Test("Routing sends a filed case to its rule's department, and what no rule covers to the desk") func routing() {
    var routed = SampleCase(policy: policy, category: "0102")
    #expect(
      routed.route().map(\.detail) == [
        .dispatched(Dispatch(lead: "water", assists: ["urban"], rule: "burst mains", note: "", policyVersion: 7))
      ])
    var unroutable = SampleCase(policy: policy, category: "0901")
    #expect(unroutable.route().map(\.detail) == [.desked(reason: .unroutable, note: "")])
    #expect(unroutable.value.state == .desk)
    #expect(unroutable.clock(.decide)?.isRunning == true)
  }

  @Test("Only a filed case is routed", arguments: CaseState.allCases) func routesOnlyFiled(_ state: CaseState) throws {
    var sample = try SampleCase.reaching(state, policy: policy)
    #expect(sample.route().isEmpty == (state != .filed))
  }

  @Test("A returned case waits at the desk without a department") func returned() throws {
    var sample = SampleCase(policy: policy, category: "0102")
    sample.route()
    try sample.act(.return(reason: "private pipe", responsible: "power"), by: SampleActors.water)
    #expect(
      sample.events.suffix(2).map(\.detail) == [
        .returned(Return(reason: "private pipe", responsible: "power")),
        .desked(reason: .returned, note: "private pipe"),
      ])
    #expect(sample.value.lead == nil)
    #expect(sample.value.parts.map(\.state) == [.excused])
    #expect(sample.value.part(of: "urban")?.facts == [], "nothing was asked of it long enough to count")
    #expect(sample.value.facts.contains(.returned))
  }

  @Test("A newer policy decides what is dispatched after it") func policyVersions() throws {
    var sample = SampleCase(policy: policy)
    var newer = try SamplePolicy()
    newer.version = 8
    sample.policy = try newer.policy()
    #expect(sample.value.policyVersion == 7)
    sample.route()
    #expect(sample.value.policyVersion == 8)
    #expect(sample.value.filing.policyVersion == 7)
  }

  @Test("The number of a case reads back, and nothing else does") func numbers() {
    #expect(CaseID("440306-1024") == CaseID(district: "440306", number: 1_024))
    #expect(CaseID("a-b-7")?.description == "a-b-7")
    for text in ["", "-", "440306", "440306-", "-7", "d-0", "d--7", "d-07", "d-+7", "d- 7", "d-9223372036854775808"] {
      let read = CaseID(text)
      #expect(read == nil || read?.description == text, "\(text)")
    }
    #expect(CaseID("d-07") == nil)
    #expect(CaseID("-7") == nil)
    #expect(CaseID("d-0") == nil)
  }
}
