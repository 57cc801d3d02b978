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

/// Who hears of what on which channel, as the network's policy says.
enum ChannelsPage: AdministrationPage {
  static let matter = AdministrationMatter.channels

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let channels = request.view.network.channels
    let isOn: [NoticeChannel: String?] = [
      .inbox: texts("administration.channels.always"), .webhook: channels.webhook.map { host(of: $0.url) },
      .smtp: channels.smtp.map { "\($0.host):\($0.port)" },
    ]
    let ways = NoticeChannel.allCases.map { channel -> AdministrationTable.Row in
      let target = isOn[channel] ?? nil
      return .init(
        id: channel.rawValue,
        cells: [
          .text(texts("administration.channels.name.\(channel.rawValue)")), .text(target ?? "—"),
          target == nil
            ? .badge(texts("administration.channels.off"), tone: "still")
            : .badge(texts("administration.channels.on"), tone: "fine"),
        ])
    }
    let notices = channels.notices.values.sorted { $0.kind.rawValue < $1.kind.rawValue }.map {
      notice -> AdministrationTable.Row in
      var ways = notice.channels.map { texts("administration.channels.name.\($0.rawValue)") }
      if notice.urgent { ways.append(texts("administration.channels.urgent")) }
      if notice.digest { ways.append(texts("administration.channels.digest")) }
      return .init(
        id: notice.kind.rawValue,
        cells: [
          .text(texts.word("notice", notice.kind.rawValue)), .text(ways.joined(separator: " · ")),
          .code(notice.kind.rawValue),
        ])
    }
    return [
      AdministrationTable(
        id: "channels", title: texts("administration.channels.ways"),
        columns: ["channel", "target", "state"].map { texts("administration.field.\($0)") }, rows: ways, empty: "—"),
      AdministrationTable(
        id: "notices", title: texts("administration.channels.notices"),
        columns: ["notice", "channel", "id"].map { texts("administration.field.\($0)") }, rows: notices,
        empty: texts("administration.channels.empty")),
    ]
  }

  /// The host alone: addresses may carry a secret in their path.
  private static func host(of url: String) -> String {
    let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
    return String(rest.prefix { $0 != "/" && $0 != "?" }.split(separator: "@").last ?? "")
  }
}
