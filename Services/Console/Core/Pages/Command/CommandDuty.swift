import Domain

/// Who is on duty now at the unit and at each unit right below it.
enum CommandDuty {
  /// People named for each unit; more are counted.
  static let namedPeople = 4

  static func read(_ scene: CommandScene, _ request: PageRequest) async throws -> [PageData] {
    let (names, texts, tree) = (request.names, request.texts, request.view.policy.units)
    let order = [scene.unit] + scene.children.map(\.code)
    let known = Set(order)
    let duty = try await DutyNow.read(
      under: scene.unit, request.view, pool: request.console.pool, now: request.now)
    let people = Dictionary(grouping: duty.people) { presence in
      tree.placePath(to: presence.post.unit).last { known.contains($0.code) }?.code ?? scene.unit
    }
    return order.compactMap { code in
      guard let found = people[code] else { return nil }
      var data: PageData = [
        "key": code.text, "name": names.unit(code, below: scene.unit),
        "count": texts.counted("command.duty.people", found.count), "number": "\(found.count)",
        "people": found.prefix(namedPeople).map(request.name).joined(separator: texts("command.duty.comma")),
        "byRoster": found.contains(where: \.isByRoster),
      ]
      if found.count > namedPeople { data["more"] = texts.counted("command.duty.more", found.count - namedPeople) }
      return data
    }
  }
}
