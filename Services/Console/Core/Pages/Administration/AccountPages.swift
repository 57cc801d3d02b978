import Domain
import WebAuth
import Wire

/// Fields that several forms of accounts have.
private struct PostFields {
  let request: PageRequest

  func role(_ chosen: Role?) -> AdministrationForm.Field {
    let roles: [PageData] = Role.allCases.filter { $0 != .source }.map {
      ["value": $0.rawValue, "label": request.texts.word("role", $0.rawValue), "selected": $0 == chosen]
    }
    return .init(
      name: "role", label: request.texts("administration.field.role"), kind: .choice(roles), isRequired: true)
  }

  func unit(_ chosen: UnitCode?) -> AdministrationForm.Field {
    let units = UnitChoices(request: request, chosen: (chosen ?? request.view.caller.unit).text).data
    return .init(
      name: "unit", label: request.texts("administration.field.unit"), kind: .choice(units), isRequired: true)
  }

  func department(_ chosen: DepartmentCode?) -> AdministrationForm.Field {
    let choices = request.names.departmentChoices(selected: Set([chosen].compactMap { $0 }))
    return .init(
      name: "department", label: request.texts("administration.field.department"), kind: .choice(choices),
      hint: request.texts("administration.field.department_hint"))
  }

  var password: AdministrationForm.Field {
    .init(
      name: "password", label: request.texts("administration.field.password"), kind: .password,
      hint: request.texts("administration.field.password_hint"))
  }
}

/// People: who they are, where, and whether they may sign in; all of them, or those of one unit and below it.
enum UsersPage: AdministrationPage {
  static let matter = AdministrationMatter.users

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let tree = request.view.policy.units
    var fields = try request.query()
    let unit = request.view.unit(&fields)
    let onlyActive = fields.flag("active") ?? false
    try fields.finish()
    let address = PageAddress(request.request)
    let users = try await UserDirectory(console: request.console, view: request.view).users().filter { user in
      (unit.map { tree.contains($0, user.unit) } ?? true) && (!onlyActive || user.disabledAt == nil)
    }
    let rows = users.map { user -> AdministrationTable.Row in
      let path = "/v1/users/\(PercentEncoding.encode(user.username))/actions"
      let isOwn = user.username == request.view.caller.name
      var actions: [AdministrationTable.Action] = []
      if !isOwn {
        actions.append(
          user.disabledAt == nil
            ? .init(
              title: texts("administration.users.disable"), method: "POST", path: path,
              body: #"{"action":"disable"}"#,
              question: texts("administration.users.disable_question", ["name": user.username]), isGrave: true)
            : .init(
              title: texts("administration.users.enable"), method: "POST", path: path,
              body: #"{"action":"enable"}"#,
              question: texts("administration.users.enable_question", ["name": user.username])))
      }
      actions.append(
        .init(
          title: texts("administration.users.new_password"), method: "POST", path: path,
          body: #"{"action":"set_password"}"#,
          question: texts("administration.users.password_question", ["name": user.username])))
      let name: AdministrationTable.Cell =
        isOwn
        ? .text(user.username)
        : .link(user.username, path: address.with(["user": user.username]) + "#edit")
      return .init(
        id: user.username,
        cells: [
          name, .text(texts.word("role", user.role.rawValue)), .text(request.names.place(user.unit)),
          .text(user.department.map { request.names.department($0) } ?? "—"),
          user.disabledAt == nil
            ? .badge(texts("administration.users.active"), tone: "fine")
            : .badge(texts("administration.users.disabled"), tone: "late"),
        ], actions: actions)
    }
    return [
      AdministrationTable(
        id: "users", title: texts("administration.users.title"),
        columns: ["name", "role", "unit", "department", "state"].map { texts("administration.field.\($0)") },
        rows: rows, empty: texts("administration.users.\(unit == nil ? "empty" : "none_at")"),
        filters: filters(unit, onlyActive: onlyActive, request))
    ]
  }

  /// What the list is cut down to, each with the address of the list without it.
  private static func filters(
    _ unit: UnitCode?, onlyActive: Bool, _ request: PageRequest
  )
    -> [AdministrationTable.Filter]
  {
    let address = PageAddress(request.request)
    var filters: [AdministrationTable.Filter] = []
    if let unit {
      let label = request.texts("administration.users.at", ["unit": request.names.unit(unit)])
      filters.append(.init(label: label, without: address.with(["unit": nil, "user": nil])))
    }
    if onlyActive {
      let label = request.texts("administration.users.active_only")
      filters.append(.init(label: label, without: address.with(["active": nil, "user": nil])))
    }
    return filters
  }

  static func forms(_ request: PageRequest) async throws -> [AdministrationForm] {
    let texts = request.texts
    let post = PostFields(request: request)
    var fields = try request.query()
    let unit = request.view.unit(&fields)
    if let name = fields.text("user") {
      let user = try await UserDirectory(console: request.console, view: request.view)
        .find(PercentEncoding.encode(name))
      return [
        AdministrationForm(
          id: "edit", title: texts("administration.users.edit", ["name": user.username]),
          path: "/v1/users/\(PercentEncoding.encode(user.username))/actions",
          submit: texts("administration.save"),
          fields: [
            .init(name: "action", label: "", kind: .hidden("change")), post.role(user.role), post.unit(user.unit),
            post.department(user.department),
          ], isOpen: true)
      ]
    }
    return [
      AdministrationForm(
        id: "create", title: texts("administration.users.create"), path: "/v1/users",
        submit: texts("administration.users.create"),
        fields: [
          .init(name: "username", label: texts("administration.field.name"), kind: .text, isRequired: true),
          post.role(nil), post.unit(unit), post.department(nil), post.password,
        ])
    ]
  }
}

/// Keys of machines that report or ask.
enum KeysPage: AdministrationPage {
  static let matter = AdministrationMatter.keys

  static func tables(_ request: PageRequest) async throws -> [AdministrationTable] {
    let texts = request.texts
    let keys = try await KeyRing(console: request.console, view: request.view).keys()
    let rows = keys.map { key -> AdministrationTable.Row in
      let revoke = AdministrationTable.Action(
        title: texts("administration.keys.revoke"), method: "DELETE", path: "/v1/keys/\(key.identifier)",
        question: texts("administration.keys.revoke_question", ["name": key.name]), isGrave: true)
      return .init(
        id: key.name,
        cells: [
          .text(key.name), .code(key.identifier), .text(texts.word("role", key.role.rawValue)),
          .text(key.source.map { texts.word("source", $0) } ?? texts("administration.keys.any_source")),
          .number(key.reportsPerMinute.map { "\($0)" } ?? texts("administration.keys.no_limit")),
          .text(request.names.place(key.unit)),
          key.revokedAt == nil
            ? .badge(texts("administration.keys.valid"), tone: "fine")
            : .badge(texts("administration.keys.revoked"), tone: "late"),
        ], actions: key.revokedAt == nil ? [revoke] : [])
    }
    return [
      AdministrationTable(
        id: "keys", title: texts("administration.keys.title"),
        columns: ["name", "id", "role", "source", "per_minute", "unit", "state"].map {
          texts("administration.field.\($0)")
        },
        rows: rows, empty: texts("administration.keys.empty"))
    ]
  }

  static func forms(_ request: PageRequest) async throws -> [AdministrationForm] {
    let texts = request.texts
    let sources: [PageData] = ReportSource.allCases.map {
      ["value": $0.rawValue, "label": texts.word("source", $0.rawValue)]
    }
    return [
      AdministrationForm(
        id: "create", title: texts("administration.keys.create"), path: "/v1/keys",
        submit: texts("administration.keys.create"),
        fields: [
          .init(name: "name", label: texts("administration.field.name"), kind: .text, isRequired: true),
          .init(
            name: "source", label: texts("administration.field.source"), kind: .choice(sources),
            hint: texts("administration.keys.source_hint")),
          .init(
            name: "reports_per_minute", label: texts("administration.keys.limit"), kind: .text,
            hint: texts("administration.keys.limit_hint")),
          PostFields(request: request).unit(nil),
        ], hint: texts("administration.keys.create_hint"))
    ]
  }
}
