import Cryptography
import Domain
import Hummingbird
import NIOCore
import Platform
import PostgresClient
import Testing
import Wire

@testable import IntakeCore

@Suite struct AttachmentTests {
  private func upload(
    _ fixture: IntakeFixture, _ bytes: [UInt8], type: String, key: String
  ) async throws -> Client.Answer {
    try await fixture.router.send(
      .post, "/v1/attachments", RequestBody(buffer: ByteBuffer(bytes: bytes)),
      headers: ["content-type": type, "authorization": key])
  }

  @Test func anImageIsStoredAndBoundToItsCase() async throws {
    let fixture = try await IntakeFixture.make("attachments")
    let key = try await fixture.key()
    let image = try ImageTests.image("a.jpg")
    let raw = try await upload(fixture, image, type: "image/jpeg", key: key)
    #expect(raw.status == 201)
    let id = try #require(try raw.document["id"]?.stringValue)
    #expect(try raw.document["width"] == 40 && raw.document["height"] == 30)
    let stored = try await fixture.pool.query(.unprepared("SELECT content, sha256, case_number FROM attachments"))[0]
    let content = try stored.bytes(0)
    #expect(try raw.document["bytes"]?.integerValue == Int64(content.count))
    #expect(try raw.document["sha256"]?.stringValue == Hexadecimal.encode(SHA256.digest(of: content)))
    #expect(try stored.isNull(2))
    let report = DoorTests.good.replacing("\"x-1\"", with: "\"x-1\",\"attachments\":[\"\(id)\"]")
    #expect(try await fixture.router.report(report, key: key).status == 201)
    let bound = try await fixture.pool.query(.unprepared("SELECT case_number FROM attachments"))[0]
    #expect(try bound.int64(0) == 1)
    let again = try await fixture.router.report(report.replacing("x-1", with: "x-2"), key: key)
    #expect(try again.fields == ["attachments.0": "unknown_attachment"])
  }

  @Test func whatNoReportNamesIsSweptInTime() async throws {
    let fixture = try await IntakeFixture.make("sweep")
    let key = try await fixture.key()
    let image = try ImageTests.image("a.jpg")
    var ids: [String] = []
    for _ in 0..<2 {
      ids.append(
        try #require(try await upload(fixture, image, type: "image/jpeg", key: key).document["id"]?.stringValue))
    }
    let report = DoorTests.good.replacing("\"x-1\"", with: "\"x-1\",\"attachments\":[\"\(ids[0])\"]")
    #expect(try await fixture.router.report(report, key: key).status == 201)
    var configuration = fixture.configuration
    configuration.role = "gridloop_intake"
    let own = try await IntakeFixture(configuration, clock: fixture.clock)
    let sweep = AttachmentSweep(
      pool: own.pool, policies: own.policies, clock: own.clock, maxUnboundHours: 48, metrics: own.metrics,
      logger: IntakeFixture.logger)
    fixture.clock.advance(microseconds: 48 * Instant.microsecondsPerHour)
    #expect(try await sweep.sweep() == 0)
    fixture.clock.advance(microseconds: 1)
    #expect(try await sweep.sweep() == 1)
    let left = try await fixture.pool.query(.unprepared("SELECT id FROM attachments")).map { try $0.text(0) }
    #expect(left == [ids[0]])
    let late = report.replacing("x-1", with: "x-2").replacing(ids[0], with: ids[1])
    #expect(try await fixture.router.report(late, key: key).fields == ["attachments.0": "unknown_attachment"])
  }

  @Test func aFormBringsOneFile() async throws {
    let fixture = try await IntakeFixture.make("attachment_forms")
    let key = try await fixture.key()
    let image = try ImageTests.image("a.png")
    let head = "--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x\"\r\n\r\n"
    let body = Array(head.utf8) + image + Array("\r\n--b--\r\n".utf8)
    let answer = try await upload(fixture, body, type: "multipart/form-data; boundary=b", key: key)
    #expect(answer.status == 201)
    #expect(try answer.document["media_type"] == "image/png")
  }

  @Test func whatIsNoImageIsRefused() async throws {
    let fixture = try await IntakeFixture.make("attachment_bad")
    let key = try await fixture.key()
    let image = try ImageTests.image("a.png")
    let answers = [
      try await upload(fixture, Array("GIF89a".utf8), type: "image/png", key: key),
      try await upload(fixture, Array(image.prefix(60)), type: "image/png", key: key),
      try await upload(fixture, image, type: "text/html", key: key),
      try await upload(fixture, [], type: "image/png", key: key),
      try await upload(fixture, Array("--b".utf8), type: "multipart/form-data; boundary=b", key: key),
      try await upload(
        fixture, [UInt8](repeating: 0, count: ImageLimits.maxImageBytes + 1), type: "image/png", key: key),
    ]
    #expect(answers.map(\.status) == [415, 422, 415, 400, 400, 413])
    #expect(answers[1].code == "invalid_image" && answers[4].code == "malformed_multipart")
    let rows = try await fixture.pool.query(.unprepared("SELECT count(*) FROM attachments"))
    #expect(try rows[0].int64(0) == 0)
  }

  @Test func anotherSendersImageCannotBeBound() async throws {
    let fixture = try await IntakeFixture.make("attachment_owner")
    let image = try ImageTests.image("a.webp")
    let answer = try await upload(fixture, image, type: "image/webp", key: try await fixture.key(name: "other"))
    let id = try #require(try answer.document["id"]?.stringValue)
    let report = DoorTests.good.replacing("\"x-1\"", with: "\"x-1\",\"attachments\":[\"\(id)\"]")
    #expect(try await fixture.router.report(report, key: try await fixture.key()).status == 422)
    #expect(try await fixture.counts() == [0, 0, 0, 0, 0, 0])
  }

  @Test func withoutTheToolNoImageIsTaken() async throws {
    let fixture = try await IntakeFixture.make("attachment_tool", imageTool: "/nowhere/vips")
    let answer = try await upload(
      fixture, try ImageTests.image("a.png"), type: "image/png", key: try await fixture.key())
    #expect(answer.status == 503 && answer.code == "images_unavailable")
  }
}
