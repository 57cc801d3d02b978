import GridNetwork
import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import WebAuth

/// `POST /v1/reports`: one report, answered when it is committed.
struct ReportRoute: Sendable {
  let intake: ReportIntake
  let desk: FilingDesk
  let metrics: IntakeMetrics

  func post(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    do {
      let response = try await file(request, caller: try context.requireCaller())
      return response
    } catch {
      let problem = Problem(filing: error)
      metrics.count(problem.status.code >= 500 ? .unavailable : .rejected)
      throw problem
    }
  }

  private func file(_ request: Request, caller: Caller) async throws -> Response {
    let sender = try intake.sender(caller)
    if let problem = intake.meter.beginReport(of: caller) { throw problem }
    let key = try ReportIntake.key(request.headers[.idempotencyKey])
    try request.requireContentType(["application/json"])
    let body = try await request.collectBody(maxBytes: ReportLimits.maxReportBytes)
    let filing = try body.withUnsafeReadableBytes { bytes in
      try intake.request(bytes, key: key, sender: sender)
    }
    let outcome = try await desk.file(filing)
    metrics.record(outcome.kind)
    return outcome.response(sender.network.policy)
  }
}

extension IntakeMetrics {
  func record(_ kind: FilingOutcome.Kind) {
    switch kind {
    case .created: count(.created)
    case .merged: count(.merged)
    case .repeated: count(.repeated)
    }
  }
}

extension HTTPField.Name {
  // A valid name by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let idempotencyKey = HTTPField.Name("idempotency-key").unsafelyUnwrapped
}
