import Casework
import Domain
import Hummingbird
import Logging
import Operations
import WebAuth
import Wire

/// What administrators mend: cases let out of quarantine, notices sent again, channels tried.
struct UpkeepRoutes: Sendable {
  enum QuarantineAction: String, CaseIterable { case release }
  enum DeliveryAction: String, CaseIterable { case resend }

  /// The longest address a test is sent to, in bytes (RFC 5321).
  static let maxAddressBytes = 254
  static let maxTests = 50

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.post("quarantine/actions") { request, context in try await release(request, context) }
    group.post("deliveries/actions") { request, context in try await resend(request, context) }
    group.get("channels/tests") { request, context in try await tests(request, context) }
    group.get("channels/tests/:id") { _, context in try await test(context) }
    group.post("channels/:channel/tests") { request, context in try await ask(request, context) }
  }

  /// `{action: release, case_id, consumer?}`: 200 with how many consumers let go; 404 where none held it.
  private func release(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.viewOfWholeDistricts(context)
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    _ = fields.requiredChoice("action", of: QuarantineAction.self)
    let caseID = fields.requiredText("case_id")
    let consumer = fields.text("consumer")
    try fields.finish()
    let count = try await Upkeep(pool: console.pool, districts: view.territory.districts)
      .release(caseID, consumer: consumer, by: view.actor.text, at: console.now)
    guard count > 0 else { throw Problem.notFound("The case is not in quarantine.") }
    console.logger.notice("case released", metadata: ["case": "\(caseID)", "by": "\(view.caller.name)"])
    return .json { writer in
      writer.beginObject()
      writer.member("case_id", caseID)
      writer.member("released", count)
      writer.endObject()
    }
  }

  /// `{action: resend, id?, case_id?, channel?}`: 200 with how many are tried again; all that failed or wait where nothing
  /// is named.
  private func resend(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.viewOfWholeDistricts(context)
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    _ = fields.requiredChoice("action", of: DeliveryAction.self)
    let chosen = Upkeep.Deliveries(
      id: fields.text("id"), caseID: fields.text("case_id"),
      channel: fields.choice("channel", of: ChannelTest.Channel.self)?.rawValue)
    try fields.finish()
    let count = try await Upkeep(pool: console.pool, districts: view.territory.districts)
      .resend(chosen, by: view.actor.text, at: console.now)
    guard count > 0 || chosen.id == nil else {
      throw Problem.conflict(code: "nothing_to_resend", "It has arrived meanwhile, or is on its way.")
    }
    console.logger.notice("notices sent again", metadata: ["count": "\(count)", "by": "\(view.caller.name)"])
    return .json { writer in
      writer.beginObject()
      writer.member("resent", count)
      writer.endObject()
    }
  }

  private func tests(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.viewOfWholeDistricts(context)
    try QueryFields(request).finish()
    let tests = try await ChannelTests(pool: console.pool).newest(of: view.territory.districts, limit: Self.maxTests)
    return .json { writer in
      writer.page(tests, next: nil) { writer, test in write(test, view, to: &writer) }
    }
  }

  private func test(_ context: AuthenticatedContext) async throws -> Response {
    let view = try console.viewOfWholeDistricts(context)
    return try await answer(context.parameters.get("id"), view)
  }

  /// `{to}` for mails: 202 with the test, which the notifier takes up within a second; 429 where one was asked for just now.
  private func ask(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.viewOfWholeDistricts(context)
    guard let channel = context.parameters.get("channel").flatMap(ChannelTest.Channel.init(rawValue:)) else {
      throw Problem.notFound("Channels that can be tried are webhook and smtp.")
    }
    var fields = try BodyFields(try await request.collectJSON(limits: BodyFields.limits))
    let target = channel == .smtp ? fields.requiredText("to") : ""
    if channel == .smtp, !target.isEmpty, !Self.isAddress(target) {
      fields.fault("to", "malformed_address", "Write a mail address.")
    }
    try fields.finish()
    guard let district = view.territory.districts.first else { throw Problem.notFound("There is no district.") }
    if let seconds = console.channelTests.begin(district, channel) {
      throw Problem.tooManyRequests(retryAfterSeconds: seconds, "A test of this channel was asked for just now.")
    }
    let id = try await ChannelTests(pool: console.pool)
      .ask(channel, to: target, in: district, by: view.actor.text, at: console.now)
    return try await answer(id, view, status: .accepted)
  }

  private func answer(
    _ id: String?, _ view: CallerView, status: HTTPResponse.Status = .ok
  ) async throws -> Response {
    guard let id, let test = try await ChannelTests(pool: console.pool).find(id, of: view.territory.districts) else {
      throw Problem.notFound("There is no such test.")
    }
    return .json(status, headers: [.cacheControl: "no-store"]) { writer in write(test, view, to: &writer) }
  }

  private func write(_ test: ChannelTest, _ view: CallerView, to writer: inout JSONWriter) {
    writer.beginObject()
    writer.member("id", test.id)
    writer.member("channel", test.channel.rawValue)
    writer.member("to", test.target.isEmpty ? nil : test.target)
    writer.member("state", test.state.rawValue)
    writer.member("fault", test.state == .failed ? test.fault : nil)
    writer.member("asked_by", test.askedBy)
    writer.member("asked_at", test.askedAt, in: view.zone)
    writer.endObject()
  }

  /// Whether it can be the address of one mailbox; whether there is one, the mail server knows.
  static func isAddress(_ text: String) -> Bool {
    let parts = text.split(separator: "@", omittingEmptySubsequences: false)
    return text.utf8.count <= maxAddressBytes && parts.count == 2 && parts.allSatisfy { !$0.isEmpty }
      && text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"<>,;:\"()[]\\".utf8.contains($0) }
  }
}
