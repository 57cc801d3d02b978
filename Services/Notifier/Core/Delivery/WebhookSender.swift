import Casework
import Cryptography
import Domain
import Transfer
import Wire

/// Posts notices to the deployment's webhook, signed after Standard Webhooks: `webhook-id`, `webhook-timestamp` and
/// `webhook-signature: v1,` with the base64 of HMAC-SHA-256 over `id.timestamp.body`.
struct WebhookSender: Sendable {
  /// What a receiver may answer; more is not read.
  static let maxResponseBytes = 64 << 10

  let client: HTTPClient
  /// Nil where no webhook is configured; nothing is sent unsigned.
  let secret: [UInt8]?

  /// - Throws: ``WebhookRefused`` for an answer outside 2xx; `TransferError` when there was none.
  func send(_ delivery: QueuedDelivery, district: UnitCode, at now: Instant, timeoutSeconds: Int) async throws {
    let id = delivery.id(district)
    let timestamp = String(now.microseconds / 1_000_000)
    let body = Self.body(delivery, at: now)
    var headers = [
      OutgoingRequest.Header("Content-Type", "application/json"), OutgoingRequest.Header("webhook-id", id),
      OutgoingRequest.Header("webhook-timestamp", timestamp),
    ]
    if let secret {
      headers.append(
        OutgoingRequest.Header(
          "webhook-signature", Self.signature(id: id, timestamp: timestamp, body: body, secret: secret)))
    }
    var request = OutgoingRequest(method: "POST", url: delivery.target, headers: headers, body: body)
    request.totalTimeoutMilliseconds = timeoutSeconds * 1_000
    request.maxResponseBytes = Self.maxResponseBytes
    let response = try await client.send(request)
    guard (200..<300).contains(response.status) else { throw WebhookRefused(status: response.status) }
  }

  static func body(_ delivery: QueuedDelivery, at now: Instant) -> [UInt8] {
    var writer = JSONWriter(capacity: delivery.payload.count + 96)
    writer.beginObject()
    writer.member("type", delivery.notice == ChannelTest.notice ? "channel.test" : "case.\(delivery.notice)")
    writer.member("timestamp", now.rfc3339(offsetSeconds: 0))
    writer.key("data")
    writer.raw(delivery.payload)
    writer.endObject()
    return writer.bytes
  }

  static func signature(id: String, timestamp: String, body: [UInt8], secret: [UInt8]) -> String {
    let code = HMACSHA256.code(of: Array("\(id).\(timestamp).".utf8) + body, key: secret)
    return "v1,\(Base64.standard.encode(code))"
  }
}

/// The receiver did not take the notice.
struct WebhookRefused: Error, CustomStringConvertible {
  let status: Int
  /// 4xx other than these will not change by itself (Standard Webhooks: 410 asks to stop).
  var isRetriable: Bool { status >= 500 || [408, 425, 429].contains(status) }
  var description: String { "the receiver answered \(status)" }
}
