import Cryptography
import Domain
import GridNetwork
import WebAuth

/// Versions of the network and its policy: as they were applied, and a new one looked at before it is put in force.
enum PoliciesPage: Page {
  static let route = PageRoute("administration/policies", template: "policies", roles: [.admin])

  static func content(_ request: PageRequest) async throws -> PageContent {
    let texts = request.texts
    let versions = try await table(request)
    var data: PageData = [
      "tabs": AdministrationOverview.tabs(texts, current: .policies), "hint": texts("administration.policies.hint"),
      "tables": [versions.data(request)],
    ]
    let policies = try await PolicyHistory.read(request)
    let roots = request.view.policy.units.roots.map(\.code)
    // A version holds for the whole network, which a district of a city has only a part of.
    if request.view.territory.isWhole, Set(roots).isSubset(of: request.view.territory.districts),
      let newest = policies.first(where: { $0.district == roots.first })
    {
      data["upload"] =
        ["files": "/v1/policies/\(newest.district)/\(newest.version)/files.tar", "version": "\(newest.version)"]
        as PageData
    }
    return PageContent(texts("administration.policies.title"), data)
  }

  private static func table(_ request: PageRequest) async throws -> AdministrationTable {
    let texts = request.texts
    var newest: Set<UnitCode> = []
    let rows = try await PolicyHistory.read(request).map { policy -> AdministrationTable.Row in
      let isNewest = newest.insert(policy.district).inserted
      let difference = "/administration/policies/difference?district=\(policy.district)&version=\(policy.version)"
      return .init(
        id: "\(policy.district)-\(policy.version)",
        cells: [
          .number("\(policy.version)"), .text(request.names.unit(policy.district)), .text(policy.name),
          .text(request.times.text(policy.appliedAt)), .text(request.names.actor(policy.appliedBy)),
          .code(String(Hexadecimal.encode(policy.digest).prefix(12)) + "…"),
          isNewest
            ? .badge(texts("administration.policies.current"), tone: "fine")
            : .badge(texts("administration.policies.past"), tone: "still"),
          policy.version > 1 && request.view.territory.isWhole
            ? .link(texts("administration.policies.show_difference"), path: difference) : .text("—"),
        ])
    }
    return AdministrationTable(
      id: "policies", title: texts("administration.policies.versions"),
      columns: ["version", "unit", "network", "applied_at", "applied_by", "digest", "state", "difference"]
        .map { texts("administration.field.\($0)") },
      rows: rows, empty: texts("administration.policies.empty"))
  }
}

/// The versions of the caller's districts, the newest first.
enum PolicyHistory {
  static func read(_ request: PageRequest) async throws -> [AppliedPolicy] {
    try await OperationsStore(pool: request.console.pool, districts: request.view.territory.districts).policies()
  }
}

/// What one version changed against another.
enum PolicyDifferencePage: Page {
  static let route = PageRoute("administration/policies/difference", template: "policy-difference", roles: [.admin])

  static func content(_ request: PageRequest) async throws -> PageContent {
    let texts = request.texts
    try request.view.requireWholeDistrict()
    var fields = try request.query()
    let policies = try await PolicyHistory.read(request)
    let district = UnitCode(fields.text("district") ?? policies.first?.district.text ?? "")
    let versions = policies.filter { $0.district == district }.map(\.version)
    let known = 1...Int(versions.max() ?? 1)
    let version = fields.number("version", in: known) ?? known.upperBound
    let from = fields.number("from", in: known) ?? max(version - 1, 1)
    try fields.finish()
    func choices(_ chosen: Int) -> [PageData] {
      versions.map { ["value": "\($0)", "label": "\($0)", "selected": Int($0) == chosen] }
    }
    let values = ["from": "\(from)", "version": "\(version)"]
    return PageContent(
      texts("administration.policies.difference_title", values),
      [
        "tabs": AdministrationOverview.tabs(texts, current: .policies), "district": district.text,
        "versions": choices(version), "froms": choices(from),
        "path": "/v1/policies/\(district)/\(version)/difference?from=\(from)",
      ])
  }
}
