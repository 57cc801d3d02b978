import CCurl

/// What can go wrong with a transfer. Descriptions contain no address, header, body or password.
public struct TransferError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Hashable, Sendable {
    /// The request or message is malformed; it was not sent.
    case invalidRequest = "invalid_request"
    /// The host's name could not be resolved.
    case unresolved
    /// No connection, or it was lost.
    case connection
    /// Encryption failed, is missing though required, or the certificate is not trusted.
    case encryption
    /// A time limit passed.
    case timeout
    /// The task or the client was cancelled.
    case cancelled
    /// The response is larger than the request allows.
    case responseTooLarge = "response_too_large"
    /// More transfers wait than the client admits.
    case busy
    /// The other side does not speak the protocol.
    case protocolViolation = "protocol_violation"
    /// The caller's own upload sequence failed.
    case uploadFailed = "upload_failed"
    /// The mail server refused for good (reply 5xx): trying again is useless.
    case refusedPermanently = "refused_permanently"
    /// The mail server refused for now (reply 4xx).
    case refusedTemporarily = "refused_temporarily"
    /// The mail server does not accept user and password.
    case loginDenied = "login_denied"
  }

  public let code: Code
  public let reason: String
  /// The mail server's reply, where there was one.
  public let reply: Int?

  public init(_ code: Code, _ reason: String, reply: Int? = nil) {
    self.code = code
    self.reason = reason
    self.reply = reply
  }

  /// Whether the same transfer may succeed later. It may also have succeeded already: a connection can be lost after
  /// the other side has acted.
  public var isRetriable: Bool {
    switch code {
    case .unresolved, .connection, .timeout, .busy, .refusedTemporarily, .cancelled, .protocolViolation: true
    case .invalidRequest, .encryption, .responseTooLarge, .uploadFailed, .refusedPermanently, .loginDenied: false
    }
  }

  public var description: String {
    reply.map { "\(code.rawValue): \(reason) (reply \($0))" } ?? "\(code.rawValue): \(reason)"
  }

  /// The error for a result of libcurl.
  init(result: CURLcode) {
    let code: Code =
      switch result {
      case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .unresolved
      case CURLE_OPERATION_TIMEDOUT: .timeout
      case CURLE_URL_MALFORMAT, CURLE_UNSUPPORTED_PROTOCOL: .invalidRequest
      case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_USE_SSL_FAILED, CURLE_SSL_CERTPROBLEM,
        CURLE_SSL_CIPHER, CURLE_SSL_CACERT_BADFILE, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_ENGINE_INITFAILED:
        .encryption
      case CURLE_WEIRD_SERVER_REPLY, CURLE_HTTP2, CURLE_HTTP2_STREAM: .protocolViolation
      case CURLE_LOGIN_DENIED: .loginDenied
      default: .connection
      }
    self.init(code, String(cString: curl_easy_strerror(result)))
  }
}
