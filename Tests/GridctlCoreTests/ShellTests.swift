import Platform
import Testing
import Wire

@testable import GridctlCore

@Suite struct ShellTests {
  @Test func columnsAreAsWideAsTheirCells() {
    var table = Table([.init("unit"), .init("cases", .right), .init("note")])
    table.add("宝安区", "7", "")
    table.add("nyc", "1,024", "late")
    #expect(
      table.text == """
        unit    cases  note
        宝安区      7
        nyc     1,024  late
        """)
  }

  @Test(arguments: [
    (0, "0"), (7, "7"), (999, "999"), (1_000, "1,000"), (27_000, "27,000"), (-1_234_567, "-1,234,567"),
  ])
  func numbersAreGrouped(_ number: Int, _ text: String) { #expect(Figures.grouped(number) == text) }

  @Test(arguments: [(0.0, 2, "0.00"), (3_086.4, 0, "3,086"), (99.95, 1, "100.0"), (-0.04, 1, "0.0"), (-2.5, 1, "-2.5")])
  func decimalsAreRounded(_ number: Double, _ digits: Int, _ text: String) {
    #expect(Figures.decimal(number, digits: digits) == text)
  }

  @Test(arguments: [
    (Int64(850_000), "850 ms"), (12_000_000, "12 s"), (185_000_000, "3 min 5 s"), (7_440_000_000, "2 h 4 min"),
    (262_800_000_000, "3 d 1 h"), (3_600_000_000, "1 h"),
  ])
  func lengthsOfTimeHaveTwoUnits(_ microseconds: Int64, _ text: String) {
    #expect(Figures.duration(microseconds: microseconds) == text)
  }

  @Test func progressTellsShareRateAndRest() {
    let line = Progress.line(
      "replay", unit: "reports", done: 12_345, total: 27_000, elapsedMicroseconds: 4_000_000)
    #expect(line == "replay: 12,345 of 27,000 reports, 45 %, 3,086/s, 4 s left")
    #expect(
      Progress.line("fold", unit: "events", done: 5, total: nil, elapsedMicroseconds: 2_000_000)
        == "fold: 5 events, 2.5/s")
    #expect(
      Progress.line("load", unit: "rows", done: 0, total: 0, elapsedMicroseconds: 0) == "load: 0 of 0 rows, 0.0/s")
  }

  @Test func aRedrawnLineIsClearedBeforeAnythingElse() {
    let error = Locked<[UInt8]>([])
    let terminal = Terminal(isInteractive: true, output: { _ in }, error: { bytes in error.withLock { $0 += bytes } })
    terminal.redraw("half")
    terminal.redraw("most")
    terminal.note("done")
    terminal.note("again")
    let text = String(decoding: error.withLock { $0 }, as: UTF8.self)
    #expect(text == "\r\u{1B}[Khalf\r\u{1B}[Kmost\r\u{1B}[Kdone\nagain\n")
  }

  @Test func nothingIsRedrawnWhereNobodyWatches() {
    let error = Locked<[UInt8]>([])
    let terminal = Terminal(isInteractive: false, output: { _ in }, error: { bytes in error.withLock { $0 += bytes } })
    terminal.redraw("half")
    #expect(error.withLock { $0 }.isEmpty)
  }

  @Test(arguments: [
    ("90m", Int64(5_400)), ("2h", 7_200), ("1d", 86_400), ("1d12h", 129_600), ("45s", 45), ("1w", 604_800),
    ("2 hours", 7_200), ("1 d 1 h", 90_000), ("3 Minutes", 180),
  ])
  func durationsAreRead(_ text: String, _ seconds: Int64) {
    #expect(DurationText.microseconds(text) == seconds * 1_000_000)
  }

  @Test(arguments: ["", "0s", "2", "h", "2x", "-1h", "1.5h", "3 work_days", "99999999999h", "200000w"])
  func whatIsNoDurationIsRefused(_ text: String) { #expect(DurationText.microseconds(text) == nil) }

  @Test func ratesAreRead() throws {
    #expect(try readRate("500/s") == 500)
    #expect(try readRate("0.5") == 0.5)
    for text in ["0", "-1/s", "x", "5/m", ""] { #expect(throws: (any Error).self) { try readRate(text) } }
  }

  @Test func fieldsAreTextUnlessTheySayOtherwise() throws {
    #expect(try ActionField.read("department=311").value == .string("311"))
    #expect(try ActionField.read("note=a=b").value == .string("a=b"))
    #expect(try ActionField.read("assists:=[\"JTJ\"]").value == .array(["JTJ"]))
    #expect(try ActionField.read("assists:=[\"JTJ\"]").name == "assists")
    #expect(throws: (any Error).self) { try ActionField.read("assists:=[") }
    #expect(throws: (any Error).self) { try ActionField.read("=x") }
  }
}
