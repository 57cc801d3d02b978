import Foundation
import Testing
import Transfer

struct MIMEMessageTests {
  private func message(
    subject: String = "Overdue", text: String = "One case is overdue.\n", html: String? = nil, name: String? = nil
  ) -> MIMEMessage {
    MIMEMessage(
      from: MailAddress("grid@example.org", name: name), to: [MailAddress("a@example.org")], subject: subject,
      text: text, html: html, messageID: "17.440306@example.org", date: "Wed, 4 Feb 2026 09:30:00 +0800")
  }

  private func lines(_ message: MIMEMessage) throws -> [String] {
    try String(decoding: message.encoded(), as: UTF8.self).components(separatedBy: "\r\n")
  }

  /// What Python's own mail parser makes of a message: subject, sender's name, and each part's text.
  private func parsed(_ message: MIMEMessage) throws -> [String] {
    let script = """
      import sys, email, email.policy, json
      m = email.message_from_bytes(sys.stdin.buffer.read(), policy=email.policy.default)
      parts = [p.get_content().replace('\\r\\n', '\\n') for p in m.walk() if not p.is_multipart()]
      assert not m.defects, m.defects
      head = [m['subject'], m['from'].addresses[0].display_name, m['date']]
      sys.stdout.write(json.dumps(head + parts))
      """
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["python3", "-c", script]
    let (input, output) = (Pipe(), Pipe())
    process.standardInput = input
    process.standardOutput = output
    try process.run()
    try input.fileHandleForWriting.write(contentsOf: Data(message.encoded()))
    try input.fileHandleForWriting.close()
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return try JSONDecoder().decode([String].self, from: answer)
  }

  @Test func aPlainMessage() throws {
    #expect(
      try lines(message(name: "Grid Centre")) == [
        "From: \"Grid Centre\" <grid@example.org>", "To: a@example.org", "Subject: Overdue",
        "Date: Wed, 4 Feb 2026 09:30:00 +0800", "Message-ID: <17.440306@example.org>", "MIME-Version: 1.0",
        "Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: quoted-printable", "",
        "One case is overdue.", "",
      ])
  }

  @Test func anyScriptMakesTheRoundTrip() throws {
    let subject = String(repeating: "案件440306-1024已超时，请尽快处置👩‍💻。", count: 8)
    let name = "宝安区网格中心 \"值班\""
    let text = "您好：\n\n" + String(repeating: "案件超时。", count: 100) + "\n.\nFrom here = there \n"
    let html = "<p lang=\"zh\">您好 &amp; <b>案件</b></p>\n"
    let parts = try parsed(message(subject: subject, text: text, html: html, name: name))
    #expect(parts == [subject, name, "Wed, 04 Feb 2026 09:30:00 +0800", text, html])
  }

  @Test func mostlyPlainTextStaysReadable() throws {
    let words = String(repeating: "word ", count: 60)
    let text = "A line = with an equals sign and a trailing space \n\(words)\nné\n"
    let parts = try parsed(message(subject: String(repeating: "late ", count: 40) + "!", text: text))
    #expect(parts[0] == String(repeating: "late ", count: 40) + "!")
    #expect(parts[3] == text)
    #expect(try lines(message(text: text)).contains("Content-Transfer-Encoding: quoted-printable"))
  }

  @Test func noLineIsTooLong() throws {
    let long = String(repeating: "超", count: 500)
    let text = long + "\n" + String(repeating: "x", count: 5_000)
    let encoded = try lines(message(subject: long, text: text, name: long))
    #expect(encoded.allSatisfy { $0.utf8.count <= 78 })
  }

  @Test func headersCannotBeInjected() {
    var messages = [
      message(subject: "a\r\nBcc: b@example.org"), message(subject: "a\nb"), message(name: "a\rb"),
      message(subject: "a\u{0}"),
    ]
    var bad = message()
    bad.messageID = "a@b>\r\nX: y"
    messages.append(bad)
    bad = message()
    bad.date = "now\r\nX: y"
    messages.append(bad)
    bad = message()
    bad.to = [MailAddress("a@example.org>, <b@example.org")]
    messages.append(bad)
    for header in [("X-A: b", "c"), ("X-A", "b\r\nc"), ("Subject", "again"), ("content-type", "text/html")] {
      bad = message()
      bad.headers = [.init(header.0, header.1)]
      messages.append(bad)
    }
    for message in messages {
      let error = #expect(throws: TransferError.self) { try message.encoded() }
      #expect(error?.code == .invalidRequest)
    }
  }

  @Test func moreHeadersAreWritten() throws {
    var message = message()
    message.headers = [.init("Auto-Submitted", "auto-generated"), .init("X-Case", "案件")]
    let encoded = try lines(message)
    #expect(encoded.contains("Auto-Submitted: auto-generated"))
    #expect(encoded.contains("X-Case: =?UTF-8?B?5qGI5Lu2?="))
  }
}
