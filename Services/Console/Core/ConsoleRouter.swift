import Hummingbird
import Operations
import WebAuth

/// Every route of the console.
enum ConsoleRouter {
  static func router(
    _ console: Console, door: DoorMiddleware<AuthenticatedContext>
  ) -> Hummingbird.Router<AuthenticatedContext> {
    let router = Hummingbird.Router(context: AuthenticatedContext.self)
    // Around the door, so that the problems it makes of errors carry them, too.
    router.add(middleware: SecurityHeaders(tiles: console.site.tiles))
    router.add(middleware: PageFaults(site: console.site))
    router.add(middleware: door)
    SessionRoutes(console: console).addOpen(to: router)
    PageRoutes(console: console).add(to: router)
    PublicRoutes(console: console).add(to: router)

    let api = router.group("v1").add(middleware: AuthenticationMiddleware(console.authenticator))
    SessionRoutes(console: console).add(to: api)
    CaseRoutes(console: console).add(to: api)
    PreviewRoutes(console: console).add(to: api)
    CaseProofRoute(console: console).add(to: api)
    PhotoRoutes(console: console).add(to: api)
    ReportDoorRoutes(console: console).add(to: api)
    AccountabilityRoutes(console: console).add(to: api)
    StatisticsRoutes(console: console).add(to: api)
    TerritoryRoutes(console: console).add(to: api)
    MapRoutes(console: console).add(to: api)
    InboxRoutes(console: console).add(to: api)
    RosterRoutes(console: console).add(to: api)
    RepeatRoutes(console: console).add(to: api)
    TaskRoutes(console: console).add(to: api)
    StreamRoutes(console: console).add(to: api)
    SuppressionRoutes(console: console).add(to: api)
    AccountRoutes(console: console).add(to: api)
    OperationsRoutes(console: console).add(to: api)
    PolicyRoutes(console: console).add(to: api)
    UpkeepRoutes(console: console).add(to: api)
    GridChangeRoutes(console: console).add(to: api)
    return router
  }
}
