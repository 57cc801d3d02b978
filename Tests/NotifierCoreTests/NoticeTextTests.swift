import CaseworkSupport
import Domain
import GridNetwork
import Testing

@testable import NotifierCore

@Suite struct NoticeTextTests {
  private let network: LoadedNetwork

  init() throws { network = try NoticeNetwork.read() }

  private func delivery(_ notice: String, language: String, payload: String) -> QueuedDelivery {
    QueuedDelivery(
      seq: 7, part: 0, channel: "smtp:li", target: "li@baoan.example", notice: notice, caseNumber: 1,
      language: language, digest: false, payload: Array(payload.utf8), attempts: 1)
  }

  /// Signing was due at 11:00 in Shanghai and the rung fired at 13:05, when it was to.
  private let payload = """
    {"case_id":"d-1","category_code":"0101","unit_code":"g1","department_code":"urban","clock":"sign",\
    "due_at_microseconds":1772420400000000,"at_microseconds":1772427900000000,"late_seconds":0}
    """

  @Test func theTextIsInTheReadersLanguage() throws {
    let english = try #require(NoticeText(delivery("red", language: "en", payload: payload), network: network))
    #expect(english.subject == "[Sample District] red d-1")
    #expect(
      english.body.contains("Exposed rubbish at Grid One, Urban Management, due 2026-03-02 11:00"))
    #expect(english.body.contains("125 min over"))
    let chinese = try #require(NoticeText(delivery("red", language: "zh", payload: payload), network: network))
    #expect(chinese.subject == "[样例区] red 案件 d-1")
    #expect(chinese.body.contains("一格的暴露垃圾,城管局,签收时限 2026-03-02 11:00"))
    #expect(chinese.body.contains("超时125分钟"))
  }

  @Test func aLanguageTheNetworkDoesNotHaveFallsBackToItsFirst() {
    let text = NoticeText(delivery("red", language: "fr", payload: payload), network: network)
    #expect(text?.subject.contains("案件") == true)
  }

  @Test func whatCannotBeReadIsNoText() {
    #expect(NoticeText(delivery("unheard-of", language: "en", payload: payload), network: network) == nil)
    #expect(NoticeText(delivery("red", language: "en", payload: "{"), network: network) == nil)
  }

  @Test func onlyNamesOfValuesAreFilledIn() {
    #expect(
      NoticeText.fill("{case_id} {unknown} {reason", ["case_id": "d-1", "unknown": "x"]) == "d-1 {unknown} {reason")
    #expect(NoticeText.fill("{reason}.", [:]) == ".")
    #expect(
      NoticeText.fill("{reason}", ["reason": "{case_id}", "case_id": "d-1"]) == "{case_id}",
      "what people wrote is not read as a template")
  }

  @Test func aLineThatAsksForWhatThereIsNotIsLeftOut() {
    let template = "Case {case_id}.\nDue {due_at}.\n{link}\nGood bye."
    #expect(NoticeText.fillLines(template, ["case_id": "d-1"]) == "Case d-1.\nGood bye.")
    #expect(
      NoticeText.fillLines(template, ["case_id": "d-1", "due_at": "noon", "link": "https://c.example/?case=d-1"])
        == "Case d-1.\nDue noon.\nhttps://c.example/?case=d-1\nGood bye.")
  }

  @Test func aLinkLeadsToTheConsole() {
    #expect(NoticeText.link("https://c.example/", caseID: "d-1") == "https://c.example/?case=d-1")
    #expect(NoticeText.link("https://c.example", caseID: "") == "https://c.example/")
  }

  @Test(arguments: ["baoan", "nyc"]) func everyKindHasItsTextInEveryLanguage(name: String) throws {
    let network = try NetworkReader.read(DirectorySource(path: "deploy/networks/\(name)"), version: 1, geometry: .skip)
    for kind in NoticeKind.allCases {
      #expect(network.channels.notices[kind] != nil, "\(kind.rawValue)")
      for language in network.channels.languages {
        let text = try #require(
          NoticeText(delivery(kind.rawValue, language: language, payload: payload), network: network))
        #expect(!text.subject.isEmpty && !text.body.isEmpty && !text.body.contains("{"))
      }
    }
  }

  @Test func aRungIsCalledAsThePolicyCallsIt() throws {
    var files = NoticeNetwork.files
    files["templates/red.en.txt"] = Array("Case\n\nRung: {rung}.\n".utf8)
    files["templates/red.zh.txt"] = Array("案件\n\n环节:{rung}。\n".utf8)
    let ladder = String(decoding: try #require(files["ladder.yaml"]), as: UTF8.self)
    files["ladder.yaml"] = Array(
      ladder.replacing("{name: street, at", with: "{name: street, zh: 街道督办, en: To the street, at").utf8)
    let network = try NetworkReader.read(MemorySource(files: files), version: 1, geometry: .skip)
    func body(_ rung: String, _ language: String) -> String? {
      let payload = #"{"notice":"red","case_id":"d-1","clock":"sign","rung":"\#(rung)"}"#
      return NoticeText(delivery("red", language: language, payload: payload), network: network)?.body
    }
    #expect(body("street", "en") == "Rung: To the street." && body("street", "zh") == "环节:街道督办。")
    #expect(body("street-again-2", "en") == "Rung: To the street, repeat 2.")
    #expect(body("street-again-2", "zh") == "环节:街道督办(第 2 次重复)。")
    #expect(body("gone", "en") == "Rung: gone.", "the policy has it no more")
  }

  @Test func theSelfCheckCallsRungsAsThePolicyDoes() throws {
    var files = NoticeNetwork.files
    files["templates/self_check.en.txt"] = Array("Gaps\n\n{result}\n".utf8)
    files["templates/self_check.zh.txt"] = Array("缺口\n\n{result}\n".utf8)
    let ladder = String(decoding: try #require(files["ladder.yaml"]), as: UTF8.self)
    files["ladder.yaml"] = Array(
      ladder.replacing("{name: street, at", with: "{name: street, zh: 街道督办, en: To the street, at").utf8)
    let network = try NetworkReader.read(MemorySource(files: files), version: 1, geometry: .skip)
    let payload = """
      {"notice":"self_check","count":2,"result":"d-1 sign street, d-2 sign gone",\
      "gaps":[{"case_id":"d-1","clock":"sign","rung":"street"},{"case_id":"d-2","clock":"sign","rung":"gone"}]}
      """
    func body(_ language: String) -> String? {
      NoticeText(delivery("self_check", language: language, payload: payload), network: network)?.body
    }
    #expect(body("en") == "d-1 sign To the street, d-2 sign gone")
    #expect(body("zh") == "d-1 签收 街道督办、d-2 签收 gone")
  }

  @Test func codesAreToldInWords() throws {
    let payload = """
      {"notice":"must_supervise","case_id":"d-1","category_code":"0101","unit_code":"g1","result":"very_dissatisfied",\
      "granted":null,"count":null}
      """
    let network = try NetworkReader.read(DirectorySource(path: "deploy/networks/baoan"), version: 1, geometry: .skip)
    let text = try #require(NoticeText(delivery("must_supervise", language: "zh", payload: payload), network: network))
    #expect(text.subject.contains("非常不满意"))
    let decided = #"{"notice":"extension_decided","case_id":"d-1","granted":false,"reason":"not enough"}"#
    let refusal = try #require(
      NoticeText(delivery("extension_decided", language: "en", payload: decided), network: network))
    #expect(refusal.subject.hasSuffix("More time refused: d-1"))
    #expect(refusal.body.contains("not enough") && !refusal.body.contains("now due"))
  }
}
