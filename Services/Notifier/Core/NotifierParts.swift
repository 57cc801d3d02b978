import Casework
import Cryptography
import GridNetwork
import Journal
import Logging
public import Operations
import Platform
public import ServiceLifecycle
import Transfer

/// Puts the notifier's parts together.
public enum NotifierParts {
  /// - Throws: ``NotifierFault`` when a setting cannot be used.
  public static func make(_ context: ServiceContext) async throws -> [any Service] {
    let settings = context.settings
    let policies = PolicyStore(pool: context.database, geometry: .skip, logger: context.logger)
    try await policies.refresh()
    let duty = DutyDirectory(
      pool: context.database, policies: policies, clock: context.clock, logger: context.logger)
    try await duty.refresh()
    let outlets = NoticeOutlets(
      webhookURL: settings[NotifierKeys.webhookURL], smtpServer: settings[NotifierKeys.smtpServer],
      smtpSender: settings[NotifierKeys.smtpSender])
    let webhookSecret = try secret(settings[NotifierKeys.webhookSecret])
    for channels in policies.networks.map(\.channels) {
      let known = outlets.of(channels)
      if known.webhookURL != nil, webhookSecret == nil { throw NotifierFault.secretMissing }
      if known.smtpServer != nil, known.smtpSender == nil { throw NotifierFault.senderMissing }
    }
    let mail = MailSettings(
      user: settings[NotifierKeys.smtpUser], password: settings[NotifierKeys.smtpPassword],
      encryption: encryption(settings[NotifierKeys.smtpEncryption]))
    let unheard = reporting(context.metrics, context.logger)
    let sink = DurableSink(
      consumer: NoticeEffect.consumer, pool: context.followingDatabase,
      effect: NoticeEffect(
        policies: policies, duty: duty, outlets: outlets, unheard: unheard),
      logger: context.logger)
    let follower = JournalFollower(
      bus: context.bus, reader: JournalReader(pool: context.database), sink: sink, logger: context.logger)
    let worker = DeliveryWorker(
      pool: context.followingDatabase, policies: policies, outlets: outlets, client: HTTPClient(),
      webhookSecret: webhookSecret, mail: mail, consoleURL: settings[NotifierKeys.consoleURL], clock: context.clock,
      logger: context.logger, metrics: context.metrics, readiness: context.readiness)
    let rounds = NoticeRounds(
      pool: context.followingDatabase, policies: policies, duty: duty, outlets: outlets, clock: context.clock,
      logger: context.logger, unheard: unheard)
    let (lists, asked) = (PeriodicLists(rounds: rounds), AskedNotices(rounds: rounds))
    return [
      LoopService { await policies.run() },
      LoopService { await duty.run() },
      FollowerService(name: NoticeEffect.consumer, follower: follower, context: context),
      LoopService { await worker.run() },
      LoopService { await lists.run() },
      LoopService { await asked.run() },
    ]
  }

  /// Counts and logs notices that nobody was found for.
  static func reporting(
    _ metrics: MetricsRegistry, _ logger: Logger
  ) -> @Sendable ([UnheardNotice]) -> Void {
    let unheard = metrics.counters(
      "gridloop_notifier_unheard_total",
      help: "Notices that nobody in the district was found for; they wait for its administrators.", labels: ["notice"])
    return { notices in
      for notice in notices {
        unheard.with(notice.notice).increment()
        logger.warning(
          "nobody is there to hear of a notice",
          metadata: ["case": "\(notice.caseID)", "notice": "\(notice.notice)", "address": "\(notice.address)"])
      }
    }
  }

  /// The key of a secret as Standard Webhooks writes it.
  static func secret(_ text: String?) throws(NotifierFault) -> [UInt8]? {
    guard let text else { return nil }
    guard text.hasPrefix("whsec_"), let key = try? Base64.standard.decode(String(text.dropFirst(6))),
      (24...64).contains(key.count)
    else { throw .malformedSecret }
    return key
  }

  static func encryption(_ text: String) -> SMTPClientOptions.Encryption {
    switch text {
    case "never": .never
    case "whenOffered": .whenOffered
    default: .require
    }
  }
}

/// A setting of the notifier that cannot be used.
public enum NotifierFault: Error, Sendable, CustomStringConvertible {
  case malformedSecret
  case secretMissing
  case senderMissing

  public var description: String {
    switch self {
    case .malformedSecret: "GRIDLOOP_WEBHOOK_SECRET must be whsec_ and the base64 of 24 to 64 bytes"
    case .secretMissing: "a webhook is configured, but no GRIDLOOP_WEBHOOK_SECRET to sign it with"
    case .senderMissing: "a mail server is configured, but no GRIDLOOP_SMTP_SENDER"
    }
  }
}
