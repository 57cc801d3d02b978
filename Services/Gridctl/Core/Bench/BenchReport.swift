import Wire

/// Figures of a bench run, each beside what the machine could do at best.
struct BenchReport: Sendable {
  struct Figure: Sendable {
    let name: String
    let value: Double?
    /// What bounds it on this machine, and how it was measured in the same run.
    let ceiling: (name: String, value: Double)?
    let note: String
  }

  var machine: JSONObject = [:]
  private(set) var figures: [Figure] = []
  var idleMemoryMegabytes: [(service: String, megabytes: Double)] = []
  var notes: JSONObject = [:]

  mutating func add(_ name: String, _ value: Double?, ceiling: (name: String, value: Double)? = nil, note: String = "")
  {
    figures.append(Figure(name: name, value: value, ceiling: ceiling, note: note))
  }

  func value(_ name: String) -> Double? { figures.first { $0.name == name }?.value }

  var json: JSONValue {
    var object: JSONObject = ["machine": .object(machine)]
    for figure in figures { object[figure.name] = figure.value.map { .number(Self.rounded($0)) } ?? .null }
    object["idle_rss_mb"] = .object(
      JSONObject(idleMemoryMegabytes.map { ($0.service, .number(Self.rounded($0.megabytes))) }))
    var ceilings = JSONObject()
    for figure in figures {
      guard let ceiling = figure.ceiling else { continue }
      var entry: JSONObject = [
        "ceiling": .string(ceiling.name), "value": .number(Self.rounded(ceiling.value)),
      ]
      if let value = figure.value, ceiling.value > 0 { entry["ratio"] = .number(Self.rounded(value / ceiling.value)) }
      ceilings[figure.name] = .object(entry)
    }
    object["ceilings"] = .object(ceilings)
    object["notes"] = .object(notes)
    return .object(object)
  }

  var text: String {
    var table = Table([
      .init("figure"), .init("value", .right), .init("the machine's own", .right), .init("which is"), .init(""),
    ])
    for figure in figures {
      table.add(
        figure.name, figure.value.map(Self.shown) ?? "–", figure.ceiling.map { Self.shown($0.value) } ?? "",
        figure.ceiling?.name ?? "", figure.note)
    }
    for (service, megabytes) in idleMemoryMegabytes {
      table.add("idle_rss_mb \(service)", Self.shown(megabytes), "", "", "")
    }
    return table.text
  }

  private static func shown(_ value: Double) -> String { Figures.decimal(value, digits: abs(value) < 100 ? 2 : 0) }
  private static func rounded(_ value: Double) -> Double { (value * 1_000).rounded() / 1_000 }
}
