public import Cryptography
public import Domain
public import Platform

/// How long things last in authentication.
public struct AuthenticationLimits: Sendable {
  /// From sign-in to the end of a session, in seconds.
  public var sessionSeconds: Int64 = 12 * 3_600
  /// How long a looked-up credential is trusted without asking again, in milliseconds: so long a revoked one may still
  /// work.
  public var cacheMilliseconds: Int64 = 3_000
  /// Credentials that are remembered at once.
  public var maxCachedCallers = 10_000
  public var signIn = SignInLimits()

  public init() {}
}

/// Says who a credential belongs to, signs people in and out. One for each process; from any thread.
///
/// Times are real, also under a simulated clock: moving the time of cases must not sign anybody out.
public final class Authenticator: Sendable {
  let store: AccountStore
  let limits: AuthenticationLimits
  let hasher: PasswordHasher
  let clock: any WallClock
  let cache: CallerCache
  let ledger: Locked<SignInLedger>

  /// - Parameters:
  ///   - hasher: hashes and checks passwords on its own queue.
  ///   - clock: the machine's; only tests take another.
  public init(
    store: AccountStore, hasher: PasswordHasher, limits: AuthenticationLimits = AuthenticationLimits(),
    clock: any WallClock = SystemClock()
  ) {
    self.store = store
    self.hasher = hasher
    self.limits = limits
    self.clock = clock
    cache = CallerCache(maxEntries: limits.maxCachedCallers, lifetimeMicroseconds: limits.cacheMilliseconds * 1_000)
    ledger = Locked(SignInLedger(limits: limits.signIn))
  }

  /// Who the credential belongs to.
  ///
  /// - Throws: `AuthenticationError.invalid`; `PostgresError` when the database cannot be asked.
  public func caller(of credential: Credential) async throws -> Caller {
    let digest = SHA256.digest(of: credential.text)
    let caller = try await cache.caller(digest) { [self] in
      switch credential {
      case .key(let key): try await store.account(of: key)?.caller
      case .session(let token), .cookie(let token): try await store.account(of: token, at: now)?.caller
      }
    }
    guard let caller else { throw AuthenticationError.invalid }
    return caller
  }

  /// The time that accounts live in: real, also where the time of cases is simulated.
  public var now: Instant { Instant(microseconds: clock.microseconds) }
}

/// A person's session, as the one who signed in gets it.
public struct Session: Sendable {
  public let token: SessionToken
  public let expiresAt: Instant
  public let caller: Caller
}

extension Authenticator {
  /// Signs a person in.
  ///
  /// Takes the same time whether or not there is such a user. Failures are counted by username and address.
  /// - Throws: `AuthenticationError` `wrongPassword`, `tooManyAttempts` or `busy`; `PostgresError`.
  public func signIn(username: String, password: String, address: String?) async throws -> Session {
    let subjects = [.user(username)] + (address.map { [SignInLedger.Subject.address($0)] } ?? [])
    if let seconds = ledger.withLock({ $0.begin(subjects, now: MonotonicClock.microseconds) }) {
      throw AuthenticationError.tooManyAttempts(retryAfterSeconds: seconds)
    }
    guard let user = try await checkedUser(username: username, password: password) else {
      throw AuthenticationError.wrongPassword
    }
    ledger.withLock { $0.succeed(subjects) }
    let token = SessionToken(district: user.district)
    let start = now
    let end = start.adding(seconds: limits.sessionSeconds)
    try await store.insertSession(token, username: user.username, at: start, expiresAt: end)
    return Session(token: token, expiresAt: end, caller: user.caller)
  }

  /// Ends a session; no error when it had ended before.
  public func signOut(_ token: SessionToken) async throws {
    _ = try await store.revokeSession(token, at: now)
    cache.forget(SHA256.digest(of: token.text))
  }

  /// A hash for a new password, made at the cost of this process.
  ///
  /// - Throws: `AuthenticationError.busy`, `CryptographyError` for a password that cannot be one.
  public func hash(password: String) async throws -> PasswordHash {
    do throws(CryptographyError) {
      return try await hasher.hash(password)
    } catch {
      if error.code == .busy { throw AuthenticationError.busy }
      throw error
    }
  }

  /// Asks the database anew about all credentials of this name; other processes do so within the time that callers are
  /// cached.
  public func forget(_ kind: Caller.Kind, named name: String) {
    cache.forget { $0.kind == kind && $0.name == name }
  }

  private func checkedUser(username: String, password: String) async throws -> UserAccount? {
    let named = username.utf8.count <= AccountStore.maxUsernameBytes ? try await store.users(named: username) : []
    // Names are unique; if two districts added the same one at the same moment, neither can be told from the other.
    let user = named.count == 1 ? named.first : nil
    let hash = user.flatMap { try? PasswordHash(text: $0.passwordHash) }
    let matches: Bool
    do throws(CryptographyError) {
      matches = try await hasher.verify(password, against: hash)
    } catch {
      throw AuthenticationError.busy
    }
    return matches && user?.disabledAt == nil ? user : nil
  }
}
