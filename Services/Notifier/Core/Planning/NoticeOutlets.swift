import GridNetwork

/// Where a deployment sends notices: its own settings first, else what the network's `channels.yaml` names.
public struct NoticeOutlets: Sendable {
  public var webhookURL: String?
  /// `smtp://host:port` or `smtps://host:port`.
  public var smtpServer: String?
  public var smtpSender: String?

  public init(webhookURL: String? = nil, smtpServer: String? = nil, smtpSender: String? = nil) {
    self.webhookURL = webhookURL
    self.smtpServer = smtpServer
    self.smtpSender = smtpSender
  }

  func of(_ channels: ChannelPolicy) -> NoticeOutlets {
    NoticeOutlets(
      webhookURL: webhookURL ?? channels.webhook?.url,
      smtpServer: smtpServer ?? channels.smtp.map { "smtp://\($0.host):\($0.port)" },
      smtpSender: smtpSender ?? channels.smtp?.sender)
  }
}
