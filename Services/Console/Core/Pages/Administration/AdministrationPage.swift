import Domain
import WebAuth

/// The matters of administration, each with a page of its own.
enum AdministrationMatter: String, CaseIterable, Sendable {
  case units, users, keys, rosters, policies, calendar, channels, deliveries, quarantine, services, suppressions, log
}

/// A page of administration: tables and forms of one matter.
protocol AdministrationPage: Page {
  static var matter: AdministrationMatter { get }

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable]
  static func forms(_ request: PageRequest) async throws -> [AdministrationForm]
}

extension AdministrationPage {
  static var route: PageRoute {
    PageRoute("administration/\(matter.rawValue)", template: "administration-page", roles: [.admin])
  }

  static func forms(_ request: PageRequest) async throws -> [AdministrationForm] { [] }

  static func content(_ request: PageRequest) async throws -> PageContent {
    let texts = request.texts
    let key = "administration.\(matter.rawValue)"
    var data: PageData = [
      "tabs": AdministrationOverview.tabs(texts, current: matter),
      "tables": try await tables(request).map { $0.data(request) },
      "forms": try await forms(request).map(\.data),
    ]
    data["hint"] = texts.optional("\(key).hint")
    return PageContent(texts("\(key).title"), data)
  }
}

/// Where administration begins: every matter, with what waits in it.
enum AdministrationOverview: Page {
  static let route = PageRoute(
    "administration", template: "administration", roles: [.admin],
    menu: PageMenu(order: 80, icon: "admin", text: "administration.menu"))

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (view, texts) = (request.view, request.texts)
    let store = OperationsStore(pool: request.console.pool, districts: view.territory.districts)
    let users = try await UserDirectory(console: request.console, view: view).users()
    let tree = view.policy.units
    let units = tree.units.count { tree.contains(view.caller.unit, $0.code) }
    let keys = try await KeyRing(console: request.console, view: view).keys()
    let lag = try await store.consumers().map(\.lag).max() ?? 0
    let silent = try await store.instances().count(where: \.isSilent)
    let deliveries = try await store.deliveryCounts()
    let quarantined = try await store.quarantine().count
    let figures: [AdministrationMatter: (text: String, tone: String?)] = [
      .units: (texts.counted("administration.count.units", units), nil),
      .users: (texts.counted("administration.count.users", users.count { $0.disabledAt == nil }), nil),
      .keys: (texts.counted("administration.count.keys", keys.count { $0.revokedAt == nil }), nil),
      .deliveries: (
        texts.counted("administration.count.deliveries", deliveries["failed"] ?? 0),
        (deliveries["failed"] ?? 0) > 0 ? "late" : "fine"
      ),
      .quarantine: (
        texts.counted("administration.count.quarantine", quarantined), quarantined > 0 ? "late" : "fine"
      ),
      .services: (
        silent > 0
          ? texts.counted("administration.count.silent", silent) : texts.counted("administration.count.lag", lag),
        silent > 0 ? "late" : lag > 1_000 ? "soon" : "fine"
      ),
      .policies: (texts("administration.count.policies", ["version": "\(view.policy.version)"]), nil),
    ]
    let matters: [PageData] = AdministrationMatter.allCases.map { matter in
      var data: PageData = [
        "name": texts("administration.\(matter.rawValue).title"), "path": "/administration/\(matter.rawValue)",
        "hint": texts("administration.\(matter.rawValue).hint"), "id": matter.rawValue,
      ]
      data["figure"] = figures[matter]?.text
      data["tone"] = figures[matter]?.tone ?? "plain"
      return data
    }
    return PageContent(texts("administration.title"), ["matters": matters])
  }

  static func tabs(_ texts: PageTexts, current: AdministrationMatter) -> [PageData] {
    AdministrationMatter.allCases.map { matter in
      [
        "name": texts("administration.\(matter.rawValue).title"), "path": "/administration/\(matter.rawValue)",
        "isCurrent": matter == current,
      ]
    }
  }
}
