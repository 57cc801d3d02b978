import Casework
import Domain
import Journal
import Operations
import WebAuth

/// One case: its story, its clocks, and what may be done now.
enum CasePage: Page {
  static let route = PageRoute("cases/:id", template: "case")

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (console, view) = (request.console, request.view)
    let (loaded, report) = try await console.findCase(request.context, view)
    let (id, value) = (loaded.id, loaded.value)
    async let photos = PhotoStore(pool: console.pool).photos(of: id)
    async let notices = CaseNotices.of(id, pool: console.pool)
    let entries: [CaseTimeline.Entry] = try await console.reader.events(of: id).map {
      ($0.event, $0.hash, try $0.event.decoded())
    }
    let events = entries.compactMap(\.decoded)
    let timeline = CaseTimeline(request)
    let clocks = CaseClockBars(value, events: events, request: request)
    let text = report.description?.lowercased() ?? ""

    var data = CaseFactsData(value, id: id, report: report, request: request).data
    data["timeline"] = entries.reversed().map { timeline.data($0) }
    data["journal"] = entries.map { timeline.data($0) }
    data["eventCount"] = request.texts.counted("case.journal.count", entries.count)
    data["runningClocks"] = clocks.running
    data["stoppedClocks"] = clocks.stopped
    data["hasStopped"] = !clocks.stopped.isEmpty
    data["hasClocks"] = !value.clocks.isEmpty
    data["actions"] = try await CaseActionForms((id, value), text: text, request: request).withNeighbours().data
    data["photos"] = CasePhotosData(try await photos, events: events, id: id, request: request).data
    if SuppressionDeskPage.route.roles.contains(request.role) {
      data["suppressPath"] = SuppressionDeskPage.path(like: value.subject.category, at: value.subject.unit)
    }
    data["notices"] = CaseNoticesData(try await notices, request: request).data
    return PageContent(request.texts("case.title", ["id": id.description]), data)
  }
}

/// What a case is, where it is and who has it.
struct CaseFactsData: Sendable {
  private let value: Case
  private let id: CaseID
  private let report: ReportContent
  private let request: PageRequest

  init(_ value: Case, id: CaseID, report: ReportContent, request: PageRequest) {
    self.value = value
    self.id = id
    self.report = report
    self.request = request
  }

  /// Whose parts the map shows: the unit right above the case's own, so far as the caller's ground reaches.
  private var mapGround: UnitCode {
    let (view, own) = (request.view, value.subject.unit)
    let above = view.policy.units[own]?.parent
    return [above, own].compactMap { $0 }.first { view.covers($0) } ?? view.caller.unit
  }

  var data: PageData {
    let (names, times, texts) = (request.names, request.times, request.texts)
    let subject = value.subject
    var data: PageData = [
      "id": id.description, "version": "\(value.version)", "state": value.state.rawValue,
      "stateName": texts.word("state", value.state.rawValue), "category": names.category(subject.category),
      "place": names.place(subject.unit), "unit": subject.unit.text,
      "source": texts.word("source", subject.source.rawValue), "urgent": subject.priority == .urgent,
      "finder": names.actor(subject.finder), "filed": times.data(subject.filedAt), "policy": "\(value.policyVersion)",
    ]
    data["description"] = report.description
    data["isErased"] = report.erasedAt != nil
    data["address"] = report.address
    data["occurred"] = times.data(value.filing.occurredAt)
    data["closed"] = times.data(value.closedAt)
    data["suspendedUntil"] = times.data(value.suspendedUntil)
    data["rating"] = value.rating.map { texts.word("rating", $0.rawValue) }
    data["mustSupervise"] = value.mustSupervise
    data["external"] = report.externalID
    if let point = value.filing.point {
      data["point"] =
        [
          "lat": "\(Self.rounded(point.latitude))", "lng": "\(Self.rounded(point.longitude))",
        ] as PageData
    }
    data["mapGround"] = mapGround.text
    data["mapGroundName"] = names.unit(mapGround)
    data["mapVersion"] = "\(request.view.policy.version)"
    data["tiles"] = request.console.site.tiles?.address
    data["merged"] = value.mergedInto.map { link($0) }
    data["splitFrom"] = value.splitFrom.map { link($0) }
    data["splitInto"] = value.splitInto.map { link($0) }
    data["reporter"] = reporter
    data["lead"] = lead
    data["parts"] = value.parts.map { part($0) }
    data["hasParts"] = !value.parts.isEmpty
    data["requests"] = value.requests.map { wish($0) }
    data["orders"] = value.orders.map { order($0) }
    data["hasOpenMatters"] = !value.requests.isEmpty || !value.orders.isEmpty || value.appealBy != nil
    data["appeal"] = value.appealBy.map { texts("case.appeal", ["department": names.department($0)]) }
    data["counts"] = counts
    return data
  }

  /// Six places are a tenth of a metre.
  private static func rounded(_ degrees: Double) -> Double { (degrees * 1e6).rounded() / 1e6 }

  private func link(_ other: CaseID) -> PageData { ["id": other.description, "path": "/cases/\(other)"] }

  /// Masked for everybody, as in the interface; who must know asks with a reason.
  private var reporter: PageData? {
    if report.isAnonymous { return ["name": request.texts("case.anonymous")] }
    guard report.reporterName != nil || report.reporterPhone != nil else { return nil }
    var data: PageData = [:]
    data["name"] = report.reporterName.map(Masking.name)
    data["phone"] = report.reporterPhone.map(Masking.phone)
    return data
  }

  private var lead: PageData? {
    guard let lead = value.lead else { return nil }
    var data: PageData = ["name": request.names.department(lead.department), "appointed": lead.appointed]
    data["officer"] = lead.officer.map { request.names.actor($0) }
    return data
  }

  private func part(_ part: CasePart) -> PageData {
    var data: PageData = [
      "name": request.names.department(part.department), "appointed": part.appointed,
      "state": request.texts.word("part_state", part.state.rawValue), "tone": part.isOpen ? "soon" : "fine",
    ]
    data["officer"] = (part.handledBy ?? part.officer).map { request.names.actor($0) }
    return data
  }

  private func wish(_ asked: TimeRequest) -> PageData {
    let department = request.names.department(asked.department)
    let text =
      switch asked.wish {
      case .extension_(let by):
        request.texts("case.wish.extension", ["department": department, "by": request.names.limit(by)])
      case .suspension(let until):
        request.texts("case.wish.suspension", ["department": department, "until": request.times.text(until)])
      }
    return ["text": text, "reason": asked.reason]
  }

  private func order(_ order: SupervisionOrder) -> PageData {
    let form = request.view.policy.casePolicy.supervisionForm(order.form)
    var data: PageData = [
      "number": "\(order.number)", "form": form.map { request.names.choose($0.nameZh, $0.nameEn) } ?? order.form,
      "by": request.names.actor(order.orderedBy), "at": request.times.data(order.orderedAt),
      "awaitsAnswer": order.awaitsAnswer,
    ]
    data["department"] = order.department.map { request.names.department($0) }
    return data
  }

  private var counts: [PageData] {
    let counts: [(String, Int)] = [
      ("duplicates", value.counts.duplicates), ("returns", value.counts.returns), ("reworks", value.counts.reworks),
      ("extensions", value.counts.extensions), ("suspensions", value.counts.suspensions),
      ("supervisions", value.counts.supervisions), ("reopens", value.counts.reopens),
      ("appeals", value.counts.appeals), ("escalations", value.escalations.count),
    ]
    return counts.filter { $0.1 > 0 }.map { name, count in
      ["text": request.texts.counted("case.count.\(name)", count)]
    }
  }
}

/// Photographs from before the handling and those that came with results and their verification, side by side.
struct CasePhotosData: Sendable {
  let data: PageData

  init(_ photos: [CasePhoto], events: [CaseEvent], id: CaseID, request: PageRequest) {
    let named = events.flatMap { event -> [String] in
      switch event.detail {
      case .handled(let result): return result.photos
      case .verified(_, _, let photos): return photos
      default: return []
      }
    }
    let results = Set(named)
    func shown(_ photos: [CasePhoto], _ kind: String) -> [PageData] {
      photos.enumerated().map { index, photo in
        [
          "path": "/v1/cases/\(id)/photos/\(photo.id)", "width": "\(photo.width)", "height": "\(photo.height)",
          "by": request.names.actor(photo.uploadedBy), "at": request.times.data(photo.uploadedAt),
          "alt": request.texts("case.photo.\(kind)", ["number": "\(index + 1)"]),
        ]
      }
    }
    let before = shown(photos.filter { !results.contains($0.id) }, "before")
    let after = shown(photos.filter { results.contains($0.id) }, "after")
    data = ["before": before, "after": after, "has": !photos.isEmpty, "noAfter": after.isEmpty]
  }
}

/// What was told of a case, and whether it arrived.
struct CaseNoticesData: Sendable {
  let data: PageData

  init(_ notices: CaseNotices, request: PageRequest) {
    let (names, times, texts) = (request.names, request.times, request.texts)
    let told: [PageData] = notices.notices.reversed().map { notice in
      var data: PageData = ["name": texts.word("notice", notice.notice), "at": times.data(notice.at)]
      let post = (notice.department.map { names.department($0) } ?? names.unit(notice.unit)) + " "
      data["to"] = notice.username ?? post + texts.word("role", notice.role)
      data["read"] = times.data(notice.readAt)
      data["readBy"] = notice.readBy.map { names.actor($0) }
      return data
    }
    let sent: [PageData] = notices.deliveries.reversed().map { delivery in
      var data: PageData = [
        "name": texts.word("notice", delivery.notice), "channel": delivery.channel,
        "state": texts("case.delivery.\(delivery.state)"), "attempts": "\(delivery.attempts)",
        "tone": delivery.state == "delivered" ? "fine" : delivery.state == "failed" ? "late" : "soon",
        "at": times.data(delivery.createdAt),
      ]
      data["delivered"] = times.data(delivery.deliveredAt)
      return data
    }
    data = [
      "told": told, "sent": sent, "hasTold": !told.isEmpty, "hasSent": !sent.isEmpty,
      "none": told.isEmpty && sent.isEmpty,
    ]
  }
}
