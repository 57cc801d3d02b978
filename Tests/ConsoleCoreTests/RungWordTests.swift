import Casework
import CaseworkSupport
import Domain
import Journal
import PostgresClient
import Testing

@testable import ConsoleCore

/// In the policy the rung `street` has names and comes again; `reminder` and `inspection` have none.
@Suite("What rungs are called on pages") struct RungWordTests {
  private static let files = SampleNetworkFiles.replacing(
    "{name: street, at: \"0\",",
    with: "{name: street, zh: 街道督办, en: To the street, every: 1 urgent_hours, at: \"0\",", in: "ladder.yaml")

  /// A door with a case whose clock for signing ran over a day ago.
  private static func open(_ name: String) async throws -> ConsoleDoor {
    let door = try await ConsoleDoor.open(name, files: files)
    let id = try await door.fixture.file(category: "0201", unit: "g3")
    try await door.fixture.route(id)
    door.fixture.advance(seconds: 86_400)
    let (policy, loaded) = (try door.fixture.policy, try await door.fixture.load(id))
    let traits = loaded.value.traits(policy: policy)
    let wake = try #require(
      loaded.value.clocks.lazy.filter { $0.name == .sign }
        .compactMap { LadderMachine.firstWake($0, traits: traits, policy: policy) }.first)
    let outcome = try #require(
      LadderMachine.fire(
        wake, loaded.value, id: id, by: .service("escalation"), policy: policy, now: door.fixture.now))
    try await door.fixture.append([CaseChange(loaded, outcome.draft, policy: policy)])
    return door
  }

  @Test("The story of a case calls them as the policy does, in both languages, and says how often one came again")
  func story() async throws {
    let door = try await Self.open("rung_story")
    let english = try await door.page("/cases/d-1", as: .water).text
    #expect(english.contains("Red card (To the street): Sign was due"))
    #expect(english.contains("Red card (To the street, repeat 1): Sign was due"))
    #expect(english.contains("To discipline inspection (Inspection): Sign was due"), "the usual word for its code")
    #expect(english.contains("Reminder: Sign was due") && !english.contains("Reminder (Reminder)"))
    #expect(!english.contains("again-1"))
    let chinese = try await door.page("/cases/d-1", as: .water, language: "zh-CN").text
    #expect(chinese.contains("红牌·街道督办") && chinese.contains("红牌·街道督办（第 1 次重复）"))
    #expect(!chinese.contains("To the street"))
  }

  @Test("Lists, records and the self-check do too; of a rung that is gone they show the usual word or the code")
  func inspection() async throws {
    let door = try await Self.open("rung_inspection")
    let rungs = ["street", "street-again-2", "inspection", "gone", "gone-again-3"]
    for rung in rungs {
      for statement in [
        """
        INSERT INTO accountability (district, id, case_number, clock, rung, unit, department, receivers, due_at,
          opened_at) VALUES ('d', 'd-1-sign-16-' || $1, 1, 'sign', $1, 'g3', 'water', '{inspector@d}', $2, $2)
        """,
        """
        INSERT INTO escalations (district, case_number, clock, clock_version, rung, act, receivers, due_at, rung_at,
          fired_at, late_seconds) VALUES ('d', 1, 'sign', 16, $1, 'flag', '{inspector@d}', $2, $2, $2, 0)
        """,
      ] {
        try await door.fixture.pool.execute(
          .unprepared(statement), [.text(rung), .timestamp(microseconds: door.fixture.now.microseconds)])
      }
    }
    try await door.fixture.pool.execute(
      script: """
        INSERT INTO self_checks (district, day, as_of, seq, hash, policy_version, cases, clocks, rungs, gaps, findings)
        VALUES ('d', '2026-03-02', now(), 1, '', 1, 7, 8, 9, 1, '[{"case_id": "d-1", "clock": "sign",
          "rung": "street-again-7", "department": "water", "expected_at": "2026-03-02T09:00:00Z"}]')
        """)
    let list = try await door.page("/inspection", as: .inspector).text
    let record = try await door.page("/inspection/d-1-sign-16-gone-again-3", as: .inspector).text
    #expect(record.contains("(gone, repeat 3)"), "the record's own")
    for page in [list, record] {
      for word in ["To the street", "To the street, repeat 2", "Inspection", "gone", "gone, repeat 3"] {
        #expect(page.contains(">\(word)<"), "\(word)")
      }
    }
    #expect(list.contains("<td>To the street, repeat 7</td>"), "of the self-check")
    let chinese = try await door.page("/inspection", as: .inspector, language: "zh-CN").text
    #expect(chinese.contains(">街道督办<") && chinese.contains(">街道督办（第 2 次重复）<"))
  }
}
