import Cryptography
import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import WebAuth
import Wire

/// `POST /v1/attachments`: one image, raw or as the file of a form.
struct AttachmentRoute: Sendable {
  let intake: ReportIntake
  let attachments: AttachmentIntake

  static let mediaTypes =
    ImageHeader.Kind.allCases.map(\.rawValue) + ["application/octet-stream", "multipart/form-data"]

  func post(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let caller = try context.requireCaller()
    let sender = try intake.sender(caller)
    if let problem = intake.meter.beginImage(of: caller) { throw problem }
    try request.requireContentType(Self.mediaTypes)
    let image = try await image(of: request)
    guard !image.isEmpty else { throw Problem.malformed(code: "empty", "There is no image in the body.") }
    let stored = try await attachments.take(image, from: sender)
    return Response.json(.created) { writer in
      writer.beginObject()
      writer.member("id", stored.id)
      writer.member("sha256", Hexadecimal.encode(stored.sha256))
      writer.member("bytes", stored.bytes)
      writer.member("width", stored.header.width)
      writer.member("height", stored.header.height)
      writer.member("media_type", stored.header.kind.rawValue)
      writer.endObject()
    }
  }

  private func image(of request: Request) async throws -> [UInt8] {
    guard request.mediaType == "multipart/form-data" else {
      return Array(buffer: try await request.collectBody(maxBytes: ImageLimits.maxImageBytes))
    }
    let maxBytes = ImageLimits.maxImageBytes + ImageLimits.maxEnvelopeBytes
    let body = Array(buffer: try await request.collectBody(maxBytes: maxBytes))
    let parts: [Multipart.Part]
    do throws(Multipart.Fault) {
      parts = try Multipart(body, contentType: request.headers[.contentType] ?? "").parts
    } catch {
      throw Problem.malformed(code: "malformed_multipart", "The body is no multipart form that can be read.")
    }
    let files = parts.filter { $0.fileName != nil }
    guard files.count == 1 else {
      throw Problem.malformed(code: "one_file", "A form brings exactly one file.")
    }
    guard files[0].content.count <= ImageLimits.maxImageBytes else {
      throw Problem.tooLarge(maxBytes: ImageLimits.maxImageBytes)
    }
    return files[0].content
  }
}
