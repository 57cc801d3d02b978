import Domain
import GridNetwork
import Testing
import Wire

@testable import GridctlCore

@Suite struct PolicyPreviewTests {
  private static let start = Instant(secondsSince1970: 1_772_413_200)

  private func policy(_ change: (String) -> String = { $0 }) throws -> NetworkPolicy {
    let source = DirectorySource(path: "deploy/networks/baoan")
    var files: [String: [UInt8]] = [:]
    for name in try source.names() { files[name] = try source.bytes(of: name) }
    files["limits.yaml"] = Array(change(String(decoding: files["limits.yaml"] ?? [], as: UTF8.self)).utf8)
    return try NetworkReader.read(MemorySource(files: files), geometry: .skip).policy
  }

  /// A dispatched case with its clocks running.
  private func dispatched(_ policy: NetworkPolicy) throws -> Case {
    let actor = Actor(kind: .source, name: "test", role: .source, unit: "440306")
    let report = Report(
      source: .officer, category: "E0102", unit: "440306", contentDigest: [UInt8](repeating: 1, count: 32))
    let filed = CaseMachine.file(report, by: actor, policy: policy, now: Self.start).value
    let decision = Router.route(filed.traits(policy: policy), policy: policy)
    return try #require(CaseMachine.route(filed, decision, by: actor, policy: policy, now: Self.start)).value
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
    let strict = try policy { $0.replacing("limit: 2 work_hours}", with: "limit: 1 work_minutes}") }
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
    let generous = try policy { $0.replacing("limit: 2 work_hours}", with: "limit: 9 work_days}") }
    var preview = PolicyPreview(policy: generous, now: Self.start.adding(seconds: 86_400))
    preview.add(value)
    #expect(preview.clocks[.sign]?.later == 1)
    #expect(preview.clocks[.sign]?.noLongerOverdue == 1)
  }
}
