import Domain
import HTTPTypes
import Journal
import Operations
import PostgresClient
import Transfer
import WebAuth
import Wire

/// A report by which somebody follows.
struct FollowedReport: Sendable, Equatable {
  /// The case that the report began or joined.
  let caseID: CaseID
  /// Whether it joined a case that others had begun.
  let isJoined: Bool
  let receivedAt: Instant
}

extension PublicVisit {
  private static let sent = Statement(
    "public_report",
    "SELECT case_number, part, received_at FROM reports WHERE district = $1 AND submitter = $2 AND external_id = $3")

  /// The report of a code; nil when there is none. Throws `PostgresError`.
  func report(of code: FollowCode) async throws -> FollowedReport? {
    let rows = try await console.pool.query(
      Self.sent, [.text(district.text), .text(asked.view.actor.text), .text(code.externalID)])
    return try rows.first.map { row in
      FollowedReport(
        caseID: CaseID(district: district, number: try row.int64(0)), isJoined: try row.int64(1) > 0,
        receivedAt: try row.timestamp(2).instant)
    }
  }

  /// Hands the report in at the door for reports, as every report is; sent again it is the same report.
  ///
  /// - Throws: `PublicRefusal` for what can be mended, `Problem` 503 when the door does not answer.
  func file(_ report: PublicReport, _ code: FollowCode) async throws -> FollowedReport {
    var attachments: [String] = []
    for photo in report.photos { attachments.append(try await send(photo)) }
    let body = report.body(network, in: district, externalID: code.externalID, attachments: attachments)
    let answer = try await console.reportDoor.send(
      .post, "/v1/reports", as: .key(key), headers: [OutgoingRequest.Header("Content-Type", "application/json")],
      body: body)
    if answer.status == 200 || answer.status == 201, let filed = try await self.report(of: code) { return filed }
    let problem = answer.problem
    // The same form came twice at once, or came back with other words: it was filed, and stays as it was.
    if problem.code == "idempotency_mismatch", let filed = try await self.report(of: code) { return filed }
    throw refusal(answer, problem)
  }

  private func send(_ photo: PublicReport.Photo) async throws -> String {
    let answer = try await console.reportDoor.send(
      .post, "/v1/attachments", as: .key(key),
      headers: [OutgoingRequest.Header("Content-Type", "application/octet-stream")], body: photo.bytes)
    if answer.status == 201, let id = answer.json?["id"]?.stringValue { return id }
    if (400..<500).contains(answer.status), answer.status != 429 { throw PublicRefusal(faults: ["photos": "photo"]) }
    throw refusal(answer, answer.problem)
  }

  /// What the door refused, beside the fields of the form.
  private func refusal(_ answer: IncomingResponse, _ problem: (code: String, fields: [String])) -> any Error {
    var faults: [String: String] = [:]
    for field in problem.fields {
      switch field.prefix(while: { $0 != "." }) {
      case "location": faults["place"] = "outside"
      case "category": faults["category"] = "category"
      case "description": faults["description"] = "description"
      case "attachments": faults["photos"] = "photo"
      case "reporter": faults["phone"] = "phone"
      default: break
      }
    }
    if answer.status == 422, !faults.isEmpty { return PublicRefusal(faults: faults) }
    return Problem.unavailable(
      code: "no_report_door", retryAfterSeconds: answer.retryAfterSeconds ?? 5,
      "The door for reports answered \(answer.status) \(problem.code).")
  }
}

/// What has to be mended before a report is filed: by field of the form, the key of a text.
struct PublicRefusal: Error, Sendable, Equatable {
  let faults: [String: String]
}

extension IncomingResponse {
  fileprivate var json: JSONValue? {
    try? JSONParser.parse(body)
  }

  fileprivate var retryAfterSeconds: Int? {
    headers.first { $0.name.lowercased() == "retry-after" }.flatMap { Int($0.value) }
  }

  /// The code of a problem and the fields that it names.
  fileprivate var problem: (code: String, fields: [String]) {
    let document = json
    return (
      document?["code"]?.stringValue ?? "",
      document?["errors"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
    )
  }
}
