import HTTPTypes
public import Hummingbird

/// What a request brings to say who sends it.
public enum Credential: Sendable, Hashable {
  /// `Authorization: Bearer gls_…`
  case session(SessionToken)
  /// `Authorization: ApiKey glk_…`
  case key(APIKey)
  /// The session cookie of the web pages.
  case cookie(SessionToken)

  /// The credential of a request; an `Authorization` header goes before a cookie.
  ///
  /// - Throws: `AuthenticationError.missing` when there is none, `invalid` when it has not the form of one.
  public init(of request: Request) throws(AuthenticationError) {
    if let header = request.headers[.authorization] {
      try self.init(authorization: header)
    } else if let text = request.cookies[SessionCookie.name]?.value {
      guard let token = SessionToken(text: text) else { throw .invalid }
      self = .cookie(token)
    } else {
      throw .missing
    }
  }

  /// The credential in an `Authorization` header.
  public init(authorization header: String) throws(AuthenticationError) {
    guard let space = header.firstIndex(of: " ") else { throw .missing }
    let text = String(header[header.index(after: space)...].drop { $0 == " " })
    switch header[..<space].lowercased() {
    case "bearer":
      guard let token = SessionToken(text: text) else { throw .invalid }
      self = .session(token)
    case "apikey":
      guard let key = APIKey(text: text) else { throw .invalid }
      self = .key(key)
    default: throw .missing
    }
  }

  /// The text that travelled. Secret.
  var text: String {
    switch self {
    case .session(let token), .cookie(let token): token.text
    case .key(let key): key.text
    }
  }
}
