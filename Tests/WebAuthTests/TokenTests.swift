import Domain
import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import WebAuth

@Suite struct TokenTests {
  @Test func tokensAndKeysReadBack() throws {
    let token = SessionToken(district: "440306")
    #expect(token.text.hasPrefix("gls_440306_"))
    #expect(SessionToken(text: token.text) == token)
    let key = APIKey(district: "NY1")
    #expect(key.text.hasPrefix("glk_NY1-"))
    #expect(APIKey(text: key.text) == key)
    #expect(SessionToken(district: "440306") != token)
    #expect(SessionToken(text: key.text) == nil)
    #expect(APIKey(text: token.text) == nil)
  }

  @Test func describesThemWithoutTheSecret() {
    let token = SessionToken(district: "440306")
    #expect(!"\(token)".contains(token.text.suffix(43)))
    let key = APIKey(district: "440306")
    #expect("\(key)" == "API key \(key.identifier)")
  }

  static let malformed = [
    "", "gls_", "gls__", "glk_440306_\(String(repeating: "a", count: 43))", "gls_440306_short",
    "gls_440306_\(String(repeating: "a", count: 44))", "gls__\(String(repeating: "a", count: 43))",
    "glk_-1_\(String(repeating: "a", count: 43))", "gls_440306_\(String(repeating: "a", count: 42)) ",
    "gls_\(String(repeating: "9", count: 65))_\(String(repeating: "a", count: 43))",
    "gls_440306_\(String(repeating: "井", count: 43))",
  ]

  @Test(arguments: malformed)
  func refusesOtherForms(text: String) {
    #expect(SessionToken(text: text) == nil)
    #expect(APIKey(text: text) == nil)
  }

  @Test func readsTheAuthorizationHeader() throws {
    let token = SessionToken(district: "440306")
    let key = APIKey(district: "440306")
    #expect(try Credential(authorization: "Bearer \(token.text)") == .session(token))
    #expect(try Credential(authorization: "apikey  \(key.text)") == .key(key))
    #expect(throws: AuthenticationError.invalid) { try Credential(authorization: "Bearer \(key.text)") }
    #expect(throws: AuthenticationError.invalid) { try Credential(authorization: "ApiKey \(token.text)") }
    #expect(throws: AuthenticationError.missing) { try Credential(authorization: "Basic YTpi") }
    #expect(throws: AuthenticationError.missing) { try Credential(authorization: token.text) }
  }
}

@Suite struct CrossSiteTests {
  private let session = SessionToken(district: "440306")

  private func request(_ headers: [(String, String)]) throws -> Request {
    var fields: HTTPFields = [:]
    for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
    return Request(
      head: HTTPRequest(method: .post, scheme: "http", authority: "grid.example:8080", path: "/", headerFields: fields),
      body: RequestBody(buffer: ByteBuffer()))
  }

  @Test func acceptsItsOwnPages() throws {
    for headers in [
      [("x-csrf-token", CrossSite.token(of: session))], [("origin", "http://grid.example:8080")],
      [("origin", "https://grid.example:8080")], [("sec-fetch-site", "same-origin")],
    ] {
      #expect(CrossSite.isProven(try request(headers), session: session), "\(headers)")
    }
  }

  @Test func refusesOthers() throws {
    for headers in [
      [], [("origin", "http://evil.example")], [("origin", "null")], [("origin", "http://grid.example")],
      [("sec-fetch-site", "cross-site"), ("origin", "http://grid.example:8080")], [("sec-fetch-site", "same-site")],
      [("x-csrf-token", CrossSite.token(of: SessionToken(district: "440306")))],
      [("x-csrf-token", ""), ("origin", "http://grid.example:8080")],
    ] {
      #expect(!CrossSite.isProven(try request(headers), session: session), "\(headers)")
    }
  }
}
