import Cryptography
import Domain
import GridNetwork
import WebAuth

/// Versions of the network and its policy, as they were applied.
enum PoliciesPage: AdministrationPage {
  static let matter = AdministrationMatter.policies

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let policies = try await OperationsStore(
      pool: request.console.pool, districts: request.view.territory.districts
    ).policies()
    var newest: Set<UnitCode> = []
    let rows = policies.map { policy -> AdministrationTable.Row in
      let isNewest = newest.insert(policy.district).inserted
      return .init(
        id: "\(policy.district)-\(policy.version)",
        cells: [
          .number("\(policy.version)"), .text(request.names.unit(policy.district)), .text(policy.name),
          .time(policy.appliedAt), .text(policy.appliedBy),
          .code(String(Hexadecimal.encode(policy.digest).prefix(12)) + "…"),
          isNewest
            ? .badge(texts("administration.policies.current"), tone: "fine")
            : .badge(texts("administration.policies.past"), tone: "still"),
        ])
    }
    return [
      AdministrationTable(
        id: "policies", title: texts("administration.policies.versions"),
        columns: ["version", "unit", "network", "applied_at", "applied_by", "digest", "state"]
          .map { texts("administration.field.\($0)") },
        rows: rows, empty: texts("administration.policies.empty"))
    ]
  }
}
