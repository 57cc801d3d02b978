import Casework
import Cryptography
import Domain
import Hummingbird
import Journal
import PostgresClient
import Wire

/// One record of discipline inspection: where it stands, what may be done, and the evidence with its proof.
enum RecordPage: Page {
  static let route = PageRoute("inspection/:id", template: "record", roles: AccountabilityFilter.readers)

  static func content(_ request: PageRequest) async throws -> PageContent {
    let (console, view, texts) = (request.console, request.view, request.texts)
    let row = try await AccountabilityActions(console: console).find(request.context.parameters.get("id"), view)
    let record = row.record
    let evidence = try await Evidence.gather(row, console: console, view: view)
    let isVisible = try await console.cases.find(record.caseID, view.sight) != nil
    var data: PageData = [
      "record": RecordRows(request).data(row), "bundle": "/v1/accountability/\(PercentEncoding.encode(record.id))",
      "bundleName": "\(record.id).json",
    ]
    data["casePath"] = isVisible ? "/cases/\(record.caseID)" : nil
    data["receivers"] = record.receivers.map { request.names.receiver($0) }
    data["workflow"] = workflow(record, request)
    data["actions"] = RecordActionForms(row, request: request).data
    data["steps"] = steps(evidence.steps, request)
    data["description"] = evidence.report?.description
    if let value = evidence.loaded?.value {
      let bars = CaseClockBars(value, events: evidence.events.compactMap(\.decoded), request: request)
      data["clocks"] = bars.running + bars.stopped
      data["caseState"] = value.state.rawValue
      data["caseStateName"] = texts.word("state", value.state.rawValue)
    }
    data["rungs"] = try rungs(evidence.escalations, request)
    data["notices"] = try notices(evidence.notices, request)
    data["counts"] = [
      ("events", evidence.events.count), ("rungs", evidence.escalations.count), ("notices", evidence.notices.count),
      ("deliveries", evidence.deliveries.count), ("attachments", evidence.attachments.count),
    ].map { texts.counted("inspection.record.bundle.\($0.0)", $0.1) }
    data["proof"] = proof(evidence.proof, request)
    return PageContent(texts("inspection.record.title", ["case": record.caseID.description]), data)
  }

  /// The way of a record, with how far this one has come.
  private static func workflow(_ record: AccountabilityRecord, _ request: PageRequest) -> [PageData] {
    let way: [AccountabilityState] = [.open, .acknowledged, .answered, record.finding ?? .upheld, .closed]
    let moments = [
      record.openedAt, record.acknowledgedAt, record.statementAt, record.decidedAt, record.closedAt,
    ]
    let current = way.firstIndex(of: record.state) ?? 0
    return way.enumerated().map { place, state in
      let isFinding = place == 3 && record.finding == nil
      var data: PageData = [
        "name": isFinding
          ? request.texts("inspection.record.finding") : request.texts.word("record_state", state.rawValue),
        "isDone": place < current && moments[place] != nil, "isCurrent": place == current,
      ]
      data["at"] = request.times.data(moments[place])
      if place == 2, record.statementAt == nil, let due = record.statementDueAt {
        data["until"] = request.times.data(due)
      }
      return data
    }
  }

  private static func steps(_ steps: [AccountabilityChain.Step], _ request: PageRequest) -> [PageData] {
    steps.reversed().map { step in
      var data: PageData = [
        "name": request.texts.word("record_action", step.action), "actor": request.names.actor(step.actor),
        "at": request.times.data(step.at), "hash": Hexadecimal.encode(step.hash),
        "shortHash": String(Hexadecimal.encode(step.hash).prefix(12)), "number": "\(step.step)",
      ]
      data["note"] = step.note.isEmpty ? nil : step.note
      return data
    }
  }

  private static func rungs(_ rows: PostgresRows, _ request: PageRequest) throws -> [PageData] {
    try rows.map { row in
      let late = try row.int64(8)
      let clock = try row.text(0)
      var data: PageData = [
        "clock": request.texts.word("clock", clock), "rung": request.names.rung(try row.text(2), of: clock),
        "act": request.texts.word("act", try row.text(3)),
        "to": try row.texts(4).map { request.names.receiver($0) },
        "due": request.times.data(try row.timestamp(5).instant),
        "fired": request.times.data(try row.timestamp(7).instant),
      ]
      if late >= 60 {
        data["late"] = request.times.duration(microseconds: late * Instant.microsecondsPerSecond)
      }
      return data
    }
  }

  private static func notices(_ rows: PostgresRows, _ request: PageRequest) throws -> [PageData] {
    try rows.map { row in
      let department = try row.text(4)
      let post =
        department.isEmpty
        ? request.names.unit(UnitCode(try row.text(3))) : request.names.department(DepartmentCode(department))
      var data: PageData = [
        "name": request.texts.word("notice", try row.text(5)), "at": request.times.data(try row.timestamp(6).instant),
        "to": post + " " + request.texts.word("role", try row.text(2)),
      ]
      data["read"] = request.times.data(try row.timestampOrNil(7)?.instant)
      data["readBy"] = try row.textOrNil(8).map { request.names.actor($0) }
      return data
    }
  }

  private static func proof(_ proof: EvidenceProof, _ request: PageRequest) -> PageData {
    let texts = request.texts
    var data: PageData = ["stepsWhole": proof.stepFaults.isEmpty, "journalWhole": proof.brokenSeq == nil]
    data["stepFaults"] = proof.stepFaults.map(\.description)
    data["broken"] = proof.brokenSeq.map { texts("inspection.record.proof.broken", ["seq": "\($0)"]) }
    if let first = proof.firstSeq, let last = proof.provedSeq {
      data["proved"] = texts("inspection.record.proof.proved", ["first": "\(first)", "last": "\(last)"])
    }
    data["head"] = proof.end.map { Hexadecimal.encode($0.hash) }
    data["checkpoints"] = proof.checkpoints.map { entry in
      [
        "seq": "\(entry.signed.checkpoint.position.seq)", "tone": entry.matches ? "fine" : "late",
        "state": texts("inspection.record.proof.\(entry.matches ? "matches" : "differs")"),
        "hash": Hexadecimal.encode(entry.signed.checkpoint.position.hash),
      ] as PageData
    }
    data["hasCheckpoints"] = !proof.checkpoints.isEmpty
    let isWhole = proof.stepFaults.isEmpty && proof.brokenSeq == nil && proof.checkpoints.allSatisfy(\.matches)
    data["isWhole"] = isWhole
    data["tone"] = isWhole ? "fine" : "late"
    return data
  }
}

/// What the caller may do to a record now, each as a form of `case-actions`.
struct RecordActionForms: Sendable {
  private let row: AccountabilityRow
  private let request: PageRequest

  init(_ row: AccountabilityRow, request: PageRequest) {
    self.row = row
    self.request = request
  }

  var data: PageData {
    let machine = AccountabilityMachine(
      actor: request.view.actor, units: request.view.policy.units, now: request.now)
    let allowed = machine.allowed(row.record)
    return [
      "main": allowed.enumerated().map { form($1, isFirst: $0 == 0) }, "others": [] as [PageData],
      "hasOthers": false, "hasAny": !allowed.isEmpty,
    ]
  }

  private func form(_ action: AccountabilityAction, isFirst: Bool) -> PageData {
    let texts = request.texts
    let id = PercentEncoding.encode(row.record.id)
    let title = texts.word("record_action", action.rawValue)
    let needsNote = [.statement, .uphold, .waive].contains(action)
    let note: PageData = [
      "isArea": true, "name": "note", "id": "\(action.rawValue)-note", "required": needsNote,
      "label": texts("inspection.record.note.\(action.rawValue)"),
    ]
    var data: PageData = [
      "action": action.rawValue, "title": title, "path": "/v1/accountability/\(id)/actions",
      "plainPath": "/inspection/\(id)", "version": "\(row.record.version)", "fields": [note],
      "dialog": "do-\(action.rawValue)", "isFirst": isFirst, "isGrave": action == .uphold, "hasFields": true,
      "message": texts("actions.done", ["action": title]),
    ]
    data["hint"] = texts.optional("inspection.record.hint.\(action.rawValue)")
    return data
  }
}
