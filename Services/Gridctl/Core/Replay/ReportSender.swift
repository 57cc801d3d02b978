import Platform
import Transfer
import Wire

/// Sends reports to intake until each is acknowledged or refused for good. From any task.
struct ReportSender: Sendable {
  static let firstPauseMilliseconds: Int64 = 100
  static let longestPauseMilliseconds: Int64 = 2_000

  /// One report's end, and how often it had to be sent again.
  struct Result: Sendable {
    let outcome: ReplayOutcome
    let retries: Int
  }

  let client: HTTPClient
  /// Of intake, without a slash at the end.
  let address: String
  /// `Authorization` for each source.
  let authorization: [String: String]
  /// How long one report is tried again when the service is away, in milliseconds.
  let patienceMilliseconds: Int64

  /// Tries each place of the report until one is not refused.
  func send(_ report: OutgoingReport, fromPlace first: Int = 0) async throws -> Result {
    var retries = 0
    var place = first
    while true {
      let key = place == 0 ? report.externalID : "\(report.externalID)/\(place)"
      let result = try await post(
        "/v1/reports", type: "application/json", body: report.body(place: place), source: report.source, key: key)
      retries += result.retries
      if case .rejected(let rejection) = result.outcome, rejection.isPlace, place + 1 < report.places.count {
        place += 1
        continue
      }
      return Result(outcome: result.outcome, retries: retries)
    }
  }

  private func post(
    _ path: String, type: String, body: [UInt8], source: String, key: String
  ) async throws -> Result {
    var request = OutgoingRequest(
      method: "POST", url: address + path,
      headers: [
        .init("Content-Type", type), .init("Authorization", authorization[source] ?? ""),
        .init("Idempotency-Key", key),
      ], body: body)
    request.connectTimeoutMilliseconds = 2_000
    let (response, retries) = try await persist(request) { ReplayOutcome(status: $0.status, body: $0.body) }
    return Result(outcome: response, retries: retries)
  }

  /// Sends the request until `read` makes something of a response. Throws `Refusal` when patience is over, or at once
  /// when the key is refused.
  func persist<Value>(
    _ request: OutgoingRequest, _ read: (IncomingResponse) -> Value?
  ) async throws -> (value: Value, retries: Int) {
    let deadline = MonotonicClock.microseconds + patienceMilliseconds * 1_000
    var backoff = Backoff(
      initialMilliseconds: Self.firstPauseMilliseconds, maximumMilliseconds: Self.longestPauseMilliseconds)
    while true {
      var reason: String
      do {
        let response = try await client.send(request)
        if response.status == 401 || response.status == 403 {
          let rejection = ReplayRejection(
            status: response.status, problem: (try? JSONParser.parse(response.body)) ?? .null)
          guard rejection.isPlace || rejection.code == "outside_unit" else {
            throw Refusal("forbidden", "intake refuses the key: \(rejection.detail)")
          }
        }
        if let value = read(response) { return (value, backoff.attempts) }
        reason = "intake answers \(response.status)"
      } catch let error as TransferError where error.isRetriable && error.code != .cancelled {
        reason = "intake cannot be reached: \(error.reason)"
      }
      let now = MonotonicClock.microseconds
      let pause = backoff.next(random: .random(in: .min ... .max))
      guard now + pause < deadline else {
        throw Refusal("unreachable", "\(reason); given up after \(patienceMilliseconds / 1_000) s")
      }
      try await MonotonicClock.wait(until: now + pause)
    }
  }
}
