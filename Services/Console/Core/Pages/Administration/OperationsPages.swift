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
    let rows = try await request.operations.quarantine().map { entry in
      AdministrationTable.Row(
        id: "\(entry.caseID)",
        cells: [
          .link("\(entry.caseID)", path: "/cases/\(entry.caseID)"),
          .text(texts("administration.services.name.\(entry.consumer)")), .number("\(entry.firstSeq)"),
          .time(entry.since), .text(entry.fault),
        ])
    }
    return [
      AdministrationTable(
        id: "quarantine", title: texts("administration.quarantine.title"),
        columns: ["case", "service", "first_seq", "since", "fault"].map { texts("administration.field.\($0)") },
        rows: rows, empty: texts("administration.quarantine.empty"),
        hint: rows.isEmpty ? nil : texts("administration.quarantine.release"))
    ]
  }
}

/// Notices on their way by mail and to other systems.
enum DeliveriesPage: AdministrationPage {
  static let matter = AdministrationMatter.deliveries

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    var tables: [AdministrationTable] = []
    for state in ["failed", "pending", "delivered"] {
      let texts = request.texts
      let rows = try await request.operations.deliveries([state]).prefix(100).map { delivery in
        AdministrationTable.Row(
          id: "\(delivery.caseID)",
          cells: [
            .link("\(delivery.caseID)", path: "/cases/\(delivery.caseID)"),
            .text(texts.word("notice", delivery.notice)),
            .text(texts("administration.channels.name.\(delivery.channel)")), .time(delivery.createdAt),
            .number("\(delivery.attempts)"),
            .time(state == "pending" ? delivery.nextAttemptAt : delivery.deliveredAt),
            .text(delivery.fault ?? "—"),
          ])
      }
      let last = state == "pending" ? "next_attempt" : "delivered_at"
      tables.append(
        AdministrationTable(
          id: state, title: texts("administration.deliveries.\(state)"),
          columns: ["case", "notice", "channel", "created_at", "attempts", last, "fault"]
            .map { texts("administration.field.\($0)") },
          rows: rows, empty: texts("administration.deliveries.none_\(state)")))
    }
    return tables
  }
}

/// Areas and categories whose reports all join one case.
enum SuppressionsPage: AdministrationPage {
  static let matter = AdministrationMatter.suppressions

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let (view, texts) = (request.view, request.texts)
    var found: [Suppression] = []
    for district in view.territory.districts {
      found += try await SuppressionStore(pool: request.console.pool)
        .list(district, limit: SuppressionRoutes.maxPageSuppressions)
    }
    let tones = ["running": "soon", "upcoming": "accent"]
    let rows = found.filter { view.covers($0.unit) || view.policy.units.contains($0.unit, view.caller.unit) }.map {
      suppression -> AdministrationTable.Row in
      let state = suppression.state(at: request.now).rawValue
      return .init(
        id: suppression.id,
        cells: [
          .badge(texts("administration.suppressions.state.\(state)"), tone: tones[state] ?? "still"),
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
        rows: rows, empty: texts("administration.suppressions.empty"))
    ]
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
        id: "sign-ins", title: texts("administration.log.sign_ins"),
        columns: ["at", "who", "session"].map { texts("administration.field.\($0)") }, rows: signIns,
        empty: texts("administration.log.no_sign_ins")),
    ]
  }
}
