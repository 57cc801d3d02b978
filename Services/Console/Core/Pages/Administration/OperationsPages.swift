import Casework
import Domain
import Operations
import WebAuth
import Wire

extension PageRequest {
  fileprivate var operations: OperationsStore {
    OperationsStore(pool: console.pool, districts: view.territory.districts)
  }
}

/// The processes of the deployment, and how far each consumer has followed the journals.
enum ServicesPage: AdministrationPage {
  static let matter = AdministrationMatter.services

  /// Events that a consumer may lie behind before it is remarked.
  private static let usualLag: Int64 = 1_000

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let instances = try await request.operations.instances().map { instance in
      AdministrationTable.Row(
        id: instance.name,
        cells: [
          .text(texts("administration.services.name.\(instance.service)")), .code(instance.name),
          .text(instance.version), .text(request.times.duration(microseconds: instance.upMicroseconds)),
          instance.isSilent
            ? .badge(texts("administration.services.silent"), tone: "late")
            : .badge(texts("administration.services.alive"), tone: "fine"),
        ])
    }
    let places = try await request.operations.consumers().map { place in
      AdministrationTable.Row(
        id: "\(place.consumer) \(place.district)",
        cells: [
          .text(texts("administration.services.name.\(place.consumer)")), .text(request.names.unit(place.district)),
          .number("\(place.seq)"), .number("\(place.head)"),
          .badge("\(place.lag)", tone: place.lag == 0 ? "fine" : place.lag > usualLag ? "late" : "soon"),
          .badge("\(place.quarantined)", tone: place.quarantined == 0 ? "fine" : "late"),
        ])
    }
    return [
      AdministrationTable(
        id: "services", title: texts("administration.services.processes"),
        columns: ["service", "id", "version", "up", "state"].map { texts("administration.field.\($0)") },
        rows: instances, empty: texts("administration.services.empty")),
      AdministrationTable(
        id: "lag", title: texts("administration.services.lag"),
        columns: ["service", "unit", "position", "head", "lag", "quarantined"]
          .map { texts("administration.field.\($0)") },
        rows: places, empty: texts("administration.services.empty")),
    ]
  }
}

/// Cases that a consumer passes over.
enum QuarantinePage: AdministrationPage {
  static let matter = AdministrationMatter.quarantine

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let mayRelease = request.view.territory.isWhole
    let rows = try await request.operations.quarantine().map { entry -> AdministrationTable.Row in
      let service = texts("administration.services.name.\(entry.consumer)")
      let release = AdministrationTable.Action(
        title: texts("administration.quarantine.release"), method: "POST", path: "/v1/quarantine/actions",
        body: #"{"action":"release","case_id":"\#(entry.caseID)","consumer":"\#(entry.consumer)"}"#,
        question: texts(
          "administration.quarantine.release_question", ["case": "\(entry.caseID)", "service": service]))
      return .init(
        id: "\(entry.caseID)",
        cells: [
          .link("\(entry.caseID)", path: "/cases/\(entry.caseID)"), .text(service), .number("\(entry.firstSeq)"),
          .time(entry.since), .text(entry.fault),
          entry.isReleased
            ? .badge(texts("administration.quarantine.released"), tone: "soon")
            : .badge(texts("administration.quarantine.held"), tone: "late"),
        ], actions: mayRelease && !entry.isReleased ? [release] : [])
    }
    return [
      AdministrationTable(
        id: "quarantine", title: texts("administration.quarantine.title"),
        columns: ["case", "service", "first_seq", "since", "fault", "state"]
          .map { texts("administration.field.\($0)") },
        rows: rows, empty: texts("administration.quarantine.empty"),
        hint: rows.isEmpty ? nil : texts("administration.quarantine.when"), isFollowed: true)
    ]
  }
}

/// Notices on their way by mail and to other systems.
enum DeliveriesPage: AdministrationPage {
  static let matter = AdministrationMatter.deliveries

  /// Of each state.
  private static let maxRows = 100

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let mayResend = request.view.territory.isWhole
    var tables: [AdministrationTable] = []
    for state in ["failed", "pending", "delivered"] {
      let rows = try await request.operations.deliveries([state]).prefix(maxRows).map { delivery in
        // What waits for its first try is on its way; a second message would only be sent twice.
        let canResend = mayResend && (state == "failed" || state == "pending" && delivery.fault != nil)
        return AdministrationTable.Row(
          id: delivery.id, cells: cells(delivery, state, request), actions: canResend ? [resend(delivery, texts)] : [])
      }
      let last = state == "pending" ? "next_attempt" : "delivered_at"
      var table = AdministrationTable(
        id: state, title: texts("administration.deliveries.\(state)"),
        columns: ["case", "notice", "channel", "created_at", "attempts", last, "fault"]
          .map { texts("administration.field.\($0)") },
        rows: rows, empty: texts("administration.deliveries.none_\(state)"), isFollowed: true)
      if state == "failed", rows.count > 1, mayResend { table.actions = [resendAll(texts)] }
      tables.append(table)
    }
    return tables
  }

  private static func cells(
    _ delivery: ChannelDelivery, _ state: String, _ request: PageRequest
  ) -> [AdministrationTable.Cell] {
    let texts = request.texts
    // A mail names who it is for: smtp:<name>.
    let channel = delivery.channel.split(separator: ":", maxSplits: 1).map(String.init)
    let name = texts("administration.channels.name.\(channel.first ?? "")")
    return [
      delivery.caseID.map { .link("\($0)", path: "/cases/\($0)") } ?? .text("—"),
      .text(texts.word("notice", delivery.notice)), .text(channel.count > 1 ? "\(name) · \(channel[1])" : name),
      .time(delivery.createdAt), .number("\(delivery.attempts)"),
      .time(state == "pending" ? delivery.nextAttemptAt : delivery.deliveredAt),
      .text(state == "delivered" ? "—" : delivery.fault.map { DeliveryFaults.words($0, texts) } ?? "—"),
    ]
  }

  private static func resend(_ delivery: ChannelDelivery, _ texts: PageTexts) -> AdministrationTable.Action {
    .init(
      title: texts("administration.deliveries.resend"), method: "POST", path: "/v1/deliveries/actions",
      body: String(
        decoding: JSONValue.object(["action": "resend", "id": .string(delivery.id)]).bytes(), as: UTF8.self))
  }

  private static func resendAll(_ texts: PageTexts) -> AdministrationTable.Action {
    .init(
      title: texts("administration.deliveries.resend_all"), method: "POST", path: "/v1/deliveries/actions",
      body: #"{"action":"resend"}"#, question: texts("administration.deliveries.resend_question"))
  }
}

/// Why a notice did not arrive, in people's words.
enum DeliveryFaults {
  private static let answered = "the receiver answered "

  /// The words for the fault's code, with what was said in brackets; the fault as it is where there are none.
  static func words(_ fault: String, _ texts: PageTexts) -> String {
    if fault.hasPrefix(answered) {
      return texts("administration.fault.answered", ["status": String(fault.dropFirst(answered.count))])
    }
    let code = String(fault.prefix { $0 != ":" })
    guard let words = texts.optional("administration.fault.\(code)") else { return fault }
    let detail = fault.dropFirst(code.count + 2)
    return code == "channel_off" || detail.isEmpty ? words : "\(words) (\(detail))"
  }
}

/// Areas and categories whose reports all join one case, and who makes and ends them: administrators look on.
enum SuppressionsPage: AdministrationPage {
  static let matter = AdministrationMatter.suppressions

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let (view, texts) = (request.view, request.texts)
    let found = try await SuppressionBook(console: request.console, view: view)
      .part(limit: SuppressionRoutes.maxPageSuppressions)
    let rows = found.suppressions.map { suppression -> AdministrationTable.Row in
      let state = suppression.state(at: request.now)
      return .init(
        id: suppression.id,
        cells: [
          .badge(texts.word("suppression", state.rawValue), tone: SuppressionRows.tone(state)),
          .text(suppression.reason), .text(request.names.place(suppression.unit)),
          .lines(suppression.categories.map { request.names.category($0) }), .time(suppression.from),
          .time(suppression.until), .number("\(suppression.reports)"),
          .text(request.names.actor(suppression.createdBy)),
        ])
    }
    return [
      AdministrationTable(
        id: "suppressions", title: texts("administration.suppressions.title"),
        columns: ["state", "reason", "unit", "category", "from", "until", "reports", "created_by"]
          .map { texts("administration.field.\($0)") },
        rows: rows, empty: texts("administration.suppressions.empty"),
        hint: texts("administration.suppressions.looks_on")),
      try await whoMayAct(request),
    ]
  }

  private static func whoMayAct(_ request: PageRequest) async throws -> AdministrationTable {
    let (view, texts) = (request.view, request.texts)
    let users = try await UserDirectory(console: request.console, view: view).users()
    return AdministrationTable(
      id: "who", title: texts("administration.suppressions.who"),
      columns: ["name", "role", "unit"].map { texts("administration.field.\($0)") },
      rows: users.filter { SuppressionRoutes.roles.contains($0.role) && $0.disabledAt == nil }.map { user in
        .init(
          id: user.username,
          cells: [
            .text(user.username), .text(texts.word("role", user.role.rawValue)),
            .link(request.names.place(user.unit), path: UnitRows.path(user.unit)),
          ])
      }, empty: texts("administration.suppressions.nobody"))
  }
}

/// Who signed in, and who had names and numbers of reporters shown.
enum LogPage: AdministrationPage {
  static let matter = AdministrationMatter.log

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let log = AccessLog(console: request.console, view: request.view)
    let reveals = try await log.reveals().map { record in
      AdministrationTable.Row(
        id: "\(record.caseID)",
        cells: [
          .time(record.at), .text(request.names.actor(record.actor)),
          .link("\(record.caseID)", path: "/cases/\(record.caseID)"), .text(record.reason),
        ])
    }
    let real = request.console.authenticator.now
    let signIns = try await log.signIns().prefix(200).map { record -> AdministrationTable.Row in
      let isOver = record.endedAt != nil || record.expiresAt < real
      return .init(
        id: record.username,
        cells: [
          .text(record.at.rfc3339(in: request.view.zone)), .text(record.username),
          isOver
            ? .badge(texts("administration.log.over"), tone: "still")
            : .badge(texts("administration.log.open"), tone: "fine"),
        ])
    }
    return [
      AdministrationTable(
        id: "reveals", title: texts("administration.log.reveals"),
        columns: ["at", "who", "case", "reason"].map { texts("administration.field.\($0)") }, rows: reveals,
        empty: texts("administration.log.no_reveals")),
      AdministrationTable(
        id: "acts", title: texts("administration.log.acts"),
        columns: ["at", "who", "act", "subject"].map { texts("administration.field.\($0)") },
        rows: try await log.acts().prefix(200).map { act in
          .init(
            id: act.subject,
            cells: [
              .time(act.at), .text(request.names.actor(act.actor)),
              .text(texts.optional("administration.act.\(act.act)") ?? act.act), .text(act.subject),
            ])
        }, empty: texts("administration.log.no_acts")),
      AdministrationTable(
        id: "sign-ins", title: texts("administration.log.sign_ins"),
        columns: ["at", "who", "session"].map { texts("administration.field.\($0)") }, rows: signIns,
        empty: texts("administration.log.no_sign_ins")),
    ]
  }
}
