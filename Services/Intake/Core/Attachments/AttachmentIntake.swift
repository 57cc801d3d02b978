import Cryptography
import Domain
import Operations
import Platform
import PostgresClient

/// An image as it was stored.
struct StoredAttachment: Sendable, Equatable {
  let id: String
  let sha256: [UInt8]
  let bytes: Int
  let header: ImageHeader
}

/// Takes images in: looks at what they are, cleans them, stores them until a report names them.
struct AttachmentIntake: Sendable {
  /// Random bytes of an id: nobody guesses another's.
  static let idBytes = 16

  let pool: PostgresPool
  let cleaner: ImageCleaner
  let clock: any WallClock
  let metrics: IntakeMetrics

  /// - Throws: ``ImageFault``, `PostgresError`.
  func take(_ image: [UInt8], from sender: ReportSender) async throws -> StoredAttachment {
    do {
      let stored = try await cleanAndStore(image, from: sender)
      metrics.attachments.with("stored").increment()
      return stored
    } catch {
      metrics.attachments.with(error is ImageFault ? "refused" : "failed").increment()
      throw error
    }
  }

  private func cleanAndStore(_ image: [UInt8], from sender: ReportSender) async throws -> StoredAttachment {
    let given = try Self.admit(image)
    let watch = Stopwatch()
    let cleaned = try await cleaner.clean(image, kind: given.kind)
    metrics.attachmentSeconds.record(microseconds: watch.elapsedMicroseconds)
    guard let header = ImageHeader(cleaned), header.kind == given.kind else { throw ImageFault.damaged }
    let stored = StoredAttachment(
      id: Hexadecimal.encode(RandomBytes.make(Self.idBytes)), sha256: SHA256.digest(of: cleaned), bytes: cleaned.count,
      header: header)
    try await pool.execute(
      Self.insert,
      [
        .text(sender.home.text), .text(stored.id), .text(header.kind.rawValue), .int32(Int32(header.width)),
        .int32(Int32(header.height)), .bytes(stored.sha256), .bytes(cleaned), .text(sender.actor.text),
        .timestamp(microseconds: clock.microseconds),
      ])
    return stored
  }

  /// The header of an image that may be decoded.
  static func admit(_ image: [UInt8]) throws(ImageFault) -> ImageHeader {
    guard let header = ImageHeader(image) else { throw .unknownKind }
    let longest = max(header.width, header.height)
    guard longest <= ImageLimits.maxSidePixels, header.width * header.height <= ImageLimits.maxPixels else {
      throw .tooManyPixels(width: header.width, height: header.height)
    }
    return header
  }

  private static let insert = Statement(
    "intake_insert_attachment",
    """
    INSERT INTO attachments (district, id, media_type, width, height, sha256, content, uploaded_by, uploaded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    """)
}
