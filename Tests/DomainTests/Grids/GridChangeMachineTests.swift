import Domain
import DomainSamples
import Testing

@Suite("A change of grids") struct GridChangeMachineTests {
  private let units: UnitTree
  private let calendar: WorkingCalendar
  private let now: Instant
  private let dueAt: Instant

  init() throws {
    let policy = try SamplePolicy().policy()
    units = policy.units
    calendar = policy.calendar
    now = try Instant(rfc3339: "2026-03-02T09:00:00+08:00")
    dueAt = try Instant(rfc3339: "2026-03-09T00:00:00+08:00")
  }

  private let rule = GridChangeRule(
    proposedBy: [GridPost(role: .officer, tier: "community"), GridPost(role: .dispatcher, tier: "street")],
    approvals: [
      .init(GridPost(role: .supervisor, tier: "community")), .init(GridPost(role: .supervisor, tier: "street")),
      .init(GridPost(role: .supervisor, tier: "district")),
    ])

  private func plan(
    _ kind: GridChangeKind, _ grids: [UnitCode], _ parents: [UnitCode]
  ) throws -> GridChangePlan {
    GridChangePlan(
      kind: kind, grids: grids,
      proposed: parents.enumerated().map { index, parent in
        ProposedGrid(code: UnitCode("n\(index)"), parent: parent, nameZh: "新", nameEn: "New")
      }, reason: "too large", effective: try CivilDate("2026-03-09"))
  }

  private func person(_ name: String, _ role: Role, _ unit: UnitCode) -> Actor {
    Actor(kind: .user, name: name, role: role, unit: unit)
  }

  private func standing(
    _ plan: GridChangePlan, state: GridChangeState = .proposed, given: [(level: Int, unit: UnitCode, by: String)] = []
  ) -> GridChangeStanding {
    let approvals = GridChangeMachine.approvals(plan, rule: rule, units: units)
    return GridChangeStanding(
      state: state, proposer: "user:wang", approvals: approvals,
      given: given.compactMap { entry in
        approvals.first { $0.level == entry.level && $0.unit == entry.unit }.map {
          .init(approval: $0, actor: entry.by)
        }
      })
  }

  private func decide(
    _ standing: GridChangeStanding, _ decision: GridDecision, by actor: Actor, reason: String = "",
    at moment: Instant? = nil
  ) -> Result<GridDecisionOutcome, GridChangeRefusal> {
    do throws(GridChangeRefusal) {
      return .success(
        try GridChangeMachine.decide(
          standing, decision, reason: reason, by: actor, now: moment ?? now, dueAt: dueAt))
    } catch {
      return .failure(error)
    }
  }

  @Test("asks each level at every unit in which a grid lies, before and after") func levels() throws {
    let within = GridChangeMachine.approvals(try plan(.split, ["g1"], ["c1", "c1"]), rule: rule, units: units)
    #expect(
      within.map { "\($0.level) \($0.address.text)" } == ["1 supervisor@c1", "2 supervisor@s1", "3 supervisor@d"])
    let across = GridChangeMachine.approvals(try plan(.move, ["g1"], ["c3"]), rule: rule, units: units)
    #expect(
      across.map { "\($0.level) \($0.address.text)" } == [
        "1 supervisor@c1", "1 supervisor@c3", "2 supervisor@s1", "2 supervisor@s2", "3 supervisor@d",
      ])
  }

  @Test("is proposed by those whom the rule names, where one of the grids lies") func proposers() throws {
    let plan = try plan(.split, ["g1"], ["c1", "c1"])
    let may = { (actor: Actor) in GridChangeMachine.mayPropose(actor, plan, rule: rule, units: units) }
    #expect(may(person("a", .officer, "c1")) && may(person("b", .dispatcher, "s1")))
    #expect(!may(person("a", .officer, "c2")) && !may(person("a", .officer, "s1")) && !may(person("a", .admin, "c1")))
    #expect(!may(Actor(kind: .source, name: "a", role: .officer, unit: "c1")))
  }

  @Test("goes from level to level and is approved by the last") func approval() throws {
    let plan = try plan(.move, ["g1"], ["c2"])
    let first = try decide(standing(plan), .approve, by: person("a", .supervisor, "c1")).get()
    #expect(first.state == .proposed && first.given?.unit == "c1" && first.asked.isEmpty, "c2 is still asked")
    let one = standing(plan, given: [(1, "c1", "user:a")])
    let second = try decide(one, .approve, by: person("b", .supervisor, "c2")).get()
    #expect(second.asked.map(\.address.text) == ["supervisor@s1"])
    let two = standing(plan, given: [(1, "c1", "user:a"), (1, "c2", "user:b"), (2, "s1", "user:c")])
    let last = try decide(two, .approve, by: person("d", .supervisor, "d")).get()
    #expect(last.state == .approved && last.asked.isEmpty)
  }

  @Test("is decided by nobody else, and by nobody twice") func refusals() throws {
    let plan = try plan(.split, ["g1"], ["c1", "c1"])
    let fresh = standing(plan)
    let asked = fresh.waiting
    #expect(decide(fresh, .approve, by: person("x", .supervisor, "s1")) == .failure(.notAsked(asked)), "not yet")
    #expect(decide(fresh, .approve, by: person("x", .admin, "c1")) == .failure(.notAsked(asked)))
    #expect(decide(fresh, .approve, by: person("wang", .supervisor, "c1")) == .failure(.ownProposal))
    let second = standing(plan, given: [(1, "c1", "user:a")])
    #expect(decide(second, .approve, by: person("a", .supervisor, "s1")) == .failure(.decidedBefore))
    #expect(decide(fresh, .reject, by: person("x", .supervisor, "c1"), reason: " ") == .failure(.reasonMissing))
    #expect(decide(fresh, .withdraw, by: person("x", .supervisor, "c1")) == .failure(.notProposer))
    let late = decide(fresh, .approve, by: person("x", .supervisor, "c1"), at: dueAt)
    #expect(late == .failure(.tooLate))
    for state in GridChangeState.allCases where !state.isOpen {
      let ended = decide(standing(plan, state: state), .withdraw, by: person("wang", .officer, "c1"))
      #expect(ended == .failure(.over(state)))
    }
  }

  @Test("ends with one refusal, and can be withdrawn until its day") func ends() throws {
    let plan = try plan(.split, ["g1"], ["c1", "c1"])
    let refused = try decide(standing(plan), .reject, by: person("x", .supervisor, "c1"), reason: "no").get()
    #expect(refused.state == .rejected && refused.given == nil)
    for state in [GridChangeState.proposed, .approved] {
      #expect(
        try decide(standing(plan, state: state), .withdraw, by: person("wang", .officer, "c1")).get().state
          == .withdrawn)
    }
    #expect(
      decide(standing(plan, state: .approved), .reject, by: person("x", .supervisor, "d"), reason: "no")
        == .failure(.over(.approved)))
  }

  @Test("says what the caller may do exactly as it decides") func allowed() throws {
    let plan = try plan(.move, ["g1"], ["c2"])
    let people =
      ["c1", "c2", "s1", "d"].map { person("p-\($0)", .supervisor, UnitCode($0)) }
      + [person("wang", .officer, "c1")]
    for state in GridChangeState.allCases {
      for given in [[], [(1, UnitCode("c1"), "user:p-c1")]] {
        let standing = standing(plan, state: state, given: given.map { (level: $0.0, unit: $0.1, by: $0.2) })
        for actor in people {
          let does = GridDecision.allCases.filter { decision in
            (try? decide(standing, decision, by: actor, reason: "because").get()) != nil
          }
          #expect(Set(GridChangeMachine.allowed(standing, by: actor)) == Set(does), "\(state) \(actor.name)")
        }
      }
    }
  }

  @Test("gives each level its time, and never more than there is before the day") func dueTimes() throws {
    let approval = { (limit: String) in
      GridApproval(level: 1, role: .supervisor, unit: "c1", within: try Limit(limit))
    }
    let due = { (asked: [GridApproval]) in
      GridChangeMachine.dueAt(asked, from: now, effectiveAt: dueAt, calendar: calendar)
    }
    #expect(try due([approval("3 urgent_hours"), approval("5 urgent_hours")]) == now + 3 * 3_600)
    #expect(try due([approval("30 urgent_days")]) == dueAt)
    #expect(due([GridApproval(level: 1, role: .supervisor, unit: "c1")]) == dueAt)
    #expect(due([]) == dueAt)
  }
}
