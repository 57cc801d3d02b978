import Domain
import GridNetwork
import Testing

@testable import ConsoleCore

@Suite("What a report without sign-in carries") struct PublicFormTests {
  private let secret: [UInt8] = Array("secret".utf8)

  @Test("A form is one of ours for a day, and with our secret alone")
  func token() throws {
    let made = PublicFormToken(issuedSeconds: 1_000)
    let text = made.text(secret: secret)
    #expect(try PublicFormToken(text: text, secret: secret, nowSeconds: 1_001) == made)
    let last = 1_000 + PublicFormToken.maxAgeSeconds
    #expect(try PublicFormToken(text: text, secret: secret, nowSeconds: last - 1) == made)
    #expect(throws: PublicFormToken.Fault.expired) {
      try PublicFormToken(text: text, secret: secret, nowSeconds: last)
    }
    #expect(throws: PublicFormToken.Fault.forged) {
      try PublicFormToken(text: text, secret: [1], nowSeconds: 1_001)
    }
    // A later time under the same signature.
    let later = "2000" + text.dropFirst(4)
    for forged in [later, "", "1000..", "1000.a.b", text + ".x", String(repeating: "1", count: 300)] {
      #expect(throws: PublicFormToken.Fault.forged, "\(forged)") {
        try PublicFormToken(text: forged, secret: secret, nowSeconds: 2_001)
      }
    }
  }

  @Test("One form has one code, another another; what is stored does not hold it")
  func code() {
    let form = PublicFormToken(issuedSeconds: 1_000)
    let code = FollowCode(of: form, secret: secret)
    #expect(code == FollowCode(of: form, secret: secret))
    #expect(code != FollowCode(of: form, secret: [1]))
    #expect(code != FollowCode(of: PublicFormToken(issuedSeconds: 1_000), secret: secret))
    #expect(code.text.count == 12 && code.shown.count == 14)
    #expect(!code.externalID.contains(code.text) && "\(code)" == "follow code")
    let many = Set((0..<500).map { _ in FollowCode(of: PublicFormToken(issuedSeconds: 1), secret: secret).text })
    #expect(many.count == 500)
  }

  @Test("A code is read as people write it")
  func typed() throws {
    let code = FollowCode(of: PublicFormToken(issuedSeconds: 1_000), secret: secret)
    #expect(FollowCode(typed: " \(code.shown.lowercased()) ") == code)
    #expect(FollowCode(typed: "oil0-OIL0-0o1l")?.text == "011001100011")
    for wrong in ["", "7K3M-9QXT-2HW", "7K3M-9QXT-2HWCC", "7K3M-9QXT-2HWU", "七K3M9QXT2HWC"] {
      #expect(FollowCode(typed: wrong) == nil, "\(wrong)")
    }
  }

  @Test("Keys are read one of each district; what is none is refused")
  func keys() throws {
    #expect(PublicKeys("glk_nothing") == nil)
    #expect(PublicKeys("")?.key(of: "d") == nil)
  }
}
