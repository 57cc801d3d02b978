import Casework
import Domain
import GridNetwork
import WebAuth

/// Who hears of what on which channel, as the network's policy says.
enum ChannelsPage: AdministrationPage {
  static let matter = AdministrationMatter.channels
  private static let maxTests = 10

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let channels = request.view.network.channels
    let isOn: [NoticeChannel: String?] = [
      .inbox: texts("administration.channels.always"), .webhook: channels.webhook.map { host(of: $0.url) },
      .smtp: channels.smtp.map { "\($0.host):\($0.port)" },
    ]
    let ways = NoticeChannel.allCases.map { channel -> AdministrationTable.Row in
      let target = isOn[channel] ?? nil
      let test = AdministrationTable.Action(
        title: texts("administration.channels.test"), method: "POST", path: "/v1/channels/webhook/tests", body: "{}",
        watch: "/v1/channels/tests/")
      return .init(
        id: channel.rawValue,
        cells: [
          .text(texts("administration.channels.name.\(channel.rawValue)")), .text(target ?? "—"),
          target == nil
            ? .badge(texts("administration.channels.off"), tone: "still")
            : .badge(texts("administration.channels.on"), tone: "fine"),
        ], actions: channel == .webhook && request.view.territory.isWhole ? [test] : [])
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
        columns: ["channel", "target", "state"].map { texts("administration.field.\($0)") }, rows: ways, empty: "—",
        hint: texts("administration.channels.own_address")),
      try await tests(request),
      AdministrationTable(
        id: "notices", title: texts("administration.channels.notices"),
        columns: ["notice", "channel", "id"].map { texts("administration.field.\($0)") }, rows: notices,
        empty: texts("administration.channels.empty")),
    ]
  }

  /// The newest first, each with what became of it.
  private static func tests(_ request: PageRequest) async throws -> AdministrationTable {
    let (view, texts) = (request.view, request.texts)
    let tests =
      view.territory.isWhole
      ? try await ChannelTests(pool: request.console.pool).newest(of: view.territory.districts, limit: maxTests) : []
    let tones: [ChannelTest.State: String] = [.delivered: "fine", .failed: "late"]
    let rows = tests.map { test -> AdministrationTable.Row in
      let fault = test.state == .failed ? test.fault.map { DeliveryFaults.words($0, texts) } : nil
      return .init(
        id: test.id,
        cells: [
          .time(test.askedAt), .text(request.names.actor(test.askedBy)),
          .text(texts("administration.channels.name.\(test.channel.rawValue)")),
          .text(test.target.isEmpty ? "—" : test.target),
          .badge(texts("administration.channels.result.\(test.state.rawValue)"), tone: tones[test.state] ?? "soon"),
          .text(fault ?? "—"),
        ])
    }
    return AdministrationTable(
      id: "tests", title: texts("administration.channels.tests"),
      columns: ["at", "who", "channel", "target", "result", "fault"].map { texts("administration.field.\($0)") },
      rows: rows, empty: texts("administration.channels.no_tests"))
  }

  static func forms(_ request: PageRequest) async throws -> [AdministrationForm] {
    let texts = request.texts
    guard request.view.territory.isWhole else { return [] }
    return [
      AdministrationForm(
        id: "mail-test", title: texts("administration.channels.test_mail"), path: "/v1/channels/smtp/tests",
        submit: texts("administration.channels.test"),
        fields: [
          .init(name: "to", label: texts("administration.field.mail_to"), kind: .email, isRequired: true)
        ], hint: texts("administration.channels.test_mail_hint"), watch: "/v1/channels/tests/")
    ]
  }

  /// The host alone: addresses may carry a secret in their path.
  private static func host(of url: String) -> String {
    let rest = url.split(separator: "://", maxSplits: 1).last ?? ""
    return String(rest.prefix { $0 != "/" && $0 != "?" }.split(separator: "@").last ?? "")
  }
}
