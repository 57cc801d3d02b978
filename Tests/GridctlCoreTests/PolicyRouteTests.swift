import Domain
import Testing
import Wire

@testable import GridctlCore

@Suite struct PolicyRouteTests {
  private func route(_ network: String, _ arguments: String...) async -> Captured {
    await Captured.run(["policy", "route", "deploy/networks/\(network)", "--json"] + arguments)
  }

  private func clock(_ answer: JSONValue, _ name: String, _ matter: String, of department: String? = nil) -> JSONValue?
  {
    answer["clocks"]?.arrayValue?.first {
      $0["clock"]?.stringValue == name && $0["matter"]?.stringValue == matter
        && (department == nil || $0["department"]?.stringValue == department)
    }
  }

  @Test func theRuleTheDepartmentAndWhyOthersWerePassedOver() async throws {
    let night = try await route(
      "baoan", "--category", "E0301", "--unit", "440306017", "--at", "2026-03-02T23:30:00+08:00"
    ).json
    #expect(night["rule"] == "night-construction-noise" && night["lead"] == "GAFJ" && night["state"] == "dispatched")
    #expect(night["assists"] == ["ZJJ", "HSJ"])
    let day = try await route(
      "baoan", "--category", "E0301", "--unit", "440306017", "--at", "2026-03-02T10:00:00+08:00"
    ).json
    #expect(day["rule"] == "construction-sites" && day["lead"] == "ZJJ")
    let passed = day["passed_over"]?.arrayValue?.first { $0["rule"] == "night-construction-noise" }
    #expect(passed?["unmet"] == [["condition": "hours", "wanted": "23:00-07:00", "found": "10:00"]])
    let first = day["passed_over"]?[0]
    #expect(
      first?["rule"] == "fire-in-small-premises"
        && first?["unmet"] == [["condition": "categories", "wanted": "E2104", "found": "E0301"]])
  }

  /// Monday evening: two working hours begin on Tuesday at half past eight.
  @Test func limitsAndLaddersWithTheirTimes() async throws {
    let answer = try await route(
      "baoan", "--category", "E0301", "--unit", "440306017", "--at", "2026-03-02T23:30:00+08:00"
    ).json
    let sign = clock(answer, "sign", "case")
    #expect(sign?["limit"] == "2 work_hours" && sign?["due_at"] == "2026-03-03T10:30:00+08:00")
    #expect(sign?["begins"] == "now" && sign?["provisional"] == false)
    let rungs = sign?["rungs"]?.arrayValue ?? []
    #expect(rungs.map { $0["name"] } == ["reminder", "community", "street", "district", "inspection"])
    #expect(rungs.map { $0["fires_at"] }.contains("2026-03-03T10:06:00+08:00"), "80% of two hours")
    #expect(rungs.last?["act"] == "flag" && rungs.last?["to"] == ["inspector@440306"])
    let part = clock(answer, "sign", "part", of: "HSJ")
    #expect(part?["rungs"]?[0]?["to"] == ["handler@440306/HSJ"])
    let handle = clock(answer, "handle", "case")
    #expect(
      handle?["rungs"]?[0]?["name"] == "reminder" && handle?["rungs"]?[0]?["fires_at"] == .null, "before its clock")
    let verify = clock(answer, "verify", "case")
    #expect(verify?["due_at"] == .null && verify?["begins"] == "when handled")
  }

  @Test func aDueTimeInAYearThatIsNotPublishedIsProvisional() async throws {
    let answer = try await route(
      "baoan", "--category", "E2108", "--unit", "440306", "--at", "2026-12-28T09:00:00+08:00"
    ).json
    #expect(clock(answer, "handle", "case")?["provisional"] == true)
    #expect(clock(answer, "sign", "case")?["provisional"] == false)
  }

  @Test func sourcePriorityAndReopeningChooseTheLimit() async throws {
    func handle(_ arguments: String...) async throws -> JSONValue? {
      let answer = try await Captured.run(
        ["policy", "route", "deploy/networks/jinshan", "--json", "--category", "E0101", "--unit", "310116"] + arguments
      ).json
      return clock(answer, "handle", "case")?["limit"]
    }
    #expect(try await handle("--source", "hotline") == "5 work_days")
    #expect(try await handle("--source", "hotline", "--reopened") == "3 work_days")
    let called = try await route("jinshan", "--category", "E0101", "--unit", "310116", "--source", "hotline").json
    #expect(clock(called, "contact", "case")?["limit"] == "1 work_days")
    let again = try await route(
      "jinshan", "--category", "E0101", "--unit", "310116", "--source", "hotline", "--reopened"
    ).json
    #expect(clock(again, "contact", "case") == nil)
  }

  @Test func whatMustBeVerifiedFirstSaysSo() async throws {
    let answer = try await route("jinshan", "--category", "E0101", "--unit", "310116", "--source", "citizen").json
    #expect(answer["verified_first"] == true)
    let clocks = answer["clocks"]?.arrayValue ?? []
    #expect(clocks.first?["clock"] == "verify" && clocks.first?["begins"] == "when reported")
    #expect(clocks.contains { $0["clock"] == "sign" && $0["begins"] == "when filed" })
  }

  @Test func layersAreThoseOfTheUnitAndThoseThatAreNamed() async throws {
    let plain = try await route("jinshan", "--category", "E0401", "--unit", "310116").json
    let reason = plain["passed_over"]?.arrayValue?.first { $0["rule"] == "highway-surface" }
    #expect(reason?["unmet"] == [["condition": "layers", "wanted": "highways", "found": "none"]])
    let named = try await route("jinshan", "--category", "E0401", "--unit", "310116", "--layer", "highways/GL01").json
    #expect(named["rule"] == "highway-surface")
    let unknown = await route("jinshan", "--category", "E0401", "--unit", "310116", "--layer", "canals/K1")
    #expect(try unknown.status == 1 && unknown.json["error"]?["code"] == "unknown_layer")
    let city = try await route("shenzhen", "--category", "E0401", "--unit", "440306").json
    #expect(city["report"]?["layers"]?.arrayValue?.contains("tobacco/YC440306") == true)
  }

  @Test func aReportThatNoRuleTakesGoesToTheDesk() async throws {
    let answer = try await route("jinshan", "--category", "E0199", "--unit", "310116").json
    #expect(answer["rule"] == .null && answer["state"] == "desk" && answer["lead"] == .null)
    #expect((answer["clocks"]?.arrayValue ?? []).map { $0["clock"] } == ["decide", "verify"])
  }

  @Test func theTextNamesTheSame() async throws {
    let said = await Captured.run(
      "policy", "route", "deploy/networks/baoan", "--category", "E0301", "--unit", "440306017", "--at",
      "2026-03-02T10:00:00+08:00")
    #expect(said.status == 0)
    for words in ["construction-sites", "ZJJ 宝安区住房和建设局", "night-construction-noise", "23:00-07:00", "inspector@440306"]
    {
      #expect(said.output.contains(words), "\(words)")
    }
  }

  @Test func whatTheNetworkDoesNotHoldIsRefused() async throws {
    let unit = await route("baoan", "--category", "E0301", "--unit", "999")
    #expect(try unit.status == 1 && unit.json["error"]?["code"] == "unknown_unit")
    let category = await route("baoan", "--category", "X1", "--unit", "440306")
    #expect(try category.status == 1 && category.json["error"]?["code"] == "unknown_category")
    let group = await route("baoan", "--category", "E03", "--unit", "440306")
    #expect(try group.status == 1 && group.json["error"]?["code"] == "unknown_category")
    #expect(await route("baoan", "--category", "E0301", "--unit", "440306", "--source", "pigeon").status == 2)
    #expect(await route("baoan", "--category", "E0301", "--unit", "440306", "--network", "nyc").status == 2)
    #expect(
      try await route("nyc", "--category", "Unheard", "--unit", "nyc").json["report"]?["category"]
        == "OtherComplaintType")
  }
}
