import Domain
import Operations
import Testing
import Wire

@testable import IntakeCore

@Suite struct ReportParserTests {
  private static let now = Instant(secondsSince1970: 1_772_413_200)

  private func parse(_ text: String) throws -> ReportDraft {
    try Array(text.utf8).withUnsafeBytes { try ReportParser.parse($0, now: Self.now) }
  }

  @Test func readsEveryField() throws {
    let draft = try parse(
      """
      {"source":"hotline","category":"E0102","description":"垃圾","occurred_at":"2026-03-02T08:59:00+08:00",
       "location":{"lat":22.5,"lng":113.9,"datum":"gcj02","address":"1 Road"},"urgent":true,"external_id":"x",
       "reporter":{"name":"Li","phone":"+86 (755) 1234-5678","anonymous":true},
       "subject":{"kind":"shop","code":"S1","name":"Shop"},"on_spot":{"action":"persuaded","note":"n"},
       "attachments":["a","b"]}
      """)
    #expect(draft.faults.isEmpty)
    #expect(draft.source == .hotline && draft.category == "E0102" && draft.description == "垃圾")
    #expect(draft.place == .degrees(latitude: 22.5, longitude: 113.9, datum: .gcj02))
    #expect(draft.address == "1 Road" && draft.isUrgent && draft.externalID == "x" && draft.isAnonymous)
    #expect(draft.occurredAt == Self.now.adding(seconds: -60))
    #expect(draft.reporterName == "Li" && draft.reporterPhone == "+86 (755) 1234-5678")
    #expect(draft.subjectKind == "shop" && draft.subjectCode == "S1" && draft.subjectName == "Shop")
    #expect(draft.onSpot == .init(action: "persuaded", note: "n") && draft.attachments == ["a", "b"])
  }

  @Test func aNullIsAnAbsentField() throws {
    let draft = try parse(
      """
      {"source":"officer","category":"E0102","description":"x","location":{"unit":"440306","lat":null,"address":null},
       "urgent":null,"occurred_at":null,"reporter":null,"subject":null,"on_spot":null,"attachments":null}
      """)
    #expect(draft.faults.faults.map(\.field) == ["location"])
    let plain = try parse(
      #"{"source":"officer","category":"E0102","description":"x","location":{"unit":"440306"},"external_id":null}"#)
    #expect(plain.faults.isEmpty && plain.place == .unit("440306"))
  }

  @Test(
    arguments: [
      ("2026-03-02T09:02:00+08:00", nil), ("2026-03-02T09:02:01+08:00", "in_future"), ("2026-03-02", "malformed_time"),
      ("2026-03-02T09:00:00", "malformed_time"), ("2026-02-30T09:00:00Z", "malformed_time"),
    ] as [(String, String?)])
  func looksAtTheTimeOfTheIncident(text: String, code: String?) throws {
    let draft = try parse(
      #"{"source":"officer","category":"c","description":"d","location":{"unit":"1"},"occurred_at":"\#(text)"}"#)
    #expect(draft.faults.faults.map(\.code) == [code].compactMap { $0 })
  }

  @Test(arguments: [
    ("13800138000", true), ("+86 755 12345", true), ("(020) 123-456", true), ("1234", false),
    ("12345678901234567890", true),
    ("123456789012345678901", false), ("86+12345", false), ("12345x", false), ("", false),
  ])
  func knowsTelephoneNumbers(text: String, isPhone: Bool) { #expect(ReportParser.isPhone(text) == isPhone) }

  @Test func boundsTheFaultsItLists() throws {
    let members = (0..<150).map { "\"f\($0)\":1" }.joined(separator: ",")
    #expect(try parse("{\(members)}").faults.faults.count == FaultCollector.maxFaults)
  }

  @Test func digestsAnonymityAndSalt() throws {
    var draft = ReportDraft()
    draft.description = "words"
    let salt = [UInt8](repeating: 7, count: 16)
    let open = ReportContent(draft, givenCategory: nil, salt: salt)
    draft.isAnonymous = true
    let hidden = ReportContent(draft, givenCategory: nil, salt: salt)
    #expect(open.digest == ReportContent(open.draft, givenCategory: nil, salt: salt).digest)
    #expect(open.digest != hidden.digest)
    #expect(open.digest != ReportContent(open.draft, givenCategory: nil).digest)
  }
}

extension ReportContent {
  fileprivate var draft: ReportDraft {
    var draft = ReportDraft()
    draft.description = description
    draft.isAnonymous = isAnonymous
    return draft
  }
}
