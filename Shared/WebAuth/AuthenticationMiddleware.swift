public import Domain
public import Hummingbird
public import Operations

/// A context that knows who sent the request.
public protocol AuthenticatedRequestContext: DoorRequestContext {
  var authentication: Authentication? { get set }
}

/// Who sent a request, and by which credential.
public struct Authentication: Sendable {
  public let caller: Caller
  public let credential: Credential
  /// Whether a form of this request still has to show its `CrossSite` token; only where the middleware allows it.
  public let needsFormToken: Bool
}

extension AuthenticatedRequestContext {
  /// The caller.
  ///
  /// - Throws: `AuthenticationError.missing` where the middleware let a request without credential pass.
  public func requireCaller() throws(AuthenticationError) -> Caller {
    guard let authentication else { throw .missing }
    return authentication.caller
  }

  /// The caller, if it has one of `roles`.
  ///
  /// - Throws: `Problem` 403, `AuthenticationError.missing`.
  public func requireCaller(_ roles: Role...) throws -> Caller {
    let caller = try requireCaller()
    guard roles.contains(caller.role) else {
      throw Problem.forbidden(code: "role", "This needs another role than \(caller.role.rawValue).")
    }
    return caller
  }

  /// Checks the token of a form, where the request's headers did not prove that it comes from our pages.
  ///
  /// - Throws: `AuthenticationError.crossSite`.
  public func requireFormToken(_ token: String?) throws(AuthenticationError) {
    guard let authentication, authentication.needsFormToken else { return }
    guard case .cookie(let session) = authentication.credential, let token, CrossSite.isValid(token, of: session) else {
      throw .crossSite
    }
  }
}

/// Finds out who sends each request; behind `DoorMiddleware`, before the routes that need a caller.
public struct AuthenticationMiddleware<Context: AuthenticatedRequestContext>: RouterMiddleware {
  /// What a group of routes takes.
  public struct Options: OptionSet, Sendable {
    public let rawValue: Int

    public init(rawValue: Int) {
      self.rawValue = rawValue
    }

    /// Without a credential, or with a cookie that is no longer valid, the request passes and has no caller.
    public static var anonymous: Options { Options(rawValue: 1) }
    /// A cookie without proof passes; the route must call `requireFormToken`.
    public static var formToken: Options { Options(rawValue: 2) }
  }

  private let authenticator: Authenticator
  private let options: Options

  public init(_ authenticator: Authenticator, options: Options = []) {
    self.authenticator = authenticator
    self.options = options
  }

  public func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var context = context
    do {
      context.authentication = try await authenticate(request)
    } catch let error as AuthenticationError {
      guard options.contains(.anonymous), error == .missing || isStaleCookie(request, error) else { throw error }
    }
    return try await next(request, context)
  }

  private func authenticate(_ request: Request) async throws -> Authentication {
    let credential = try Credential(of: request)
    var needsFormToken = false
    if case .cookie(let session) = credential, CrossSite.needsProof(request.method),
      !CrossSite.isProven(request, session: session)
    {
      guard options.contains(.formToken) else { throw AuthenticationError.crossSite }
      needsFormToken = true
    }
    let caller = try await authenticator.caller(of: credential)
    return Authentication(caller: caller, credential: credential, needsFormToken: needsFormToken)
  }

  /// A browser keeps sending the cookie of a session that has ended: its pages show the sign-in instead of an error.
  private func isStaleCookie(_ request: Request, _ error: AuthenticationError) -> Bool {
    error == .invalid && request.headers[.authorization] == nil
  }
}

/// The context of doors with callers.
public struct AuthenticatedContext: AuthenticatedRequestContext {
  public var coreContext: CoreRequestContextStorage
  public let clientAddress: String?
  public var authentication: Authentication?

  public init(source: ApplicationRequestContextSource) {
    let context = DoorContext(source: source)
    coreContext = context.coreContext
    clientAddress = context.clientAddress
  }

  /// For a request that comes from no socket.
  public init(_ context: DoorContext) {
    coreContext = context.coreContext
    clientAddress = context.clientAddress
  }
}
