import Domain
import GridNetwork
import WebAuth
import Wire

/// A unit as a line of a table, or with all that is known of it.
struct UnitRows: Sendable {
  /// People on duty who are named in a line; more are counted.
  static let namedInLine = 1
  /// People named beside the unit itself.
  static let namedInCard = 12

  private let request: PageRequest
  private let figures: UnitFigures

  init(_ request: PageRequest, figures: UnitFigures) {
    self.request = request
    self.figures = figures
  }

  static func path(_ unit: UnitCode) -> String { "/administration/units?unit=\(PercentEncoding.encode(unit.text))" }

  static func peoplePath(_ unit: UnitCode) -> String {
    "/administration/users?unit=\(PercentEncoding.encode(unit.text))&active=true"
  }

  /// - Parameter isFound: found by its name, so that where it lies is told.
  func row(_ unit: Unit, isFound: Bool) -> PageData {
    let tree = request.view.policy.units
    let figure = figures[unit.code]
    var data = facts(unit, figure)
    data["path"] = Self.path(unit.code)
    if let above = tree.parent(of: unit).flatMap({ tree.place($0) }) {
      let (name, other) = names(of: unit)
      let (nameAbove, otherAbove) = names(of: above)
      data["name"] = PageNames.name(name, below: nameAbove)
      data["other"] = other.map { PageNames.name($0, below: otherAbove ?? "") }
      if isFound, above.code != request.view.caller.unit { data["above"] = request.names.place(above.code) }
    }
    data["duty"] = named(figure.duty, at: unit.code, most: Self.namedInLine)
    return data
  }

  func card(_ code: UnitCode) -> PageData? {
    let (view, texts, names) = (request.view, request.texts, request.names)
    let tree = view.policy.units
    guard let unit = tree.place(code) else { return nil }
    let figure = figures[code]
    var data = facts(unit, figure)
    data["nameZh"] = unit.nameZh
    data["nameEn"] = unit.nameEn.isEmpty ? "—" : unit.nameEn
    data["isExclusive"] = unit.exclusive
    data["isRetired"] = tree.city?.code != code && !tree.isInForce(code)
    data["duty"] = named(figure.duty, at: code, most: Self.namedInCard)
    let here = figure.people.filter { $0.unit == code }
    data["here"] = here.prefix(Self.namedInCard).map { user in
      [
        "name": user.username, "role": texts.word("role", user.role.rawValue),
        "department": user.department.map { names.department($0) } as String?,
        "path": "/administration/users?unit=\(PercentEncoding.encode(code.text))"
          + "&user=\(PercentEncoding.encode(user.username))#edit",
      ].compactMapValues { $0 } as PageData
    }
    data["hasHere"] = !here.isEmpty
    if here.count > Self.namedInCard {
      data["moreHere"] = texts.counted("command.duty.more", here.count - Self.namedInCard)
    }
    data["addPath"] = "/administration/users?unit=\(PercentEncoding.encode(code.text))#create"
    data["changesGrids"] = view.policy.gridChanges != nil
    return data
  }

  private func facts(_ unit: Unit, _ figure: UnitFigures.Figure) -> PageData {
    let tree = request.view.policy.units
    let code = PercentEncoding.encode(unit.code.text)
    let (name, other) = names(of: unit)
    var data: PageData = [
      "code": unit.code.text, "name": name,
      "tier": unit.code == tree.city?.code
        ? request.texts("administration.units.city") : request.names.tier(unit.tier),
      "units": "\(figure.units)", "grids": "\(figure.grids)", "people": "\(figure.people.count)",
      "open": "\(figure.open.open)", "casesPath": "/cases?unit=\(code)",
      "commandPath": "/command?unit=\(code)", "layers": layers(unit.code),
    ]
    data["other"] = other
    if !figure.people.isEmpty { data["peoplePath"] = Self.peoplePath(unit.code) }
    if figure.open.open > 0 { data["openPath"] = "/cases?unit=\(code)&state=open&sort=due_at" }
    if figure.open.late > 0 {
      data["late"] = request.texts.counted("administration.units.late", figure.open.late)
      data["latePath"] = "/cases?unit=\(code)&state=open&overdue=true&sort=due_at"
    }
    return data
  }

  /// In the language of the page, and in the other one where there is a name in both.
  private func names(of unit: Unit) -> (String, String?) {
    let isEnglish = request.texts.language == .english
    let (name, other) = isEnglish ? (unit.nameEn, unit.nameZh) : (unit.nameZh, unit.nameEn)
    return name.isEmpty ? (other, nil) : (name, other.isEmpty ? nil : other)
  }

  /// The professional grids that the unit is a part of, as rules name them.
  private func layers(_ unit: UnitCode) -> [String] {
    request.view.network.layerNames(of: unit).filter { $0.contains("/") }
  }

  /// How many are on duty, and the first of them by name, those of the unit itself before those below it.
  private func named(_ duty: [DutyNow.Presence], at unit: UnitCode, most: Int) -> PageData? {
    if duty.isEmpty { return nil }
    let texts = request.texts
    let ordered = duty.filter { $0.post.unit == unit } + duty.filter { $0.post.unit != unit }
    var data: PageData = [
      "count": texts.counted("command.duty.people", duty.count),
      "names": ordered.prefix(most).map(request.name).joined(separator: texts("command.duty.comma")),
      "isByRoster": duty.contains(where: \.isByRoster),
    ]
    if duty.count > most { data["more"] = texts.counted("command.duty.more", duty.count - most) }
    return data
  }
}
