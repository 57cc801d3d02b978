import Casework
import Domain
import GridNetwork
import Testing
import Wire

@testable import GridctlCore

@Suite struct PolicyPreviewTests {
  private static let start = Instant(secondsSince1970: 1_772_413_200)

  private static let source = Actor(kind: .source, name: "test", role: .source, unit: "440306")
  private static let supervisor = Actor(kind: .user, name: "head", role: .supervisor, unit: "440306")

  /// Bao'an's policy, with a passage of a file replaced and files left out.
  private func policy(
    _ passage: String = "", with other: String = "", in name: String = "limits.yaml", without dropped: String? = nil
  ) throws -> NetworkPolicy {
    let directory = DirectorySource(path: "deploy/networks/baoan")
    var files: [String: [UInt8]] = [:]
    for name in try directory.names() { files[name] = try directory.bytes(of: name) }
    for year in 2016...2026 {
      let name = "../holidays/cn/\(year).json"
      files["holidays/\(year).json"] = dropped == "\(year)" ? nil : try directory.bytes(of: name)
    }
    var calendar = String(decoding: files["calendar.yaml"] ?? [], as: UTF8.self)
    calendar.replace(/holidays: .*/, with: "holidays: [\"holidays/*.json\"]")
    files["calendar.yaml"] = Array(calendar.utf8)
    if !passage.isEmpty {
      let text = String(decoding: files[name] ?? [], as: UTF8.self)
      try #require(text.contains(passage))
      files[name] = Array(text.replacing(passage, with: other).utf8)
    }
    return try NetworkReader.read(MemorySource(files: files), geometry: .skip).policy
  }

  /// A dispatched case with its clocks running.
  private func dispatched(
    _ policy: NetworkPolicy, _ category: CategoryCode = "E0102", at moment: Instant = PolicyPreviewTests.start
  ) throws -> Case {
    let report = Report(
      source: .officer, category: category, unit: "440306", contentDigest: [UInt8](repeating: 1, count: 32))
    let filed = CaseMachine.file(report, by: Self.source, policy: policy, now: moment).value
    let decision = Router.route(filed.traits(policy: policy), policy: policy)
    return try #require(CaseMachine.route(filed, decision, by: Self.source, policy: policy, now: moment)).value
  }

  /// The case after these commands, each a minute after the one before.
  private func after(
    _ value: Case, _ policy: NetworkPolicy, _ commands: (Domain.CaseCommand, Role)..., at moment: Instant
  ) throws -> Case {
    let handler = Actor(
      kind: .user, name: "hand", role: .handler, unit: "440306", department: try #require(value.lead?.department))
    var (value, moment) = (value, moment)
    for (command, role) in commands {
      value = try CaseMachine.decide(
        value, command, by: role == .handler ? handler : Self.supervisor, policy: policy, now: moment
      ).value
      moment = moment.adding(seconds: 60)
    }
    return value
  }

  private func preview(_ value: Case, under policy: NetworkPolicy, at now: Instant) -> PolicyPreview {
    var preview = PolicyPreview(policy: policy, now: now)
    preview.add(value)
    return preview
  }

  @Test func theSamePolicyMovesNothing() throws {
    let policy = try policy()
    var preview = PolicyPreview(policy: policy, now: Self.start)
    preview.add(try dispatched(policy))
    #expect(preview.cases == 1)
    #expect(preview.movedCases == 0)
    #expect(preview.clocks[.sign]?.running == 1)
  }

  @Test func aShorterLimitMovesClocksAndMakesThemOverdue() throws {
    let value = try dispatched(try policy())
    let strict = try policy("limit: 2 work_hours}", with: "limit: 1 work_minutes}")
    var preview = PolicyPreview(policy: strict, now: Self.start.adding(seconds: 600))
    preview.add(value)
    let sign = try #require(preview.clocks[.sign])
    #expect(sign.earlier == 1)
    #expect(sign.becomeOverdue == 1)
    #expect(preview.overdueCases == 1)
    #expect(preview.answer.json["moved_deadlines"] == .integer(preview.clocks.values.reduce(0) { $0 + $1.moved }))
  }

  @Test func aLongerLimitEndsWhatWasOverdue() throws {
    let value = try dispatched(try policy())
    let generous = try policy("limit: 2 work_hours}", with: "limit: 9 work_days}")
    var preview = PolicyPreview(policy: generous, now: Self.start.adding(seconds: 86_400))
    preview.add(value)
    #expect(preview.clocks[.sign]?.later == 1)
    #expect(preview.clocks[.sign]?.noLongerOverdue == 1)
  }

  @Test func anExtensionThatWasGrantedIsKept() throws {
    let policy = try policy()
    let extended = try after(
      dispatched(policy, "E0303"), policy, (.sign, .handler),
      (.requestExtension(by: try Limit("3 work_days"), reason: "parts"), .handler),
      (.grantExtension(department: nil), .supervisor),
      at: Self.start.adding(seconds: 600))
    let clock = try #require(extended.runningClock(.handle))
    #expect(clock.stages[0].extensions == [try Limit("3 work_days")])
    let now = Self.start.adding(seconds: 7_200)
    #expect(preview(extended, under: policy, at: now).movedCases == 0)
    let strict = try self.policy(
      "when: {categories: [E0103, E0303, E0304, E0305]}, limit: 2 work_days",
      with: "when: {categories: [E0103, E0303, E0304, E0305]}, limit: 1 work_day")
    let stricter = preview(extended, under: strict, at: now)
    #expect(stricter.clocks[.handle]?.earlier == 2 && stricter.clocks[.handle]?.becomeOverdue == 0)
    let due = try #require(clock.finalDue(under: strict, extended.traits(policy: strict)))
    let byHand = strict.calendar.advance(
      from: strict.calendar.advance(from: clock.startedAt, by: try Limit("1 work_day")).at, by: try Limit("3 work_days")
    )
    #expect(due == byHand)
  }

  @Test func aPauseThatIsOverIsKept() throws {
    let policy = try policy()
    let until = Self.start.adding(seconds: 5 * 86_400)
    let suspended = try after(
      dispatched(policy, "E0303"), policy, (.sign, .handler), (.suspend(until: until, reason: "frost"), .supervisor),
      at: Self.start.adding(seconds: 600))
    let resumed = try #require(CaseMachine.wake(suspended, by: Self.source, policy: policy, now: until)).value
    let clock = try #require(resumed.runningClock(.handle))
    #expect(clock.paused > 0)
    #expect(preview(resumed, under: policy, at: until).movedCases == 0)
  }

  @Test func whatStandsStillIsAskedAsOfWhenItWasPaused() throws {
    let policy = try policy()
    let suspended = try after(
      dispatched(policy, "E0303"), policy, (.sign, .handler),
      (.suspend(until: Self.start.adding(seconds: 50 * 86_400), reason: "frost"), .supervisor),
      at: Self.start.adding(seconds: 600))
    let much = Self.start.adding(seconds: 40 * 86_400)
    let same = preview(suspended, under: policy, at: much)
    let handle = try #require(same.clocks[.handle])
    #expect(same.movedCases == 0 && handle.paused == handle.running, "the lead's and the assisting department's")
    let strict = try self.policy(
      "when: {categories: [E0103, E0303, E0304, E0305]}, limit: 2 work_days",
      with: "when: {categories: [E0103, E0303, E0304, E0305]}, limit: 4 work_hours")
    let stricter = preview(suspended, under: strict, at: much)
    #expect(stricter.clocks[.handle]?.earlier == 2, "the lead's and the assisting department's")
    #expect(stricter.overdueCases == 0, "ten minutes of four hours were used when it was paused")
  }

  @Test func ofStagesOnlyThoseThatAreLeftMove() throws {
    let policy = try policy()
    let fenced = try after(
      dispatched(policy, "E0402"), policy, (.sign, .handler),
      (.handle(result: "fenced", checklist: ["现场围挡警示 · fenced off and signed"], photos: []), .handler),
      at: Self.start.adding(seconds: 600))
    #expect(fenced.runningClock(.handle)?.stage == 1)
    let now = Self.start.adding(seconds: 1_200)
    #expect(preview(fenced, under: policy, at: now).movedCases == 0)
    let first = try self.policy("name: fence, limit: 3 urgent_hours", with: "name: fence, limit: 1 urgent_hours")
    #expect(preview(fenced, under: first, at: now).clocks[.handle]?.moved == 0)
    let second = try self.policy("name: repair, limit: 8 urgent_hours", with: "name: repair, limit: 16 urgent_days")
    #expect(preview(fenced, under: second, at: now).clocks[.handle]?.later == 1)
  }

  @Test func theAnswerToAnOrderHasItsLimitFromTheForm() throws {
    let policy = try policy()
    let form = try #require(policy.casePolicy.supervisionForms.first { $0.answer != nil })
    let limit = try #require(form.answer)
    let ordered = try after(
      dispatched(policy), policy,
      (.supervise(form: form.name, note: "now", department: nil, jointly: []), .supervisor),
      at: Self.start.adding(seconds: 600))
    #expect(preview(ordered, under: policy, at: Self.start.adding(seconds: 700)).clocks[.answer]?.moved == 0)
    let longer = try self.policy("answer: \(limit.amount) ", with: "answer: \(limit.amount + 9) ", in: "network.yaml")
    #expect(preview(ordered, under: longer, at: Self.start.adding(seconds: 700)).clocks[.answer]?.later == 1)
  }

  /// A case of the last days of 2025 under a policy that does not know 2026, and then under one that does.
  @Test func aNewYearsFileMakesProvisionalDueTimesCertainAndMovesThem() throws {
    let before = try policy(without: "2026")
    let filed = try Instant(rfc3339: "2025-12-30T10:00:00+08:00")
    let value = try dispatched(before, "E0303", at: filed)
    let clock = try #require(value.runningClock(.handle))
    #expect(clock.provisional)
    let now = filed.adding(seconds: 3_600)
    let unchanged = preview(value, under: before, at: now).calendar
    #expect(unchanged == .init(provisional: unchanged.provisional))
    let brought = preview(value, under: try policy(), at: now)
    let certain = value.clocks.filter { $0.isRunning && $0.provisional }.count
    #expect(brought.calendar.provisional == Int64(certain) && brought.calendar.becomeCertain == Int64(certain))
    #expect(brought.calendar.moved >= 1, "the first three days of 2026 are off, and the fourth works")
    let json = brought.answer.json["provisional"]
    #expect(json?["become_certain"] == .integer(Int64(certain)) && json?["become_overdue"] == 0)
    #expect(brought.answer.text.contains("become certain"))
    // What escalation does then is just what was told.
    let again = try #require(CaseMachine.recalculate(value, by: Self.source, policy: try policy(), now: now)).value
    let moved = zip(value.clocks, again.clocks).count { $0.finalDueAt != $1.finalDueAt }
    #expect(brought.calendar.moved == Int64(moved))
  }

  @Test func aProvisionalClockThatStandsStillWaitsForItsTurn() throws {
    let before = try policy(without: "2026")
    let filed = try Instant(rfc3339: "2025-12-30T10:00:00+08:00")
    let suspended = try after(
      dispatched(before, "E0303", at: filed), before, (.sign, .handler),
      (.suspend(until: filed.adding(seconds: 9 * 86_400), reason: "frost"), .supervisor),
      at: filed.adding(seconds: 600))
    let brought = preview(suspended, under: try policy(), at: filed.adding(seconds: 3_600)).calendar
    #expect(brought.paused >= 1 && brought.paused == brought.provisional && brought.becomeCertain == 0)
  }

  @Test func openCasesAreReadFromTheDatabaseAndNothingIsChanged() async throws {
    let fixture = try await StackFixture.make(network: "nyc", clock: Instant(secondsSince1970: 1_772_413_200))
    try await fixture.file(3)
    let preview = await fixture.run("policy", "preview", "deploy/networks/nyc", "--json")
    #expect(try preview.status == 0 && preview.json["open_cases"] == 3 && preview.json["moved_cases"] == 0)
    #expect(try await fixture.run("network", "list", "--json").json["networks"]?.arrayValue?.count == 1)
  }
}
