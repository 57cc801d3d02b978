import Domain
import Testing

@Suite("Limits")
struct LimitTests {
  @Test(
    "Texts, singular and plural, and their canonical form",
    arguments: [
      ("5 work_days", 5, LimitUnit.workDays, "5 work_days"), ("1 work_day", 1, .workDays, "1 work_days"),
      ("90 work_minutes", 90, .workMinutes, "90 work_minutes"), ("3 urgent_hours", 3, .urgentHours, "3 urgent_hours"),
      ("2 urgent_day", 2, .urgentDays, "2 urgent_days"), ("10 urgent_minutes", 10, .urgentMinutes, "10 urgent_minutes"),
      ("04 work_hour", 4, .workHours, "4 work_hours"),
    ])
  func read(text: String, amount: Int, unit: LimitUnit, canonical: String) throws {
    let limit = try Limit(text)
    #expect(limit.amount == amount)
    #expect(limit.unit == unit)
    #expect(limit.description == canonical)
    #expect(try Limit(canonical) == limit)
  }

  @Test(
    "What is refused, and why",
    arguments: [
      ("", TimeError.Code.malformedLimit), ("5", .malformedLimit), ("work_days", .malformedLimit),
      ("5  work_days", .malformedLimit), (" 5 work_days", .malformedLimit), ("5 days", .malformedLimit),
      ("5 work_dayss", .malformedLimit), ("1.5 work_hours", .malformedLimit), ("-3 work_days", .malformedLimit),
      ("+3 work_days", .malformedLimit), ("５ work_days", .malformedLimit), ("five work_days", .malformedLimit),
      ("0 work_days", .limitOutOfRange), ("2501 work_days", .limitOutOfRange), ("3651 urgent_days", .limitOutOfRange),
      ("99999999999999999999 work_days", .limitOutOfRange),
    ])
  func refused(text: String, code: TimeError.Code) {
    #expect { try Limit(text) } throws: { ($0 as? TimeError)?.code == code }
  }

  @Test("The reason names the units that are known")
  func reason() {
    #expect { try Limit("5 days") } throws: { "\($0)".contains("work_days") && "\($0)".contains("urgent_hours") }
  }

  @Test(
    "Rungs",
    arguments: [
      "0", "90% used", "100% used", "-3 work_days", "+1 work_days", "-30 urgent_minutes", "+4 work_hours",
    ])
  func rungs(text: String) throws {
    #expect(try RungTime(text).description == text)
  }

  @Test("What a rung means")
  func meaning() throws {
    #expect(try RungTime("0") == .due)
    #expect(try RungTime("90% used") == .used(percent: 90))
    #expect(try RungTime("-3 work_days") == .step(SignedLimit(.before, .of("3 work_days"))))
    #expect(try RungTime("+1 work_day") == .step(SignedLimit(.after, .of("1 work_days"))))
  }

  @Test(
    "What is no rung",
    arguments: [
      "", "3 work_days", "0% used", "101% used", "1000% used", "% used", "-90% used", "90 % used", "90%",
      "-0 work_days",
      "--3 work_days", "+ 3 work_days", "-", "0 work_days",
    ])
  func noRung(text: String) {
    #expect(throws: TimeError.self) { try RungTime(text) }
  }
}
