import Foundation
import TestSupport
import Testing
import Transfer

@Suite(.timeLimit(.minutes(5)))
struct SMTPClientTests {
  private struct Taken: Decodable {
    let sender: String
    let recipients: [String]
    let encrypted: Bool
    let user: String?
    let name: String
    let data: String

    var message: String { Data(base64Encoded: data).map { String(decoding: $0, as: UTF8.self) } ?? "" }
  }

  private func next(of server: ChildServer) async throws -> Taken {
    let line = try #require(await server.nextLine())
    return try JSONDecoder().decode(Taken.self, from: Data(line.utf8))
  }

  private func options(_ server: ChildServer) -> SMTPClientOptions {
    var options = SMTPClientOptions(server: "smtp://127.0.0.1:\(server.port)")
    options.encryption = .never
    return options
  }

  private func mail(to recipients: [String]) -> OutgoingMail {
    OutgoingMail(
      sender: "grid@example.org", recipients: recipients,
      message: Array("Subject: x\r\n\r\n.a line that begins with a dot\r\n..\r\n网格\r\n".utf8))
  }

  @Test func aMessageArrivesByteForByte() async throws {
    let server = try await ChildServer.start("mail.py")
    var options = options(server)
    options.greetingName = "notifier.example.org"
    let client = try SMTPClient(options)
    let mail = mail(to: ["a@example.org", "b@example.org"])
    try await client.send(mail)
    let taken = try await next(of: server)
    #expect(taken.sender == "grid@example.org")
    #expect(taken.recipients == ["a@example.org", "b@example.org"])
    #expect(taken.name == "notifier.example.org")
    #expect(Array(taken.message.utf8) == mail.message)
    #expect(taken.user == nil)
  }

  @Test func oneConnectionServesManyMessagesAlsoAfterARefusal() async throws {
    let server = try await ChildServer.start("mail.py")
    let client = try SMTPClient(options(server))
    for number in 0..<5 {
      try await client.send(mail(to: ["n\(number)@example.org"]))
      #expect(try await next(of: server).recipients == ["n\(number)@example.org"])
      await #expect(throws: TransferError.self) { try await client.send(mail(to: ["permanent@example.org"])) }
    }
  }

  @Test func refusalsAreToldApart() async throws {
    let server = try await ChildServer.start("mail.py")
    let client = try SMTPClient(options(server))
    let permanent = await #expect(throws: TransferError.self) {
      try await client.send(mail(to: ["permanent@example.org"]))
    }
    #expect(permanent?.code == .refusedPermanently)
    #expect(permanent?.reply == 550)
    #expect(permanent?.isRetriable == false)
    let temporary = await #expect(throws: TransferError.self) {
      try await client.send(mail(to: ["temporary@example.org"]))
    }
    #expect(temporary?.code == .refusedTemporarily)
    #expect(temporary?.reply == 451)
    #expect(temporary?.isRetriable == true)
    #expect(temporary.map { "\($0)".contains("example.org") } == false)
  }

  @Test func userAndPasswordAreChecked() async throws {
    let server = try await ChildServer.start("mail.py")
    var options = options(server)
    options.user = "gridloop"
    options.password = "secret"
    try await SMTPClient(options).send(mail(to: ["a@example.org"]))
    #expect(try await next(of: server).user == "gridloop")
    options.password = "wrong"
    let client = try SMTPClient(options)
    let error = await #expect(throws: TransferError.self) { try await client.send(mail(to: ["a@example.org"])) }
    #expect(error?.code == .loginDenied)
  }

  @Test func encryptionIsRequiredWhereThePolicySaysSo() async throws {
    let server = try await ChildServer.start("mail.py")
    var options = options(server)
    options.encryption = .require
    let strict = try SMTPClient(options)
    let error = await #expect(throws: TransferError.self) { try await strict.send(mail(to: ["a@example.org"])) }
    #expect(error?.code == .encryption)
    options.encryption = .whenOffered
    try await SMTPClient(options).send(mail(to: ["a@example.org"]))
    #expect(try await !next(of: server).encrypted)
  }

  @Test func anOfferedEncryptionIsUsedAndItsCertificateChecked() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("gridloop-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("server.pem").path
    try Self.makeCertificate(file)
    let server = try await ChildServer.start("mail.py", [file])
    var options = options(server)
    options.encryption = .require
    let untrusting = try SMTPClient(options)
    let error = await #expect(throws: TransferError.self) { try await untrusting.send(mail(to: ["a@example.org"])) }
    #expect(error?.code == .encryption)
    options.authoritiesFile = file
    try await SMTPClient(options).send(mail(to: ["a@example.org"]))
    #expect(try await next(of: server).encrypted)
  }

  @Test func anUnreachableServerIsAnErrorOfConnection() async throws {
    let client = try SMTPClient(SMTPClientOptions(server: "smtp://127.0.0.1:1"))
    let error = await #expect(throws: TransferError.self) { try await client.send(mail(to: ["a@example.org"])) }
    #expect(error?.code == .connection)
    #expect(error?.isRetriable == true)
  }

  @Test func whatCouldBreakOutOfTheDialogueIsRefused() async throws {
    let client = try SMTPClient(SMTPClientOptions(server: "smtp://127.0.0.1:1"))
    let bad = [
      mail(to: []), mail(to: ["a@b.org>\r\nRCPT TO:<c@d.org"]), mail(to: ["no at sign"]), mail(to: ["<a@b.org>"]),
      OutgoingMail(sender: "a b@c.org", recipients: ["a@b.org"], message: []),
      OutgoingMail(sender: "", recipients: ["a@b.org"], message: Array("a\n.\nMAIL".utf8)),
      OutgoingMail(sender: "", recipients: ["a@b.org"], message: Array("a\r.\r\n".utf8)),
    ]
    for mail in bad {
      let error = await #expect(throws: TransferError.self) { try await client.send(mail) }
      #expect(error?.code == .invalidRequest)
    }
    #expect(throws: TransferError.self) { try SMTPClient(SMTPClientOptions(server: "http://host")) }
  }

  /// A certificate of 127.0.0.1 with its key in one file.
  private static func makeCertificate(_ file: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
      "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", file + ".key", "-out", file,
    ]
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    let key = try Data(contentsOf: URL(fileURLWithPath: file + ".key"))
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: file))
    try handle.seekToEnd()
    try handle.write(contentsOf: key)
    try handle.close()
  }
}
