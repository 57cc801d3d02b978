import GridNetwork
public import Transfer

/// A mail server as mails are sent by it.
struct MailServer: Sendable, Hashable {
  let address: String
  let sender: String
  /// Nothing is encrypted: only of a server that the network names and says so of.
  let isPlain: Bool
}

/// How this deployment signs in at mail servers.
public struct MailSettings: Sendable {
  private let user: String?
  private let password: String?
  private let encryption: SMTPClientOptions.Encryption

  public init(user: String? = nil, password: String? = nil, encryption: SMTPClientOptions.Encryption = .require) {
    self.user = user
    self.password = password
    self.encryption = encryption
  }

  /// Nil while no server is named, or no sender.
  ///
  /// - Parameters:
  ///   - outlets: the deployment's own with the network's for what it does not name.
  ///   - isOwn: whether the server is the deployment's own.
  func server(_ outlets: NoticeOutlets, _ channels: ChannelPolicy, isOwn: Bool) -> MailServer? {
    guard let address = outlets.smtpServer, let sender = outlets.smtpSender else { return nil }
    return MailServer(address: address, sender: sender, isPlain: !isOwn && channels.smtp?.usesTLS == false)
  }

  func client(of server: MailServer) throws -> SMTPClient {
    var options = SMTPClientOptions(server: server.address)
    options.user = user
    options.password = password
    options.encryption = server.isPlain ? .never : encryption
    return try SMTPClient(options)
  }
}
