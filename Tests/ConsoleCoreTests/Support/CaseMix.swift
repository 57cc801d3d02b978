import Casework
import CaseworkSupport
import Domain
import TestSupport

/// Cases of every kind, brought to where a seeded walk takes them.
struct CaseMix {
  let door: ConsoleDoor
  let seed: UInt64
  var places = Self.sampleUnits

  static let sampleUnits: [UnitCode] = ["g1", "g2", "g3", "g4", "c1", "s1", "d"]
  private static let categories: [CategoryCode] = ["0101", "0201", "0901"]

  func play(cases: Int) async throws {
    var random = SeededRandom(seed: seed)
    for index in 0..<cases {
      let source = ReportSource.allCases.randomElement(using: &random) ?? .officer
      let finder = Actor(
        kind: .user, name: "finder\(index % 3)", role: .officer, unit: places.randomElement(using: &random))
      let id = try await door.fixture.file(
        category: Self.categories.randomElement(using: &random) ?? "0101",
        unit: places.randomElement(using: &random) ?? "g1", source: source, by: finder)
      for _ in 0..<Int.random(in: 0...7, using: &random) {
        door.fixture.advance(seconds: .random(in: 60...5_400, using: &random))
        try await step(id, &random)
      }
    }
  }

  /// One thing that may be done to the case now.
  private func step(_ id: CaseID, _ random: inout SeededRandom) async throws {
    let value = try await door.fixture.load(id).value
    let department = value.lead?.department ?? "urban"
    let handler = Actor(kind: .user, name: "h", role: .handler, unit: "d", department: department)
    let officer = Person.officer.actor
    let dispatcher = Person.dispatcher.actor
    switch value.state {
    case .reported:
      let isGenuine = Int.random(in: 0...3, using: &random) > 0
      try await door.fixture.perform(.verifyReport(genuine: isGenuine, reason: "checked"), on: id, by: officer)
    case .filed:
      if Int.random(in: 0...4, using: &random) == 0 {
        try await door.fixture.perform(.settleOnSpot(action: "told", note: ""), on: id, by: officer)
      } else {
        try await door.fixture.route(id)
      }
    case .desk:
      let assists: [DepartmentCode] = Bool.random(using: &random) ? ["urban"] : []
      try await door.fixture.perform(.dispatch(lead: "water", assists: assists, note: ""), on: id, by: dispatcher)
    case .dispatched:
      if Int.random(in: 0...5, using: &random) == 0 {
        try await door.fixture.perform(.void(reason: "no matter"), on: id, by: dispatcher)
      } else if Int.random(in: 0...4, using: &random) == 0, value.counts.returns == 0, value.counts.reworks == 0 {
        _ = try? await door.fixture.perform(.return(reason: "not ours", responsible: nil), on: id, by: handler)
      } else {
        try await door.fixture.perform(.sign, on: id, by: handler)
      }
    case .signed:
      if let part = value.parts.first(where: \.isOpen) {
        try await work(on: part, of: id)
      } else {
        try await door.fixture.perform(.handle(result: "done"), on: id, by: handler)
      }
    case .handled:
      let passes = Int.random(in: 0...2, using: &random) > 0
      try await door.fixture.perform(.verify(passed: passes, note: "seen"), on: id, by: officer)
    case .closed, .suspended, .void, .merged: break
    }
  }

  /// What the assisting department does next.
  private func work(on part: CasePart, of id: CaseID) async throws {
    let actor = Actor(kind: .user, name: "p", role: .handler, unit: "d", department: part.department)
    switch part.state {
    case .assigned: try await door.fixture.perform(.sign, on: id, by: actor)
    case .signed: try await door.fixture.perform(.handle(result: "part done"), on: id, by: actor)
    case .returned:
      try await door.fixture.perform(
        .coordinate(outcome: "not needed", participants: [], excused: [part.department]), on: id,
        by: Person.dispatcher.actor)
    case .handled, .excused: break
    }
  }
}
