import Domain

/// A table of the pages of administration: what it lists and what may be done with each entry.
struct AdministrationTable: Sendable {
  enum Cell: Sendable {
    case text(String)
    case number(String)
    case code(String)
    case badge(String, tone: String)
    case link(String, path: String)
    case time(Instant?)
    case lines([String])
  }

  /// Something done with one call, after a clear question where it is not harmless.
  struct Action: Sendable {
    let title: String
    let method: String
    let path: String
    /// JSON of the body.
    var body: String?
    var question: String?
    var isGrave = false
    /// What was begun is watched until it is over: each id of the answer, under this path.
    var watch: String?
  }

  struct Row: Sendable {
    let id: String
    let cells: [Cell]
    var actions: [Action] = []
  }

  /// What the list is cut down to, and the address of the list without it.
  struct Filter: Sendable {
    let label: String
    let without: String
  }

  let id: String
  let title: String
  let columns: [String]
  let rows: [Row]
  let empty: String
  var hint: String?
  /// What is done with all of it at once.
  var actions: [Action] = []
  /// It is shown anew for a while after an act of its: what was asked for happens elsewhere.
  var isFollowed = false
  var filters: [Filter] = []
  /// What happening shows it anew, as `live.js` knows regions.
  var follows = "administration"
  /// What an empty list teaches: a heading over `empty`.
  var lesson: String?

  func data(_ request: PageRequest) -> PageData {
    var data: PageData = [
      "id": id, "title": title, "columns": columns, "hasRows": !rows.isEmpty, "empty": empty,
      "hasActions": rows.contains { !$0.actions.isEmpty },
      "rows": rows.map { row in
        [
          "id": row.id, "cells": zip(columns, row.cells).map { cell($1, column: $0, request) },
          "actions": row.actions.map { action($0, of: row.id) },
        ] as PageData
      },
    ]
    data["ownHint"] = hint
    data["isFollowed"] = isFollowed
    data["follows"] = follows
    data["lesson"] = lesson
    data["filters"] = filters.map { ["label": $0.label, "without": $0.without] as PageData }
    data["hasOwnActions"] = !actions.isEmpty
    data["ownActions"] = actions.map { action($0, of: title) }
    return data
  }

  private func cell(_ cell: Cell, column: String, _ request: PageRequest) -> PageData {
    var data: PageData = ["column": column]
    switch cell {
    case .text(let text): data["text"] = text
    case .number(let text):
      data["text"] = text
      data["isNumber"] = true
    case .code(let text): data["code"] = text
    case .badge(let text, let tone): data["badge"] = ["text": text, "tone": tone] as PageData
    case .link(let text, let path): data["link"] = ["text": text, "path": path] as PageData
    case .time(let moment):
      data["time"] = request.times.data(moment)
      if moment == nil { data["text"] = "—" }
    case .lines(let lines): data["lines"] = lines
    }
    return data
  }

  private func action(_ action: Action, of entry: String) -> PageData {
    var data: PageData = [
      "title": action.title, "method": action.method, "path": action.path, "isGrave": action.isGrave,
      "label": "\(action.title) \(entry)",
    ]
    data["body"] = action.body
    data["question"] = action.question
    data["watch"] = action.watch
    return data
  }
}

/// A form of the pages of administration.
struct AdministrationForm: Sendable {
  struct Field: Sendable {
    enum Kind: Sendable {
      case text, password, date, time, email
      case moment(offset: String)
      /// With a choice of none where the field need not be filled in.
      case choice([PageData])
      case hidden(String)
    }

    let name: String
    let label: String
    let kind: Kind
    var isRequired = false
    var hint: String?
    var value: String?
  }

  let id: String
  let title: String
  let path: String
  let submit: String
  let fields: [Field]
  var hint: String?
  /// The member that holds the form's object as the only entry of a list.
  var listedAs: String?
  var isOpen = false
  /// What was begun is watched until it is over: the id of the answer, under this path.
  var watch: String?

  var data: PageData {
    var data: PageData = [
      "id": id, "title": title, "isOpen": isOpen, "path": path, "submit": submit,
      "fields": fields.map(field),
    ]
    data["ownHint"] = hint
    data["listedAs"] = listedAs
    data["watch"] = watch
    return data
  }

  private func field(_ field: Field) -> PageData {
    var data: PageData = [
      "name": field.name, "id": "\(id)-\(field.name)", "label": field.label, "required": field.isRequired,
      "isOptional": !field.isRequired,
    ]
    data["fieldHint"] = field.hint
    data["value"] = field.value
    switch field.kind {
    case .text: data["type"] = "text"
    case .password: data["type"] = "password"
    case .date: data["type"] = "date"
    case .time: data["type"] = "time"
    case .email: data["type"] = "email"
    case .moment(let offset): data["offset"] = offset
    case .choice(let options):
      data["isChoice"] = true
      data["options"] = options
    case .hidden(let value): data["hidden"] = value
    }
    return data
  }
}
