import Casework
import CaseworkSupport
import Domain
import GridNetwork
import Journal
import Operations
import Platform
import PostgresClient
import TestSupport
import Testing
import Transfer
import Wire

@testable import NotifierCore

/// The sample network with notices on every channel, in Chinese and English.
enum NoticeNetwork {
  static let files: [String: [UInt8]] = {
    var files = SampleNetworkFiles.loop
    files["channels.yaml"] = Array(channels.utf8)
    let ladder = String(decoding: files["ladder.yaml"] ?? [], as: UTF8.self)
    if !ladder.contains("clock: answer") { files["ladder.yaml"] = Array((ladder + answerLadder).utf8) }
    for kind in NoticeKind.allCases {
      files["templates/\(kind.rawValue).en.txt"] = Array(
        "[{network}] \(kind.rawValue) {case_id}\n\n{category} at {unit}, {department}, due {due_at}, {late} over\n".utf8
      )
      files["templates/\(kind.rawValue).zh.txt"] = Array(
        "[{network}] \(kind.rawValue) 案件 {case_id}\n\n{unit}的{category},{department},{clock}时限 {due_at},超时{late}\n"
          .utf8)
    }
    return files
  }()

  /// The same with a webhook that is not waited for: for a receiver that never answers.
  static var impatient: [String: [UInt8]] {
    var files = files
    files["channels.yaml"] = Array(channels.replacing("timeout_seconds: 60", with: "timeout_seconds: 1").utf8)
    return files
  }

  static func read() throws -> LoadedNetwork {
    try NetworkReader.read(MemorySource(files: files), version: 1, geometry: .skip)
  }

  private static let answerLadder = """

      - clock: answer
        rungs:
          - {name: overdue, at: "0", to: [supervisor@district], act: red}

    """

  private static var channels: String {
    let ruled: [NoticeKind: String] = [
      .dispatched: "to: [handler@lead], channels: [inbox, webhook, smtp]",
      .desked: "to: [dispatcher@district, supervisor@street], channels: [inbox, webhook]",
      .task: "to: [officer@grid], channels: [inbox]",
      .remind: "channels: [inbox, smtp], digest: true",
      .red: "channels: [inbox, smtp], urgent: true",
      .filed: "channels: [inbox, webhook]",
      .merged: "channels: [inbox]",
      .rejected: "channels: [inbox]",
      .closed: "channels: [inbox, webhook, smtp]",
      .split: "to: [dispatcher@district], channels: [inbox]",
      .partAssigned: "to: [handler@part], channels: [inbox, smtp]",
      .partReturned: "to: [dispatcher@district], channels: [inbox]",
      .partEnded: "to: [handler@part], channels: [inbox]",
      .partReworked: "to: [handler@part], channels: [inbox]",
      .extensionRequested: "to: [dispatcher@district], channels: [inbox], digest: true",
      .suspensionRequested: "to: [supervisor@street], channels: [inbox]",
      .supervised: "to: [handler@lead], channels: [inbox, smtp], urgent: true",
      .answered: "to: [supervisor@district], channels: [inbox]",
      .mustSupervise: "to: [hotline@district, supervisor@district], channels: [inbox], urgent: true",
      .appealed: "channels: [inbox]",
      .statementDue: "to: [supervisor@district, inspector@district], channels: [inbox, webhook, smtp]",
      .selfCheck: "to: [inspector@district, admin@district], channels: [inbox]",
      .repeatedOrders: "to: [hotline@district, supervisor@district], channels: [inbox, webhook, smtp]",
    ]
    let notices = NoticeKind.allCases.map { kind in
      "  - {kind: \(kind.rawValue), \(ruled[kind] ?? "to: [handler@lead], channels: [inbox]")}"
    }
    return """
      languages: [zh, en]
      quiet: {hours: ["22:00-07:30"]}
      digest_at: ["08:30", "14:00"]
      max_attempts: 3
      retry_after: [1 urgent_minutes, 5 urgent_minutes]
      webhook: {url: "", timeout_seconds: 60}
      notices:
      \(notices.joined(separator: "\n"))

      """
  }
}

/// A database with that network, people with addresses, and the parts of the notifier.
struct NoticeFixture {
  static let secret = [UInt8](repeating: 7, count: 32)

  let fixture: CaseworkFixture
  let outlets: NoticeOutlets
  let duty: DutyDirectory
  /// What nobody was found for.
  let unheard: Locked<[UnheardNotice]>
  private let sink: DurableSink

  static func with(
    webhook: ChildServer? = nil, mail: ChildServer? = nil, files: [String: [UInt8]] = NoticeNetwork.files,
    _ body: (NoticeFixture) async throws -> Void
  ) async throws {
    let fixture = try await CaseworkFixture.make(named: "notices", files: files)
    let outlets = NoticeOutlets(
      webhookURL: webhook.map { "http://127.0.0.1:\($0.port)/notices" },
      smtpServer: mail.map { "smtp://127.0.0.1:\($0.port)" }, smtpSender: mail.map { _ in "gridloop@baoan.example" })
    try await body(NoticeFixture(fixture: fixture, outlets: outlets))
    await fixture.close()
  }

  private init(fixture: CaseworkFixture, outlets: NoticeOutlets) {
    self.fixture = fixture
    self.outlets = outlets
    let duty = DutyDirectory(pool: fixture.pool, policies: fixture.policies, clock: fixture.clock, logger: silent)
    self.duty = duty
    let unheard = Locked<[UnheardNotice]>([])
    self.unheard = unheard
    sink = DurableSink(
      consumer: NoticeEffect.consumer, pool: fixture.pool,
      effect: NoticeEffect(
        policies: fixture.policies, duty: duty, outlets: outlets, unheard: { more in unheard.withLock { $0 += more } }),
      logger: silent)
  }

  /// Applies the journal to its end, with the rosters as they stand.
  func follow() async throws {
    try await duty.refresh()
    while true {
      let position = try await sink.position("d")
      guard let slice = try await fixture.reader.events("d", after: position.seq) else { return }
      _ = try await sink.apply(slice, to: "d", from: position)
    }
  }

  func addUser(
    _ name: String, role: String, unit: String = "d", department: String? = nil, email: String?,
    language: String? = nil, isDisabled: Bool = false
  ) async throws {
    try await fixture.pool.execute(
      .unprepared(
        """
        INSERT INTO users (district, username, role, unit, department, email, language, password_hash, disabled_at)
        VALUES ('d', $1, $2, $3, $4, $5, $6, '', CASE WHEN $7 THEN clock_timestamp() END)
        """),
      [
        .text(name), .text(role), .text(unit), .text(department), .text(email), .text(language), .bool(isDisabled),
      ])
  }

  func worker(_ pool: PostgresPool? = nil, readiness: Readiness = Readiness()) -> DeliveryWorker {
    worker(outlets, pool: pool, readiness: readiness)
  }

  func worker(
    _ outlets: NoticeOutlets, pool: PostgresPool? = nil, secret: [UInt8]? = NoticeFixture.secret,
    consoleURL: String? = nil, readiness: Readiness = Readiness()
  ) -> DeliveryWorker {
    DeliveryWorker(
      pool: pool ?? fixture.pool, policies: fixture.policies, outlets: outlets, client: HTTPClient(),
      webhookSecret: secret, mail: MailSettings(encryption: .never), consoleURL: consoleURL, clock: fixture.clock,
      logger: silent, metrics: MetricsRegistry(), readiness: readiness)
  }

  var lists: PeriodicLists { PeriodicLists(rounds: rounds(fixture.pool)) }

  var asked: AskedNotices { asked(fixture.pool) }

  func asked(_ pool: PostgresPool) -> AskedNotices { AskedNotices(rounds: rounds(pool)) }

  private func rounds(_ pool: PostgresPool) -> NoticeRounds {
    NoticeRounds(
      pool: pool, policies: fixture.policies, duty: duty, outlets: outlets, clock: fixture.clock, logger: silent,
      unheard: { [unheard] more in unheard.withLock { $0 += more } })
  }

  /// The inbox in order, each row as its notice, whom it is for, those on duty, and the post it was meant for.
  func inbox(_ notice: NoticeKind? = nil) async throws -> [String] {
    try await fixture.pool.query(
      .unprepared(
        """
        SELECT notice || ' ' || CASE WHEN username <> '' THEN username ELSE
                 role || '@' || unit || CASE WHEN department = '' THEN '' ELSE '/' || department END END
               || coalesce(' on ' || array_to_string(duty, ','), '') || coalesce(' for ' || fallback_from, '')
        FROM inbox WHERE $1 = '' OR notice = $1 ORDER BY seq, part
        """), [.text(notice?.rawValue ?? "")]
    ).map { try $0.text(0) }
  }

  /// A shift of so many hours from now on.
  func addShift(
    _ name: String, _ post: String, hours: ClosedRange<Int64>, substituteFor: String? = nil
  ) async throws {
    guard let address = ReceiverAddress(post) else { throw ShiftFault.noPost }
    let entry = DutyEntry(
      id: "\(name)-\(hours)", post: address, username: name, starts: fixture.now + hours.lowerBound * 3_600,
      ends: fixture.now + hours.upperBound * 3_600, substituteFor: substituteFor, createdBy: "user:head")
    try await DutyStore(pool: fixture.pool).add([entry], to: "d", at: fixture.now)
  }

  enum ShiftFault: Error { case noPost }

  /// State, attempts, last fault and, in seconds from now, the next attempt of every delivery, by channel and event.
  func deliveries() async throws -> [DeliveryRow] {
    try await fixture.pool.query(
      .unprepared(
        """
        SELECT channel, seq, state, attempts, last_fault, next_attempt_at, target, language, digest, notice,
               delivered_at IS NOT NULL FROM deliveries ORDER BY seq, part, channel
        """)
    ).map { row in
      DeliveryRow(
        channel: try row.text(0), seq: try row.int64(1), state: try row.text(2), attempts: try row.int32(3),
        fault: try row.textOrNil(4),
        inSeconds: (try row.timestamp(5).microseconds - fixture.clock.microseconds) / 1_000_000,
        target: try row.text(6),
        language: try row.text(7), digest: try row.bool(8), notice: try row.text(9), isDelivered: try row.bool(10))
    }
  }

  /// A case that was filed and sent to the urban management.
  @discardableResult
  func dispatched() async throws -> CaseID {
    let id = try await fixture.file()
    try await fixture.route(id)
    try await follow()
    return id
  }
}

struct DeliveryRow: Equatable {
  let channel: String
  let seq: Int64
  let state: String
  let attempts: Int32
  let fault: String?
  let inSeconds: Int64
  let target: String
  let language: String
  let digest: Bool
  let notice: String
  let isDelivered: Bool
}

extension ChildServer {
  /// The next request or message that the server took.
  func next() async throws -> JSONValue {
    try JSONParser.parse(Array(try #require(await nextLine()).utf8))
  }
}
