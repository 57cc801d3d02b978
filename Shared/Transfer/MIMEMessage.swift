/// An address in a message's header, with the name it is shown under.
public struct MailAddress: Hashable, Sendable {
  /// Longest address (RFC 5321).
  public static let maxAddressBytes = 254

  public let address: String
  public let name: String?

  public init(_ address: String, name: String? = nil) {
    self.address = address
    self.name = name
  }

  /// - Throws: `TransferError` with `.invalidRequest` unless `address` is `local@domain` without anything that could
  ///   end it early.
  static func validate(_ address: String) throws(TransferError) {
    let parts = address.split(separator: "@", omittingEmptySubsequences: false)
    let isPlain = address.utf8.allSatisfy { $0 > 32 && $0 != 127 && !"<>(),;:\\\"[]".utf8.contains($0) }
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, isPlain,
      address.utf8.count <= Self.maxAddressBytes
    else {
      throw TransferError(.invalidRequest, "a mail address is malformed")
    }
  }
}

/// Builds a message (RFC 5322, MIME) in any script. Pure: identifier and date are given.
public struct MIMEMessage: Hashable, Sendable {
  public var from: MailAddress
  public var to: [MailAddress]
  public var subject: String
  /// The plain text.
  public var text: String
  /// The same as HTML, for readers that show it.
  public var html: String?
  /// Unique for all time, without brackets: `something@host`.
  public var messageID: String
  /// As RFC 5322 writes it: `Wed, 4 Feb 2026 09:30:00 +0800`.
  public var date: String
  /// More lines of the header, e.g. `Auto-Submitted`.
  public var headers: [OutgoingRequest.Header]

  public init(
    from: MailAddress, to: [MailAddress], subject: String, text: String, html: String? = nil, messageID: String,
    date: String, headers: [OutgoingRequest.Header] = []
  ) {
    self.from = from
    self.to = to
    self.subject = subject
    self.text = text
    self.html = html
    self.messageID = messageID
    self.date = date
    self.headers = headers
  }

  /// Cannot stand in an encoded body, whatever the text is.
  private static let boundary = "=_gridloop_part"
  private static let ownHeaders: Set<String> = [
    "from", "to", "subject", "date", "message-id", "mime-version", "content-type", "content-transfer-encoding",
  ]

  /// The message's bytes, every line ended by CR LF.
  /// - Throws: `TransferError` with `.invalidRequest` where a text contains a line break or control character that
  ///   would begin a header of its own.
  public func encoded() throws(TransferError) -> [UInt8] {
    try validate()
    var lines = [
      HeaderText.folded("From", [HeaderText.mailbox(from)]),
      HeaderText.folded("To", to.map(HeaderText.mailbox)),
      HeaderText.folded("Subject", HeaderText.words(subject), separator: " "),
      "Date: \(date)",
      "Message-ID: <\(messageID)>",
      "MIME-Version: 1.0",
    ]
    lines += headers.map { HeaderText.folded($0.name, HeaderText.words($0.value), separator: " ") }
    if let html {
      lines.append("Content-Type: multipart/alternative; boundary=\"\(Self.boundary)\"")
      lines += ["", "--\(Self.boundary)"] + part(text, "text/plain")
      lines += ["--\(Self.boundary)"] + part(html, "text/html") + ["--\(Self.boundary)--"]
    } else {
      lines += part(text, "text/plain")
    }
    return Array((lines.joined(separator: "\r\n") + "\r\n").utf8)
  }

  private func part(_ content: String, _ type: String) -> [String] {
    let bytes = MailEncoding.canonicalLines(content)
    let encoding = MailEncoding.preferred(for: bytes)
    return [
      "Content-Type: \(type); charset=utf-8", "Content-Transfer-Encoding: \(encoding.rawValue)", "",
    ] + encoding.lines(bytes)
  }

  private func validate() throws(TransferError) {
    guard !to.isEmpty else { throw TransferError(.invalidRequest, "a message has no receiver") }
    for address in [from] + to {
      try MailAddress.validate(address.address)
      try requirePlain(address.name ?? "")
    }
    try requirePlain(subject)
    try MailAddress.validate(messageID)
    guard date.utf8.allSatisfy({ $0 >= 32 && $0 < 127 }), !date.isEmpty else {
      throw TransferError(.invalidRequest, "a message's date is malformed")
    }
    for header in headers {
      guard !header.name.isEmpty, header.name.utf8.allSatisfy(OutgoingRequest.isTokenByte),
        !Self.ownHeaders.contains(header.name.lowercased())
      else {
        throw TransferError(.invalidRequest, "a message's header may not be set or is no token")
      }
      try requirePlain(header.value)
    }
  }

  private func requirePlain(_ text: String) throws(TransferError) {
    guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
      throw TransferError(.invalidRequest, "a message's header contains a control character")
    }
  }
}
