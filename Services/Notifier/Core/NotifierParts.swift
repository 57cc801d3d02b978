import Casework
import Cryptography
import GridNetwork
import Journal
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
    let outlets = NoticeOutlets(
      webhookURL: settings[NotifierKeys.webhookURL], smtpServer: settings[NotifierKeys.smtpServer],
      smtpSender: settings[NotifierKeys.smtpSender])
    let webhookSecret = try secret(settings[NotifierKeys.webhookSecret])
    let sends = outlets.webhookURL != nil || policies.networks.contains { outlets.of($0.channels).webhookURL != nil }
    if sends, webhookSecret == nil { throw NotifierFault.secretMissing }
    let sink = DurableSink(
      consumer: NoticeEffect.consumer, pool: context.followingDatabase,
      effect: NoticeEffect(policies: policies, outlets: outlets), logger: context.logger)
    let follower = JournalFollower(
      bus: context.bus, reader: JournalReader(pool: context.database), sink: sink, logger: context.logger)
    let channels = policies.networks.first?.channels
    let worker = DeliveryWorker(
      pool: context.followingDatabase, policies: policies, outlets: outlets, client: HTTPClient(),
      webhookSecret: webhookSecret, smtp: try smtp(outlets, channels, settings),
      host: outlets.smtpSender?.split(separator: "@").last.map(String.init) ?? context.service, clock: context.clock,
      logger: context.logger, metrics: context.metrics, readiness: context.readiness)
    return [
      LoopService { await policies.run() },
      FollowerService(name: NoticeEffect.consumer, follower: follower, context: context),
      LoopService { await worker.run() },
    ]
  }

  /// The key of a secret as Standard Webhooks writes it.
  static func secret(_ text: String?) throws(NotifierFault) -> [UInt8]? {
    guard let text else { return nil }
    guard text.hasPrefix("whsec_"), let key = try? Base64.standard.decode(String(text.dropFirst(6))),
      (24...64).contains(key.count)
    else { throw .malformedSecret }
    return key
  }

  private static func smtp(
    _ own: NoticeOutlets, _ channels: ChannelPolicy?, _ settings: Settings
  ) throws -> SMTPClient? {
    let outlets = channels.map { own.of($0) } ?? own
    guard let server = outlets.smtpServer else { return nil }
    guard outlets.smtpSender != nil else { throw NotifierFault.senderMissing }
    var options = SMTPClientOptions(server: server)
    options.user = settings[NotifierKeys.smtpUser]
    options.password = settings[NotifierKeys.smtpPassword]
    // Of a server that the network names, the network also says whether it encrypts.
    let isPlain = own.smtpServer == nil && channels?.smtp?.usesTLS == false
    options.encryption = isPlain ? .never : encryption(settings[NotifierKeys.smtpEncryption])
    return try SMTPClient(options)
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
