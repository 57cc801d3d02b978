public import Casework
import Domain
import GridNetwork
public import Logging
public import Operations
public import Platform
public import PostgresClient
public import Transfer

/// Sends what is queued, with retries at the times the policy states, and says what could not be delivered.
public actor DeliveryWorker {
  /// How often the queue is looked at without being woken; also how soon a simulated clock is seen to move.
  public static let tickMilliseconds = 250

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let outlets: NoticeOutlets
  private let webhook: WebhookSender
  private let mail: MailSettings
  /// By what they were made from: a policy may name another server while the service runs.
  private var mailClients: [MailServer: SMTPClient] = [:]
  private let consoleURL: String?
  private let clock: any WallClock
  private let logger: Logger
  private let check: Readiness.Check
  private let attempts: LabeledMetric<Counter>

  /// - Parameters:
  ///   - outlets: the deployment's own; what it does not name, the network's `channels.yaml` does, as it stands at the
  ///     time of sending.
  ///   - webhookSecret: without it no webhook is sent.
  ///   - consoleURL: where a link in a mail leads.
  public init(
    pool: PostgresPool, policies: PolicyStore, outlets: NoticeOutlets, client: HTTPClient, webhookSecret: [UInt8]?,
    mail: MailSettings, consoleURL: String? = nil, clock: any WallClock, logger: Logger, metrics: MetricsRegistry,
    readiness: Readiness
  ) {
    self.pool = pool
    self.policies = policies
    self.outlets = outlets
    webhook = WebhookSender(client: client, secret: webhookSecret)
    self.mail = mail
    self.consoleURL = consoleURL
    self.clock = clock
    self.logger = logger
    check = readiness.check("deliver")
    attempts = metrics.counters(
      "gridloop_notifier_attempts_total", help: "Attempts to deliver a notice, by channel and outcome.",
      labels: ["channel", "outcome"])
  }

  /// Works until the task is cancelled.
  public func run() async {
    while !Task.isCancelled {
      do {
        for district in policies.districts { try await drain(district) }
        check.pass()
      } catch {
        check.fail(String(describing: error))
        if !Task.isCancelled { logger.warning("notices cannot be sent", metadata: ["fault": "\(error)"]) }
      }
      try? await Task.sleep(for: .milliseconds(Self.tickMilliseconds))
    }
  }

  /// Sends everything that is due in the district.
  func drain(_ district: UnitCode) async throws {
    guard let network = policies.current(district) else { return }
    let queue = DeliveryQueue(district: district, pool: pool)
    try await TestIntake(pool: pool).take(
      district, outlets.of(network.channels), language: network.channels.languages.first ?? "zh",
      at: Instant(microseconds: clock.microseconds))
    while !Task.isCancelled {
      let now = Instant(microseconds: clock.microseconds)
      let claimed = try await queue.claim(at: now)
      if claimed.isEmpty { return }
      try await withThrowingTaskGroup(of: Void.self) { group in
        for message in Self.messages(claimed) {
          group.addTask { try await self.send(message, queue: queue, network: network, at: now) }
        }
        try await group.waitForAll()
      }
    }
  }

  /// What leaves as one message: digests for one target together, everything else alone.
  static func messages(_ deliveries: [QueuedDelivery]) -> [[QueuedDelivery]] {
    let (digests, single) = (deliveries.filter(\.digest), deliveries.filter { !$0.digest })
    let grouped = Dictionary(grouping: digests) { [$0.channel, $0.target, $0.language] }
    return single.map { [$0] } + grouped.values.map { $0.sorted { ($0.seq, $0.part) < ($1.seq, $1.part) } }
  }

  private func send(
    _ message: [QueuedDelivery], queue: DeliveryQueue, network: LoadedNetwork, at now: Instant
  ) async throws {
    guard let first = message.first else { return }
    let outcome: DeliveryOutcome
    do {
      try await hand(over: message, queue.district, network: network, at: now)
      outcome = .delivered
    } catch {
      // Who tries a channel waits for the answer: a fault is told at once, also one that may pass.
      outcome =
        first.notice == ChannelTest.notice
        ? .failed(fault: String(describing: error))
        : Self.outcome(of: error, attempts: first.attempts, network: network, at: now)
    }
    let channel = first.channel.hasPrefix("smtp") ? "smtp" : first.channel
    attempts.with(channel, outcome.label).increment(by: message.count)
    if case .failed(let fault) = outcome {
      logger.error(
        "a notice could not be delivered",
        metadata: [
          "case": "\(queue.district)-\(first.caseNumber)", "notice": "\(first.notice)", "channel": "\(channel)",
          "fault": "\(fault)",
        ])
    }
    for delivery in message { try await queue.settle(delivery, outcome, at: now) }
  }

  private func hand(
    over message: [QueuedDelivery], _ district: UnitCode, network: LoadedNetwork, at now: Instant
  ) async throws {
    guard let first = message.first else { return }
    if first.channel == NoticeChannel.webhook.rawValue {
      guard webhook.secret != nil else { throw UnsignedWebhook() }
      try await webhook.send(
        first, district: district, at: now, timeoutSeconds: network.channels.webhookTimeoutSeconds)
    } else {
      let channels = network.channels
      guard let server = mail.server(outlets.of(channels), channels, isOwn: outlets.smtpServer != nil) else {
        throw ChannelOff()
      }
      try await MailSender(client: try client(of: server), sender: server.sender, consoleURL: consoleURL)
        .send(message, district: district, network: network, at: now)
    }
  }

  private func client(of server: MailServer) throws -> SMTPClient {
    if let known = mailClients[server] { return known }
    let client = try mail.client(of: server)
    mailClients[server] = client
    return client
  }

  /// Tries again at the policy's times while the fault may pass and attempts are left.
  static func outcome(
    of error: any Error, attempts: Int32, network: LoadedNetwork, at now: Instant
  ) -> DeliveryOutcome {
    let isRetriable =
      switch error {
      case let refused as WebhookRefused: refused.isRetriable
      case let transfer as TransferError: transfer.isRetriable
      case is ChannelOff, is UnsignedWebhook: true
      default: false
      }
    let fault = String(describing: error)
    guard isRetriable, Int(attempts) < network.channels.maxAttempts else { return .failed(fault: fault) }
    let delays = network.channels.retryDelays
    guard let delay = delays.isEmpty ? nil : delays[min(Int(attempts) - 1, delays.count - 1)] else {
      return .failed(fault: fault)
    }
    return .retry(network.policy.calendar.advance(from: now, by: delay).at, fault: fault)
  }
}

extension DeliveryOutcome {
  fileprivate var label: String {
    switch self {
    case .delivered: "delivered"
    case .retry: "retry"
    case .failed: "failed"
    }
  }
}

/// A policy that came while the service ran names a webhook, and there is nothing to sign with.
struct UnsignedWebhook: Error, CustomStringConvertible {
  var description: String { "there is no GRIDLOOP_WEBHOOK_SECRET to sign with" }
}

/// The channel was switched off after the notice was queued.
struct ChannelOff: Error, CustomStringConvertible {
  var description: String { "the channel has no address any more" }
}
