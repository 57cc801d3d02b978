import Domain
import Testing

@Suite("A rung as events name it") struct RungNameTests {
  @Test("What is written is read", arguments: [("chase", 0), ("chase", 1), ("desk-idle", 12), ("once-again", 3)])
  func both(code: String, repeats: Int) {
    let name = RungName(code: code, repeats: repeats)
    #expect(RungName(name.text) == name)
  }

  @Test(
    "Anything else is a code",
    arguments: ["", "again", "again-1", "-again-1", "x-again-0", "x-again-01", "x-again-+1", "x-again-", "x-again-two"])
  func codes(text: String) {
    #expect(RungName(text) == RungName(code: text, repeats: 0))
  }
}
