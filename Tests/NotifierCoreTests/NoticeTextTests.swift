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
}
