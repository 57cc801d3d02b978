import Casework
import Domain

/// The actions that the caller may take now, each as a form: the fields are those of `ActionField`, the one table that
/// the interface reads and the command line explains.
struct CaseActionForms: Sendable {
  /// Actions that move the case on; the others stand behind "more".
  private static let main: [CaseAction] = [
    .verifyReport, .settleOnSpot, .sign, .handle, .verify, .revisit, .dispatch, .redirect, .appoint, .coordinate,
    .contact,
    .requestExtension, .grantExtension, .refuseExtension, .refuseSuspension, .resume, .answer, .decideAppeal,
    .return,
  ]
  /// Of these the first that is allowed is what one is most likely here for.
  private static let likely: [CaseAction] = [
    .verifyReport, .sign, .handle, .verify, .dispatch, .grantExtension, .revisit, .decideAppeal, .answer, .resume,
  ]
  private static let grave: Set<CaseAction> = [.void, .erase]

  private let request: PageRequest
  private let value: Case
  private let id: CaseID
  /// The lower-cased description, where the policy's conditions read it.
  private let text: String
  /// What lies near, to choose from when the case is merged; nil where nobody has looked.
  private var neighbours: [CaseNeighbour]?

  init(_ loaded: (id: CaseID, value: Case), text: String, request: PageRequest) {
    (id, value) = loaded
    self.text = text
    self.request = request
  }

  /// The same forms with what lies near to choose from, where the caller may merge the case.
  func withNeighbours() async throws -> CaseActionForms {
    guard allowed.contains(.merge) else { return self }
    var forms = self
    forms.neighbours = try await CaseNeighbours.of(
      id, value, view: request.view, console: request.console, now: request.now)
    return forms
  }

  private var allowed: [CaseAction] {
    CaseMachine.allowedActions(
      value, by: request.view.actor, policy: request.view.policy, now: request.now, text: text)
  }

  /// For the partial `case-actions`.
  var data: PageData {
    let allowed = allowed
    let main = Self.main.filter(allowed.contains)
    let likely = Self.likely.first(where: allowed.contains)
    let others = CaseAction.allCases.filter { allowed.contains($0) && !main.contains($0) }
    var data: PageData = [
      "main": main.map { form($0, isFirst: $0 == likely) },
      "others": others.map { form($0, isFirst: false) }, "hasOthers": !others.isEmpty, "hasAny": !allowed.isEmpty,
    ]
    data["none"] = allowed.isEmpty
    return data
  }

  /// One action alone, for the partial `form-field` of its fields; nil when the caller may not take it now.
  func data(of action: CaseAction) -> PageData? {
    allowed.contains(action) ? form(action, isFirst: true) : nil
  }

  private func form(_ action: CaseAction, isFirst: Bool) -> PageData {
    let key = "actions.\(action.rawValue)"
    let fields = ActionField.of(action).map { field($0, of: action) }
    var data: PageData = [
      "action": action.rawValue, "title": request.texts("\(key).title"), "path": "/v1/cases/\(id)/actions",
      "plainPath": "/cases/\(id)",
      "version": "\(value.version)", "fields": fields, "dialog": "do-\(action.rawValue)", "isFirst": isFirst,
      "isGrave": Self.grave.contains(action), "hasFields": !fields.isEmpty,
      "message": request.texts("actions.done", ["action": request.texts("\(key).title")]),
    ]
    data["hint"] = request.texts.optional("\(key).hint")
    return data
  }

  private func field(_ field: ActionField, of action: CaseAction) -> PageData {
    let texts = request.texts
    let key = "actions.\(action.rawValue).field.\(field.name)"
    var data: PageData = [
      "name": field.name, "id": "\(action.rawValue)-\(field.name)",
      "label": texts.optional(key) ?? texts("actions.field.\(field.name)"), "required": field.need == .required,
    ]
    data["fieldHint"] =
      texts.optional("actions.\(action.rawValue).hint_\(field.name)") ?? texts.optional("actions.hint.\(field.name)")
    let (kind, options) = kind(field, of: action)
    data[kind] = true
    data["options"] = options
    data["hasOptions"] = options.map { !$0.isEmpty }
    if kind == "isMoment" { data["offset"] = String(request.now.rfc3339(in: request.view.zone).suffix(6)) }
    if kind == "isPhotos" {
      let photos = action == .handle ? closing?.photos ?? 0 : 0
      if photos > 0 { data["fieldHint"] = texts.counted("actions.hint.photos_needed", photos) }
    }
    return data
  }

  private func kind(_ field: ActionField, of action: CaseAction) -> (kind: String, options: [PageData]?) {
    switch field.name {
    case "department" where [.grantExtension, .refuseExtension].contains(action):
      return ("isSelect", value.requests.map { departmentOption($0.department) })
    case "department", "responsible": return ("isSelect", departments)
    case "excused": return ("isChecks", value.parts.filter(\.isOpen).map { departmentOption($0.department) })
    case "assists", "participants": return ("isMulti", departments)
    case "jointly": return ("isText", nil)
    case "checklist":
      let stage = value.runningClock(.handle)?.stage ?? 0
      let items = request.view.policy.closingItems(traits, stage: stage)
      return ("isChecks", items.map { ["value": $0, "label": $0] })
    case "photos": return ("isPhotos", nil)
    case "until": return ("isMoment", nil)
    case "by":
      return (
        "isLimit",
        [LimitUnit.workDays, .urgentDays, .workHours, .urgentHours].map { unit in
          ["value": unit.rawValue, "label": request.texts.word("limit_unit", unit.rawValue)]
        }
      )
    case "order":
      let waiting = value.orders.filter(\.awaitsAnswer)
      return ("isSelect", waiting.map { ["value": "\($0.number)", "label": "\($0.number)"] })
    case "form":
      return (
        "isSelect",
        request.view.policy.casePolicy.supervisionForms.map { form in
          ["value": form.name, "label": request.names.choose(form.nameZh, form.nameEn)]
        }
      )
    case "category": return ("isSelect", categories)
    case "outcome" where action != .coordinate: return ("isRadio", words(field, "outcome"))
    case "rating": return ("isRadio", words(field, "rating"))
    case "basis": return ("isSelect", words(field, "basis"))
    case "into": return neighbours.map { ("isPick", $0.map(choice)) } ?? ("isText", nil)
    case "unit", "measure": return ("isText", nil)
    default: return ("isArea", nil)
    }
  }

  private func choice(_ neighbour: CaseNeighbour) -> PageData {
    var data = CaseRows(request).data(neighbour.summary)
    data["value"] = neighbour.summary.id.description
    data["description"] = neighbour.summary.description
    data["mayRepeat"] = neighbour.mayRepeat
    data["distance"] = neighbour.distance(request.texts)
    return data
  }

  private var traits: CaseTraits { value.traits(policy: request.view.policy, text: text) }

  private var closing: ClosingRule? {
    request.view.policy.casePolicy.closing.first { request.view.policy.matches($0.condition, traits) }
  }

  private var departments: [PageData] { request.names.departmentChoices() }

  private func departmentOption(_ code: DepartmentCode) -> PageData {
    ["value": code.text, "label": request.names.department(code)]
  }

  private var categories: [PageData] {
    request.view.policy.catalogue.categories.filter(\.fileable).map {
      ["value": $0.code.text, "label": request.names.category($0.code)]
    }
  }

  private func words(_ field: ActionField, _ kind: String) -> [PageData] {
    field.words.map { ["value": $0, "label": request.texts.word(kind, $0), "id": "\(kind)-\($0)"] }
  }
}
