import Domain
import GridNetwork
import Hummingbird
import Operations
import PostgresClient
import WebAuth
import Wire

/// `GET /v1/reports?external_id=`: what has become of a report, asked by its own sender with the id that it gave it.
struct SentReportRoute: Sendable {
  let intake: ReportIntake
  let pool: PostgresPool

  func get(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let sender = try intake.sender(try context.requireCaller())
    let externalID = try Self.externalID(request.uri.query ?? "")
    guard let report = try await SentReports(pool: pool).report(externalID: externalID, of: sender) else {
      throw Problem.notFound("This sender has reported nothing under that external_id.")
    }
    return .json { write(report, externalID, sender, into: &$0) }
  }

  private static func externalID(_ query: String) throws(Problem) -> String {
    let fields: FormFields
    do throws(FormFields.Fault) {
      fields = try FormFields(urlEncoded: query.utf8)
    } catch {
      throw .malformed(code: "malformed_query", "The query is not readable as percent-encoded UTF-8.")
    }
    var faults = FaultCollector()
    for name in Set(fields.fields.map(\.name)).sorted() where name != "external_id" {
      faults.add(name, "unknown_field", "Reports are asked for by external_id.")
    }
    let id = fields["external_id"] ?? ""
    if id.isEmpty { faults.add("external_id", "missing", "It is needed.") }
    if id.utf8.count > ReportLimits.maxExternalIDBytes {
      faults.add("external_id", "too_long", "It may have \(ReportLimits.maxExternalIDBytes) bytes.")
    }
    guard faults.isEmpty else { throw .invalid(faults.faults) }
    return id
  }

  private func write(
    _ report: SentReport, _ externalID: String, _ sender: ReportSender, into writer: inout JSONWriter
  ) {
    let policy = sender.network.policy
    let zone = policy.calendar.zone
    writer.beginObject()
    writer.member("external_id", externalID)
    writer.member("case_id", report.caseID.description)
    writer.member("state", report.state.rawValue)
    writer.member("district", report.caseID.district.text)
    writer.key("unit")
    writer.units(policy.units.path(to: report.unit))
    if report.isDuplicate { writer.member("duplicate_of", report.caseID.description) }
    if report.current != report.caseID { writer.member("merged_into", report.current.description) }
    writer.member("seq", report.seq)
    writer.member("received_at", report.receivedAt.rfc3339(in: zone))
    if let closedAt = report.closedAt { writer.member("closed_at", closedAt.rfc3339(in: zone)) }
    if let result = report.result { writer.member("result", result) }
    writer.endObject()
  }
}
