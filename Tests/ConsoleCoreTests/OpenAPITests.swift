import CaseworkSupport
import Hummingbird
import Operations
import Testing
import WebAuth

@testable import ConsoleCore

@Suite("The document of the interface")
struct OpenAPITests {
  /// What the console passes on to the door for reports, which describes it.
  private static let passedOn: Set<String> = [
    "POST /v1/reports", "GET /v1/reports", "GET /v1/locate", "POST /v1/attachments",
  ]

  @Test("Names every route of the console, and no other")
  func console() async throws {
    let door = try await ConsoleDoor.open("console_openapi")
    let router = ConsoleRouter.router(
      door.console,
      door: DoorMiddleware(metrics: DoorMetrics(MetricsRegistry()), logger: door.console.logger))
    let served = Set(
      router.routes.map { "\($0.method) \(OpenAPIDocument.bare($0.path.description))" }
        .filter { $0.contains(" /v1/") || $0.hasSuffix("/openapi.yaml") })
    #expect(Self.passedOn.isSubset(of: served))
    let document = try OpenAPIDocument.read().routes
    let described = try #require(document[.console])
    #expect(served.subtracting(Self.passedOn).subtracting(described).sorted() == [], "served, but not described")
    #expect(described.subtracting(served).sorted() == [], "described, but not served")
    #expect(Self.passedOn.isSubset(of: document[.intake] ?? []))
  }
}
