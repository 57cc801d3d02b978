public import Operations

/// Why a request or a sign-in is refused. Nothing in it says which part of a credential was wrong.
public enum AuthenticationError: Error, Sendable, Equatable {
  /// There is no credential, or one in a form that is not known.
  case missing
  /// The credential is unknown, expired or revoked.
  case invalid
  /// A cookie came with a request that another site may have caused.
  case crossSite
  /// Username and password do not belong together, or the user is disabled.
  case wrongPassword
  /// There were too many failed sign-ins of this user or from this address.
  case tooManyAttempts(retryAfterSeconds: Int)
  /// Too many passwords are being checked.
  case busy
}

extension AuthenticationError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .missing: "no credential"
    case .invalid: "invalid credential"
    case .crossSite: "cross-site request"
    case .wrongPassword: "wrong username or password"
    case .tooManyAttempts: "too many failed sign-ins"
    case .busy: "too many sign-ins at once"
    }
  }
}

extension AuthenticationError: ProblemConvertible {
  public var problem: Problem {
    switch self {
    case .missing: .unauthenticated("Sign in, or send a session token or an API key.")
    case .invalid: .unauthenticated("The session token or API key is not valid or has ended.")
    case .crossSite: .forbidden(code: "csrf", "The request does not prove that it comes from these pages.")
    case .wrongPassword: .unauthenticated("Username and password do not belong together.")
    case .tooManyAttempts(let seconds):
      .tooManyRequests(retryAfterSeconds: seconds, "There were too many failed sign-ins. Try again later.")
    case .busy: .unavailable(code: "busy", retryAfterSeconds: 2, "There are too many sign-ins at once.")
    }
  }
}
