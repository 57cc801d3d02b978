import CCurl

/// A message on its way to a mail server.
public struct OutgoingMail: Hashable, Sendable {
  /// The address that hears of failed delivery; empty for messages that must cause no reply.
  public var sender: String
  /// Who gets the message, whatever its header says.
  public var recipients: [String]
  /// The message (RFC 5322), lines ended by CR LF; see `MIMEMessage`.
  public var message: [UInt8]

  public init(sender: String, recipients: [String], message: [UInt8]) {
    self.sender = sender
    self.recipients = recipients
    self.message = message
  }

  /// - Throws: `TransferError` with `.invalidRequest` where text could break out of its place in the dialogue.
  func validate() throws(TransferError) {
    guard !recipients.isEmpty else { throw TransferError(.invalidRequest, "a mail has no recipient") }
    for address in recipients + (sender.isEmpty ? [] : [sender]) { try MailAddress.validate(address) }
    guard message.count <= SMTPClientOptions.maxMessageBytes else {
      throw TransferError(.invalidRequest, "a mail exceeds \(SMTPClientOptions.maxMessageBytes) bytes")
    }
    var previous: UInt8 = 0
    for byte in message + [0] {
      guard (previous == 13) == (byte == 10) else {
        throw TransferError(.invalidRequest, "a mail has a line that does not end in CR LF")
      }
      previous = byte
    }
  }
}

/// How a client reaches its mail server.
public struct SMTPClientOptions: Sendable {
  /// Largest message.
  public static let maxMessageBytes = 32 << 20

  /// Whether the dialogue is encrypted by STARTTLS; an `smtps` server is always encrypted.
  public enum Encryption: String, Hashable, Sendable {
    case never
    /// If the server offers it; whoever sits between can make it seem not to.
    case whenOffered = "try"
    case require
  }

  /// `smtp://host:port` or `smtps://host:port`.
  public var server: String
  public var encryption = Encryption.require
  public var user: String?
  /// Secret.
  public var password: String?
  /// The name this client greets with; nil for this machine's.
  public var greetingName: String?
  public var connectTimeoutMilliseconds = 10_000
  public var totalTimeoutMilliseconds = 60_000
  /// File of trusted certificate authorities; nil for the system's.
  public var authoritiesFile: String?
  /// Messages under way at once.
  public var maxConcurrentMails = 8
  /// Messages that may wait for their turn; one more is refused as `.busy`.
  public var maxWaitingMails = 1_024

  public init(server: String) {
    self.server = server
  }
}

/// Hands messages to a mail server, over kept connections, on one thread of its own. Safe from any thread.
public final class SMTPClient: Sendable {
  private let options: SMTPClientOptions
  private let engine: TransferEngine

  /// - Throws: `TransferError` with `.invalidRequest` if the server's address or greeting name is malformed.
  public init(_ options: SMTPClientOptions) throws(TransferError) {
    let scheme = options.server.prefix(8).lowercased()
    let isPlain = (options.server + (options.greetingName ?? "")).utf8.allSatisfy { $0 > 32 && $0 < 127 }
    guard scheme.hasPrefix("smtp://") || scheme.hasPrefix("smtps://"), isPlain else {
      throw TransferError(.invalidRequest, "the mail server's address is no smtp address")
    }
    self.options = options
    engine = TransferEngine(
      name: "smtp",
      limits: TransferEngine.Limits(
        maxConcurrent: options.maxConcurrentMails, maxWaiting: options.maxWaitingMails,
        maxConnections: options.maxConcurrentMails))
  }

  /// Hands a message over and waits for the server's acceptance by all recipients. Cancelling the task breaks it off.
  /// - Throws: `TransferError`: `.refusedPermanently` and `.refusedTemporarily` as the server replied, `.loginDenied`,
  ///   `.encryption`, `.connection`, `.timeout` and others. If one recipient is refused nobody gets the message.
  public func send(_ mail: OutgoingMail) async throws(TransferError) {
    try mail.validate()
    let number = engine.nextNumber()
    let result = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        engine.start(MailJob(number: number, mail: mail, settings: options) { continuation.resume(returning: $0) })
        if Task.isCancelled { engine.cancel(number) }
      }
    } onCancel: {
      engine.cancel(number)
    }
    try result.get()
  }

  /// Breaks off everything under way and ends the thread. May be called again.
  public func close() {
    engine.close()
  }
}

/// The transfer of one message.
final class MailJob: TransferJob, @unchecked Sendable {
  private let mail: OutgoingMail
  private let settings: SMTPClientOptions
  private var sent = 0
  private var lastReply = 0
  private var completion: ((Result<Void, TransferError>) -> Void)?

  init(
    number: Int, mail: OutgoingMail, settings: SMTPClientOptions,
    completion: @escaping @Sendable (Result<Void, TransferError>) -> Void
  ) {
    self.mail = mail
    self.settings = settings
    self.completion = completion
    super.init(number: number)
  }

  override func prepare(_ handle: EasyHandle) {
    super.prepare(handle)
    handle.allow(mail: true)
    let server = settings.server.hasSuffix("/") ? String(settings.server.dropLast()) : settings.server
    handle.set(CURLOPT_URL, settings.greetingName.map { "\(server)/\($0)" } ?? server)
    handle.set(CURLOPT_PROXY, "")
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, settings.connectTimeoutMilliseconds)
    handle.set(CURLOPT_TIMEOUT_MS, settings.totalTimeoutMilliseconds)
    handle.set(CURLOPT_USE_SSL, encryptionLevel)
    handle.set(CURLOPT_SSL_VERIFYPEER, 1)
    handle.set(CURLOPT_SSL_VERIFYHOST, 2)
    if let authorities = settings.authoritiesFile { handle.set(CURLOPT_CAINFO, authorities) }
    if let user = settings.user { handle.set(CURLOPT_USERNAME, user) }
    if let password = settings.password { handle.set(CURLOPT_PASSWORD, password) }
    handle.set(CURLOPT_MAIL_FROM, "<\(mail.sender)>")
    handle.set(CURLOPT_MAIL_RCPT, pointer: list(mail.recipients.map { "<\($0)>" }))
    handle.set(CURLOPT_UPLOAD, 1)
    handle.set(CURLOPT_INFILESIZE_LARGE, bytes: mail.message.count)
  }

  private var encryptionLevel: Int {
    switch settings.encryption {
    case .never: Int(CURLUSESSL_NONE.rawValue)
    case .whenOffered: Int(CURLUSESSL_TRY.rawValue)
    case .require: Int(CURLUSESSL_ALL.rawValue)
    }
  }

  /// The server's replies come as header lines.
  override func receive(headerLine line: UnsafeRawBufferPointer) -> Bool {
    if let code = Int(String(decoding: line.prefix(3), as: UTF8.self)) { lastReply = code }
    return true
  }

  override func provide(_ buffer: UnsafeMutableRawBufferPointer) -> ProvideOutcome {
    let count = min(buffer.count, mail.message.count - sent)
    mail.message.withUnsafeBytes { buffer.copyBytes(from: $0[sent..<(sent + count)]) }
    sent += count
    return .provided(count)
  }

  override func error(for result: CURLcode, handle: EasyHandle) -> TransferError {
    let general = TransferError(result: result)
    let reply = handle.responseCode > 0 ? handle.responseCode : lastReply
    switch (general.code, reply) {
    case (.encryption, _), (.timeout, _), (.unresolved, _): return general
    case (.loginDenied, 400..<500):
      return TransferError(.refusedTemporarily, "the mail server refuses the login for now", reply: reply)
    case (.loginDenied, _):
      return TransferError(.loginDenied, "the mail server refuses user and password", reply: reply)
    case (_, 400..<500): return TransferError(.refusedTemporarily, "the mail server refuses for now", reply: reply)
    case (_, 500..<600): return TransferError(.refusedPermanently, "the mail server refuses", reply: reply)
    default: return general
    }
  }

  override func finish(_ error: TransferError?, handle: EasyHandle?) {
    completion?(error.map { .failure($0) } ?? .success(()))
    completion = nil
  }
}
