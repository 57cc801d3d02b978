import Domain
import HTTPTypes
import Hummingbird
import Testing
import WebAuth
import Wire

@testable import ConsoleCore

@Suite("Signing in and pages")
struct SessionTests {
  @Test("A session is given for the right password, works, and ends")
  func session() async throws {
    let door = try await ConsoleDoor.open("console_session")
    let answer = try await door.ask(
      .post, "/v1/sessions", body: ["username": "zhao", "password": .string(ConsoleDoor.password)])
    #expect(answer.status == .created)
    #expect(try answer.json["user"]?["department"] == "urban")
    let token = try #require(try answer.json["token"]?.stringValue)
    let headers: HTTPFields = [.authorization: "Bearer \(token)"]
    #expect(try await door.ask(.get, "/v1/sessions/me", headers: headers).json["username"] == "zhao")
    #expect(try await door.ask(.delete, "/v1/sessions", headers: headers).status == .noContent)
    #expect(try await door.ask(.get, "/v1/sessions/me", headers: headers).status == .unauthorized)

    let wrong = try await door.ask(.post, "/v1/sessions", body: ["username": "zhao", "password": "no"])
    #expect(wrong.status == .unauthorized)
    #expect(wrong.headers[.contentType] == "application/problem+json")
    let empty = try await door.ask(.post, "/v1/sessions", body: [:])
    #expect(try empty.json["errors"]?.arrayValue?.count == 2)
  }

  @Test("The sign-in page has its fields, and after sign-in there is a navigation")
  func pages() async throws {
    let door = try await ConsoleDoor.open("console_pages")
    let page = try await door.ask(.get, "/?lang=en")
    #expect(page.status == .ok)
    #expect(page.text.contains("name=\"username\"") && page.text.contains("name=\"password\""))
    #expect(page.text.contains("<html lang=\"en\">"))
    #expect(page.headers[.contentSecurityPolicy]?.contains("default-src 'none'") == true)
    #expect(try await door.ask(.get, "/", headers: [.acceptLanguage: "fr, en;q=0.5, zh;q=0.9"]).text.contains("登录"))

    let form = Array("username=ji&password=correct+horse+battery".utf8)
    let headers: HTTPFields = [.contentType: "application/x-www-form-urlencoded"]
    let signedIn = try await door.respond(.post, "/sign-in", headers: headers, body: form)
    #expect(signedIn.status == .seeOther)
    let cookie = try #require(signedIn.headers[.setCookie])
    #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict"))
    let pair = String(cookie.prefix { $0 != ";" })
    let home = try await door.ask(.get, "/?lang=en", headers: [.cookie: pair])
    #expect(home.text.contains("<nav") && home.text.contains("href=\"/cases\""))
    #expect(!home.text.contains("src=\"http") && !home.text.contains("href=\"http"))

    let forged = try await door.respond(
      .post, "/sign-in", headers: headers.with(.origin, "http://evil"), body: form)
    #expect(forged.status == .forbidden)
    let noToken = try await door.respond(.post, "/sign-out", headers: headers.with(.cookie, pair), body: [])
    #expect(noToken.status == .forbidden)
    let cookieOnly = try await door.ask(
      .post, "/v1/cases/d-1/actions", headers: [.cookie: pair, .ifMatch: "1"], body: ["action": "sign"])
    #expect(cookieOnly.status == .forbidden)
    #expect(try cookieOnly.code == "csrf")
  }

  @Test("What does not exist is a problem document, and the interface describes itself")
  func documents() async throws {
    let door = try await ConsoleDoor.open("console_documents")
    let missing = try await door.ask(.get, "/v1/nothing", as: .admin)
    #expect(missing.status == .notFound)
    #expect(missing.headers[.contentType] == "application/problem+json")
    let description = try await door.ask(.get, "/openapi.yaml")
    #expect(description.text.hasPrefix("openapi: 3.1"))
  }

  @Test("The language is the one asked for, else the one best liked")
  func languages() {
    #expect(PageLanguage.preferred("en-GB,en;q=0.9,zh;q=0.1") == .english)
    #expect(PageLanguage.preferred("zh-TW") == .chinese)
    #expect(PageLanguage.preferred("de, en;q=0") == .chinese)
    #expect(PageLanguage.preferred("") == .chinese)
  }
}

extension HTTPFields {
  fileprivate func with(_ name: HTTPField.Name, _ value: String) -> HTTPFields {
    var copy = self
    copy[name] = value
    return copy
  }
}
