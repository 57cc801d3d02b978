import Casework
import CaseworkSupport
import Cryptography
import Domain
import HTTPTypes
import Hummingbird
import Journal
import Logging
import MessageBus
import NIOCore
import Operations
import Platform
import PostgresClient
import WebAuth
import Wire

@testable import ConsoleCore

/// Someone of the sample network.
struct Person: Sendable, Hashable {
  let name: String
  let role: Role
  var unit: UnitCode = "d"
  var department: DepartmentCode?

  var actor: Actor { Actor(kind: .user, name: name, role: role, unit: unit, department: department) }

  static let admin = Person(name: "admin", role: .admin)
  static let auditor = Person(name: "auditor", role: .auditor)
  static let dispatcher = Person(name: "wu", role: .dispatcher)
  static let supervisor = Person(name: "zheng", role: .supervisor, unit: "s1")
  static let inspector = Person(name: "ji", role: .inspector)
  static let officer = Person(name: "wang", role: .officer, unit: "c1")
  static let urban = Person(name: "zhao", role: .handler, department: "urban")
  static let water = Person(name: "sun", role: .handler, department: "water")
  static let hotline = Person(name: "voice", role: .hotline)
  static let chief = Person(name: "chief", role: .supervisor)
  static let all = [admin, auditor, dispatcher, supervisor, inspector, officer, urban, water, hotline, chief]

  // Of the city and of its other district, where the network is one.
  static let cityAdmin = Person(name: "city-admin", role: .admin, unit: "city")
  static let cityDispatcher = Person(name: "city-wu", role: .dispatcher, unit: "city")
  static let citySupervisor = Person(name: "city-chief", role: .supervisor, unit: "city")
  static let cityInspector = Person(name: "city-ji", role: .inspector, unit: "city")
  static let eastAdmin = Person(name: "east-admin", role: .admin, unit: "e")
  static let eastDispatcher = Person(name: "east-wu", role: .dispatcher, unit: "e")
  static let eastInspector = Person(name: "east-ji", role: .inspector, unit: "e")
  static let eastStreet = Person(name: "east-zheng", role: .supervisor, unit: "s3")
  static let eastHandler = Person(name: "east-zhao", role: .handler, unit: "e", department: "urban")
  static let ofCity = [
    cityAdmin, cityDispatcher, citySupervisor, cityInspector, eastAdmin, eastDispatcher, eastInspector, eastStreet,
    eastHandler,
  ]
}

/// A console on a database of its own, asked without a socket.
struct ConsoleDoor: Sendable {
  static let password = "correct horse battery"

  let fixture: CaseworkFixture
  let console: Console
  let metrics: MetricsRegistry
  private let responder: RouterResponder<AuthenticatedContext>
  private let tokens: Locked<[String: String]>

  static func open(
    _ name: String, files: [String: [UInt8]] = SampleNetworkFiles.all, bus: any Bus = SilentBus(),
    checkpoints: String? = nil, publicDoor: PublicDoor = PublicDoor(),
    feed: LiveFeed = LiveFeed()
  ) async throws -> ConsoleDoor {
    let fixture = try await CaseworkFixture.make(named: name, files: files, bus: bus)
    let hasher = PasswordHasher(cost: .minimal)
    let store = AccountStore(pool: fixture.pool)
    let hash = try await hasher.hash(password)
    let units = try fixture.policy.units
    for person in units.city == nil ? Person.all : Person.all + Person.ofCity {
      _ = try await store.putUser(
        district: units.district(of: person.unit) ?? person.unit, username: person.name, role: person.role,
        unit: person.unit,
        department: person.department, password: hash, at: fixture.now)
    }
    let metrics = MetricsRegistry()
    let console = Console(
      pool: fixture.pool, policies: fixture.policies, desk: fixture.desk, reader: fixture.reader,
      checkpoints: CheckpointShelf(directory: checkpoints),
      authenticator: Authenticator(store: store, hasher: hasher), clock: fixture.clock, feed: feed,
      reading: LiveReading(metrics: metrics, logger: silentLogger), shapes: ShapeStore(pool: fixture.pool),
      site: try Self.site(),
      reportDoor: ReportDoor(address: nil), publicDoor: publicDoor, cookiesAreSecure: false, logger: silentLogger)
    let middleware = DoorMiddleware<AuthenticatedContext>(
      metrics: DoorMetrics(metrics), logger: silentLogger)
    return ConsoleDoor(
      fixture: fixture, console: console, metrics: metrics,
      responder: ConsoleRouter.router(console, door: middleware).buildResponder(), tokens: Locked([:]))
  }

  /// The pages as they stand in the tree.
  static func site(_ directory: String = webDirectory) throws -> WebSite {
    try WebSite(directory: directory, vendor: "/usr/share/javascript", rereads: false, logger: silentLogger)
  }

  /// The folder of the pages.
  static var webDirectory: String {
    let parts = #filePath.split(separator: "/", omittingEmptySubsequences: false)
    return parts.dropLast(4).joined(separator: "/") + "/Services/Console/Web"
  }

  /// The session of a person, made once.
  func token(of person: Person) async throws -> String {
    if let known = tokens.withLock({ $0[person.name] }) { return known }
    let answer = try await ask(
      .post, "/v1/sessions", body: ["username": .string(person.name), "password": .string(Self.password)])
    guard let token = try answer.json["token"]?.stringValue else { throw DoorFault.notSignedIn(answer.text) }
    tokens.withLock { $0[person.name] = token }
    return token
  }

  func ask(
    _ method: HTTPRequest.Method = .get, _ path: String, as person: Person? = nil, headers: HTTPFields = [:],
    body: JSONValue? = nil
  ) async throws -> Answer {
    var headers = headers
    if body != nil { headers[.contentType] = "application/json" }
    let response = try await respond(method, path, as: person, headers: headers, body: body?.bytes() ?? [])
    let collector = Collector()
    try await response.body.write(collector)
    return Answer(status: response.status, headers: response.headers, bytes: await collector.bytes.value)
  }

  /// A page as a browser asks for it: with the cookie of the session, and the language in another.
  func page(_ path: String, as person: Person?, language: String = "en") async throws -> Answer {
    var cookies = "gridloop_lang=\(language)"
    if let person { cookies += "; gridloop_session=" + (try await token(of: person)) }
    return try await ask(.get, path, headers: [.accept: "text/html", .cookie: cookies])
  }

  /// The answer with its body not yet read.
  func respond(
    _ method: HTTPRequest.Method = .get, _ path: String, as person: Person? = nil, headers: HTTPFields = [:],
    body: [UInt8] = []
  ) async throws -> Response {
    var headers = headers
    if let person { headers[.authorization] = "Bearer " + (try await token(of: person)) }
    let request = Request(
      head: HTTPRequest(method: method, scheme: "http", authority: "localhost", path: path, headerFields: headers),
      body: RequestBody(buffer: ByteBuffer(bytes: body)))
    return try await responder.respond(
      to: request, context: AuthenticatedContext(DoorContext(logger: silentLogger, clientAddress: "127.0.0.1")))
  }

  /// An action on a case at the version seen.
  func act(
    _ id: CaseID, _ body: JSONValue, as person: Person, version: Int64
  ) async throws -> Answer {
    try await ask(
      .post, "/v1/cases/\(id)/actions", as: person, headers: [.ifMatch: "\"\(version)\""], body: body)
  }

  /// The ids on a list, page after page.
  func listed(_ path: String, as person: Person) async throws -> [String] {
    var ids: [String] = []
    var cursor: String?
    repeat {
      let separator = path.contains("?") ? "&" : "?"
      let answer = try await ask(.get, cursor.map { "\(path)\(separator)cursor=\($0)" } ?? path, as: person)
      guard answer.status == .ok else { throw DoorFault.refused(answer.text) }
      ids += try answer.items.compactMap { $0["id"]?.stringValue }
      cursor = try answer.json["next_cursor"]?.stringValue
    } while cursor != nil
    return ids
  }
}

enum DoorFault: Error {
  case notSignedIn(String)
  case refused(String)
}

/// What the door said.
struct Answer: Sendable {
  let status: HTTPResponse.Status
  let headers: HTTPFields
  let bytes: [UInt8]

  var text: String { String(decoding: bytes, as: UTF8.self) }
  var json: JSONValue { get throws { try JSONParser.parse(bytes, limits: JSONLimits(maxBytes: 1 << 24)) } }
  var items: [JSONValue] { get throws { try json["items"]?.arrayValue ?? [] } }
  var code: String? { get throws { try json["code"]?.stringValue } }
}

let silentLogger = Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() }

/// Takes the body of one answer.
struct Collector: ResponseBodyWriter {
  actor Bytes {
    var value: [UInt8] = []
    func append(_ buffer: ByteBuffer) { value += buffer.readableBytesView }
  }

  let bytes = Bytes()

  mutating func write(_ buffer: ByteBuffer) async throws { await bytes.append(buffer) }
  consuming func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
