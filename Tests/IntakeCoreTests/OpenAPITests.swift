import CaseworkSupport
import Operations
import Testing

@testable import IntakeCore

@Suite("The document of the interface")
struct OpenAPITests {
  private static let open311 = "/open311/v2/"

  @Test("Names every route of the door for reports, and no other")
  func intake() async throws {
    let fixture = try await IntakeFixture.make("intake_openapi")
    let served = Set(fixture.routes.map { "\($0.method) \(OpenAPIDocument.bare($0.path))" })
    let described = try #require(try OpenAPIDocument.read().routes[.intake])
    let wild = served.filter { $0.contains(Self.open311) }
    #expect(wild == ["GET \(Self.open311)**", "POST \(Self.open311)**"])
    let plain = described.filter { !$0.contains(Self.open311) }
    #expect(served.subtracting(wild).subtracting(plain).sorted() == [], "served, but not described")
    #expect(plain.subtracting(served).sorted() == [], "described, but not served")
  }

  /// Beneath it the paths are read by hand: each that is described is one that is known, and all that are known are
  /// described.
  @Test("Names every resource of Open311, and no other")
  func open311() throws {
    let described = try #require(try OpenAPIDocument.read().routes[.intake]).filter { $0.contains(Self.open311) }
    let paths = Set(described.map { String($0.split(separator: " ")[1].dropFirst(Self.open311.count)) })
    let resources = paths.map { path in
      Open311Path(
        path.replacing("{format}", with: "json").replacing("{service_code}", with: "x")
          .replacing("{service_request_id}", with: "x").replacing("{token}", with: "x")
      ).resource
    }
    #expect(!resources.contains(nil))
    let known: [Open311Path.Resource] = [
      .discovery, .services, .service("x"), .requests, .request("x"), .token("x"), .updates,
    ]
    for resource in known { #expect(resources.filter { $0 == resource }.count == 1, "\(resource)") }
    #expect(resources.count == known.count)
    #expect(
      described.filter { $0.hasPrefix("POST ") }.sorted() == [
        "POST /open311/v2/requests.{format}", "POST /open311/v2/servicerequestupdates.{format}",
      ])
  }
}
