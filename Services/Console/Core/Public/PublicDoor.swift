import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import Logging
import Operations
import Platform
import WebAuth
import Wire

/// The door for people who have not signed in: by which key their reports are filed, and how much one address may do.
/// Counts are this process's own. Thread-safe.
final class PublicDoor: Sendable {
  /// Codes that one address may get wrong.
  static let wrongCodes = AttemptLimit(count: 10, seconds: 900)
  /// Reports that are read at the same time, of everybody and of one address: each may be `maxReportBytes` long, and
  /// who sends slowly must not keep others out.
  static let maxReading = 16
  static let maxReadingOfAddress = 2
  static let maxReadingSeconds: Int64 = 90
  /// A report with its photographs, in bytes. Pages make photographs smaller before they are sent.
  static let maxReportBytes = 16 << 20

  private struct Counts {
    var reports = AttemptLedger<String>()
    var codes = AttemptLedger<String>()
    /// How many reports are being read, by address.
    var reading: [String: Int] = [:]

    mutating func beginReading(_ subject: String) -> Bool {
      let own = reading[subject, default: 0]
      guard own < maxReadingOfAddress, reading.values.reduce(0, +) < maxReading else { return false }
      reading[subject] = own + 1
      return true
    }

    mutating func endReading(_ subject: String) {
      let own = reading[subject, default: 1] - 1
      reading[subject] = own > 0 ? own : nil
    }
  }

  private let keys: PublicKeys
  private let proxies: TrustedProxies
  private let counts = Locked(Counts())
  let kinds = PublicKinds()

  init(keys: PublicKeys = PublicKeys(), proxies: TrustedProxies = TrustedProxies()) {
    self.keys = keys
    self.proxies = proxies
  }

  func key(of district: UnitCode) -> APIKey? { keys.key(of: district) }

  /// Who shares a limit with the sender of a request.
  func subject(_ request: Request, _ context: AuthenticatedContext) -> String {
    proxies.client(of: request, socket: context.clientAddress).map { TrustedProxies.subject(of: $0) } ?? "local"
  }

  /// - Throws: `Problem` 429 when this address has filed as many reports as the policy lets it. Counts nothing.
  func requireReportsLeft(_ subject: String, _ page: PublicPolicy) throws(Problem) {
    let limit = Self.limit(page)
    if let seconds = counts.withLock({ $0.reports.wait(for: subject, limit, now: MonotonicClock.microseconds) }) {
      throw Self.tooMany(code: "too_many_reports", seconds)
    }
  }

  /// Counts a report of this address.
  ///
  /// - Throws: `Problem` 429.
  func beginReport(_ subject: String, _ page: PublicPolicy) throws(Problem) {
    let limit = Self.limit(page)
    if let seconds = counts.withLock({ $0.reports.begin(subject, limit, now: MonotonicClock.microseconds) }) {
      throw Self.tooMany(code: "too_many_reports", seconds)
    }
  }

  /// A report that was counted was not filed.
  func giveBackReport(_ subject: String) { counts.withLock { $0.reports.giveBack(subject) } }

  /// Counts a number with a code; `acceptCode` takes it back.
  ///
  /// - Throws: `Problem` 429.
  func beginCode(_ subject: String) throws(Problem) {
    let found = counts.withLock { $0.codes.begin(subject, Self.wrongCodes, now: MonotonicClock.microseconds) }
    if let found { throw Self.tooMany(code: "too_many_codes", found) }
  }

  func acceptCode(_ subject: String) { counts.withLock { $0.codes.giveBack(subject) } }

  /// Runs `body` for as long as a report may take to arrive, unless too many are being read.
  ///
  /// - Throws: `Problem` 503 and 408, and whatever `body` throws.
  func reading<Value: Sendable>(
    _ subject: String, _ body: @escaping @Sendable () async throws -> Value
  ) async throws -> Value {
    guard counts.withLock({ $0.beginReading(subject) }) else {
      throw Problem.unavailable(code: "overloaded", retryAfterSeconds: 5, "Too many reports are sent at once.")
    }
    defer { counts.withLock { $0.endReading(subject) } }
    return try await withThrowingTaskGroup(of: Value.self) { group in
      group.addTask(operation: body)
      group.addTask {
        try await Task.sleep(for: .seconds(Self.maxReadingSeconds))
        throw Problem(.requestTimeout, code: "too_slow", detail: "The report did not arrive in time.")
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }

  private static func limit(_ page: PublicPolicy) -> AttemptLimit {
    AttemptLimit(count: page.reportsPerAddress.count, seconds: page.reportsPerAddress.seconds)
  }

  private static func tooMany(code: String, _ seconds: Int) -> Problem {
    Problem(
      .tooManyRequests, code: code, detail: "This address has to wait \(seconds) seconds.",
      extensions: ["minutes": .integer(Int64((seconds + 59) / 60))], headers: [.retryAfter: "\(seconds)"])
  }
}

/// One request for the public page of a district.
struct PublicVisit: Sendable {
  let console: Console
  let district: UnitCode
  let page: PublicPolicy
  let key: APIKey
  /// What the page sees: what the key may see, which is what was reported by it.
  let asked: PageRequest
  let renderer: PageRenderer

  var secret: [UInt8] { key.publicSecret }
  var texts: PageTexts { asked.texts }
  var network: LoadedNetwork { asked.view.network }
  /// Of forms: real, also where the time of cases is simulated.
  var nowSeconds: Int64 { console.authenticator.now.microseconds / Instant.microsecondsPerSecond }
}

extension Console {
  /// The districts that have a public page, in order of code.
  var publicDistricts: [UnitCode] {
    policies.districts.filter { policies.current($0)?.publicPage != nil }
  }

  /// - Throws: `Problem` 404 where the district has no public page, 503 where its key is missing, revoked or can do more
  ///   than the page may.
  func publicVisit(
    _ district: UnitCode, _ request: Request, _ context: AuthenticatedContext
  ) async throws -> PublicVisit {
    guard let network = policies.current(district), let page = network.publicPage else { throw Problem.noPublicPage }
    guard let key = publicDoor.key(of: district),
      let caller = try? await authenticator.caller(of: .key(key)), caller.isPublicPage, caller.district == district
    else {
      logger.error("the public page has no key of its own", metadata: ["district": "\(district)"])
      throw Problem.unavailable(code: "no_public_key", retryAfterSeconds: 30, "The public page is not set up.")
    }
    let view = CallerView(caller: caller, network: network)
    let renderer = PageRenderer(files: site.files, request: request, unlessChosen: network.firstLanguage)
    let asked = PageRequest(
      console: self, view: view, texts: renderer.texts, request: request, context: context, now: now, place: nil)
    return PublicVisit(
      console: self, district: district, page: page, key: key, asked: asked, renderer: renderer)
  }
}

extension LoadedNetwork {
  /// The language of its notices: that of people who ask for none.
  fileprivate var firstLanguage: PageLanguage {
    channels.languages.first.flatMap { PageLanguage.matching($0[...]) } ?? .chinese
  }
}

extension Problem {
  static var noPublicPage: Problem {
    Problem(.notFound, code: "no_public_page", detail: "There is no public page here.")
  }
}
