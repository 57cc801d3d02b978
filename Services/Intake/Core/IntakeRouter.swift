import Hummingbird
import Operations
import WebAuth

/// Every route of the door and what stands before it.
struct IntakeRouter {
  let reports: ReportRoute
  let sentReports: SentReportRoute
  let locate: LocateRoute
  let bulk: BulkRoute
  let attachments: AttachmentRoute
  let open311: Open311Door
  let authenticator: Authenticator

  func router(door: DoorMiddleware<AuthenticatedContext>) -> Router<AuthenticatedContext> {
    let router = Router(context: AuthenticatedContext.self)
    router.add(middleware: door)
    let signedIn = router.group("v1").add(middleware: AuthenticationMiddleware(authenticator))
    signedIn.post("reports") { try await reports.post($0, $1) }
    signedIn.get("reports") { try await sentReports.get($0, $1) }
    signedIn.post("reports/bulk") { try await bulk.post($0, $1) }
    signedIn.get("locate") { try await locate.get($0, $1) }
    signedIn.post("attachments") { try await attachments.post($0, $1) }
    // Open to all for reading; whoever writes is asked for a key by the routes themselves.
    router.get("open311/v2/**") { try await open311.get($0, $1) }
    router.post("open311/v2/**") { try await open311.post($0, $1) }
    return router
  }
}
