import Domain
import Testing

@testable import GridNetwork

/// Line 6 of the ladder is the rung `chase` of the clock `sign`, which comes again and again; line 7 is its `late`.
private func chase(_ names: String) -> String {
  "      - {name: chase, \(names), at: \"0\", to: [handler@part], act: remind, every: 1 work_day}"
}

private let nameBreaks = [
  Break("ladder.yaml", 6, chase("zh: 每日催办"), tells: "with `zh` but without `en`"),
  Break("ladder.yaml", 6, chase("en: Daily chase"), tells: "with `en` but without `zh`"),
  Break("ladder.yaml", 6, chase("zh: \"\", en: Daily chase"), tells: "`zh` is empty"),
  Break("ladder.yaml", 6, chase("zh: 每日催办, en: \"  \""), tells: "`en` is empty"),
  Break("ladder.yaml", 6, chase("zh: 每日催办, en: ~"), tells: "`en` is empty"),
  Break("ladder.yaml", 6, chase("zh: 每日催办, en: \(String(repeating: "x", count: 49))"), tells: "`en` has 49 characters"),
  Break(
    "ladder.yaml", 6, chase("zh: \(String(repeating: "催", count: 48)), en: Daily chase"),
    tells: "all right", toldAt: 0),
  Break("ladder.yaml", 6, chase("zh: [催, 办], en: Daily chase"), tells: "`zh` must be one value"),
  Break("ladder.yaml", 6, chase("zh: 催办, en: Chase, fr: Relance"), tells: "unknown key `fr`"),
]

@Suite("What a policy calls its rungs") struct RungNamesTests {
  private static func network(_ names: String) -> SmallNetwork {
    var small = SmallNetwork.loop
    small.replaceLine(6, of: "ladder.yaml", with: chase(names))
    return small
  }

  @Test("Names are read, and found by clock and by the name that events give") func names() throws {
    let small = Self.network("zh: 每日催办, en: Daily chase")
    #expect(try small.faults() == [])
    let policy = try NetworkReader.read(small.source, geometry: .skip).policy
    let rung = try #require(policy.ladders.first { $0.clock == .sign }?.rungs.first)
    #expect(rung.nameZh == "每日催办" && rung.nameEn == "Daily chase")
    func found(_ name: String, _ clock: ClockName = .sign) -> String? {
      policy.rungNames(name, of: clock).map { "\($0.zh) \($0.en) \($0.repeats)" }
    }
    #expect(found("chase") == "每日催办 Daily chase 0" && found("chase-again-12") == "每日催办 Daily chase 12")
    #expect(found("chase", .handle) == nil && found("late") == nil && found("chase-again-0") == nil)
  }

  @Test("A broken name is told with its line", arguments: nameBreaks)
  func aBrokenNameIsTold(_ broken: Break) throws { try expectTold(broken, in: .loop) }

  @Test("Rungs of one clock with one code have one name; of another clock they may have others") func oneName() throws {
    var small = SmallNetwork.loop
    small.replaceLine(
      7, of: "ladder.yaml",
      with: """
              - {name: late, zh: 移送, en: Handed on, at: +1 work_day, to: [inspector@district], act: flag}
        """)
    small.replaceLine(
      4, of: "ladder.yaml",
      with: """
            when: {sources: [citizen]}
            rungs: [{name: late, zh: 催办, en: Chase, at: "0", to: [handler@lead], act: red}]
          - clock: sign
        """)
    small.replaceLine(
      3, of: "ladder.yaml",
      with: """
            rungs: [{name: late, zh: 逾期, en: Late, at: "0", to: [supervisor@district], act: red}]
          - clock: sign
        """)
    let faults = try small.faults()
    #expect(faults.map { "\($0.file) \($0.line)" } == ["ladder.yaml 10"], "\(faults)")
    #expect(faults.first?.message == "the rung \"late\" of the sign clock is called otherwise on line 6")
    #expect(faults.first?.remedy.contains("call it 催办 and Chase") == true)
  }

  @Test("Every rung of the repository's networks has its names") func allNamed() throws {
    for name in TestNetworks.names {
      for ladder in try TestNetworks.policy(name).ladders {
        for rung in ladder.rungs { #expect(rung.nameZh != nil && rung.nameEn != nil, "\(name) \(rung.name)") }
      }
    }
  }

  @Test("A new name is a difference of the rung") func difference() throws {
    let old = try NetworkReader.read(SmallNetwork.loop.source, geometry: .skip).policy
    let new = try NetworkReader.read(Self.network("zh: 催办, en: Chase").source, geometry: .skip).policy
    let entries = NetworkDifference(from: old, to: new).entries
    #expect(entries.map(\.kind) == [.rung])
    #expect(entries.first?.before?.hasPrefix("0 remind") == true)
    #expect(entries.first?.after?.hasPrefix("催办 / Chase · 0 remind") == true)
  }
}
