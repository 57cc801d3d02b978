import Cryptography
import Domain
import Testing
import Transfer

@testable import NotifierCore

@Suite struct WebhookSignatureTests {
  /// The vector of the reference implementations (standard-webhooks/standard-webhooks, `libraries/*/…test*`).
  @Test func theReferenceVectorHolds() throws {
    let secret = try #require(try NotifierParts.secret("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
    let signature = WebhookSender.signature(
      id: "msg_p5jXN8AQM9LWM0D4loKWxJek", timestamp: "1614265330", body: Array(#"{"test": 2432232314}"#.utf8),
      secret: secret)
    #expect(signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=")
  }

  @Test func aSecretIsWhatTheStandardCallsOne() throws {
    #expect(try NotifierParts.secret(nil) == nil)
    for text in ["", "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_", "whsec_short", "whsec_!!!!", "whsec_AAAA"] {
      #expect(throws: NotifierFault.self) { try NotifierParts.secret(text) }
    }
  }

  @Test func onlyWhatMayPassIsTriedAgain() {
    let retriable = [408, 425, 429, 500, 502, 503, 599]
    let final = [301, 400, 401, 404, 410, 422]
    #expect(retriable.allSatisfy { WebhookRefused(status: $0).isRetriable })
    #expect(final.allSatisfy { !WebhookRefused(status: $0).isRetriable })
  }

  @Test func theSettingOfEncryptionIsUnderstood() {
    #expect(NotifierParts.encryption("require") == .require)
    #expect(NotifierParts.encryption("whenOffered") == .whenOffered)
    #expect(NotifierParts.encryption("never") == .never)
  }
}
