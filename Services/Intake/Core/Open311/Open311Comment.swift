import Cryptography
import Domain
import GridNetwork
import Hummingbird
import PostgresClient
import WebAuth

// What a partner's system adds to a request.
extension Open311Door {
  private static let caseRow = Statement(
    "open311_case", "SELECT unit, category FROM cases WHERE district = $1 AND number = $2")

  /// Files an update as a further report of the case: its words are a person's, so they belong into `reports`, from
  /// where they can be erased, and not into the journal. `update_id` is the sender's own number for it: sent again, it
  /// is known again.
  func update(_ request: Request) async throws -> Answer {
    let (fields, _, body) = try await form(of: request)
    let caller = try await caller(request, fields)
    let sender = try intake.sender(caller)
    if let problem = intake.meter.beginReport(of: caller) { throw problem }
    let network = sender.network
    guard let text = fields["service_request_id"], let id = CaseID(text),
      id.district == caller.district || sender.city != nil,
      let row = try await pool.query(Self.caseRow, [.text(id.district.text), .int64(id.number)]).first,
      network.policy.units.contains(sender.reach ?? id.district, UnitCode(try row.text(0)))
    else { throw Open311Fault.unknown("service_request_id") }
    let report = try draft(fields, caller: caller)
    let content = ReportContent(report, givenCategory: nil)
    let filing = FilingRequest(
      report: Report(
        source: report.source ?? .citizen, category: CategoryCode(try row.text(1)), unit: UnitCode(try row.text(0)),
        contentDigest: content.digest),
      content: content, attachments: [], actor: sender.actor,
      identity: ReportIdentity(
        key: nil, externalID: fields["update_id"].map { "update:\($0)" }, bodyHash: SHA256.digest(of: body)),
      policy: network.policy, district: id.district, city: sender.city?.code, joins: id.number)
    let outcome = try await desk.file(filing)
    metrics.record(outcome.kind)
    return Answer(
      status: outcome.kind == .repeated ? .ok : .created, root: "service_request_updates",
      node: .list(of: "request_update", [.object(["update_id": .text("\(id.district).\(outcome.seq)")])]))
  }

  private func draft(_ fields: FormFields, caller: Caller) throws(Open311Fault) -> ReportDraft {
    let status = fields["status"].map { "[\($0)]" }
    let link = fields["media_url"]
    let words = [status, fields["description"], link].compactMap { $0 }.joined(separator: "\n")
    guard !words.isBlank, words.hasAtMost(ReportLimits.maxDescriptionCharacters) else {
      throw .invalid("description or status is needed, of \(ReportLimits.maxDescriptionCharacters) characters at most")
    }
    if let id = fields["update_id"], id.utf8.count > ReportLimits.maxCodeCharacters {
      throw .invalid("update_id: \(ReportLimits.maxCodeCharacters) bytes at most")
    }
    var draft = ReportDraft()
    draft.source = Open311Filing.source(of: caller)
    draft.description = words
    draft.reporterName = try Open311Filing.name(fields)
    draft.reporterPhone = try Open311Filing.phone(fields)
    return draft
  }
}
