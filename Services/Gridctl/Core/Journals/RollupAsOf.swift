import Domain
import Journal
import PostgresClient
import Wire

/// The indicators as they stood at a moment, computed from the journal alone.
///
/// An event carries the facts of its case after it, so the last event of each case before the moment is all that
/// counts.
struct RollupAsOf {
  private struct Standing {
    var unit: UnitCode
    var facts: CaseFacts
  }

  let pool: PostgresPool
  let moment: Instant

  func answer(districts: [UnitCode]) async throws -> Answer {
    var byUnit: [UnitCode: [Int64]] = [:]
    var events: Int64 = 0
    for district in districts {
      for standing in try await standings(district, &events).values {
        var counts = byUnit[standing.unit] ?? [Int64](repeating: 0, count: CaseFacts.named.count)
        for (index, named) in CaseFacts.named.enumerated() where standing.facts.contains(named.fact) {
          counts[index] += 1
        }
        byUnit[standing.unit] = counts
      }
    }
    return answer(byUnit, events: events)
  }

  private func standings(_ district: UnitCode, _ events: inout Int64) async throws -> [Int64: Standing] {
    let reader = JournalReader(pool: pool)
    let progress = Progress("fold \(district)", unit: "events", total: nil)
    var standings: [Int64: Standing] = [:]
    var seq: Int64 = 0
    while let slice = try await reader.events(district, after: seq) {
      for event in slice.events where event.at <= moment {
        guard let decoded = try event.decoded() else { continue }
        standings[event.caseNumber] = Standing(unit: decoded.subject.unit, facts: decoded.after.facts)
      }
      seq = slice.lastSeq
      progress.set(seq)
      // Time never runs backwards along a journal.
      if let last = slice.events.last, last.at > moment { break }
    }
    events += seq
    return standings
  }

  private func answer(_ byUnit: [UnitCode: [Int64]], events: Int64) -> Answer {
    let rows = byUnit.sorted { $0.key < $1.key }
    let totals = CaseFacts.named.indices.map { index in rows.reduce(Int64(0)) { $0 + $1.value[index] } }
    let object = { (counts: [Int64]) -> JSONObject in
      JSONObject(zip(CaseFacts.named, counts).map { ($0.0.name, .integer($0.1)) })
    }
    var table = Table([.init("indicator"), .init("cases", .right)])
    for (named, total) in zip(CaseFacts.named, totals) where total > 0 { table.add(named.name, Figures.grouped(total)) }
    return Answer(
      [
        "as_of": .string(moment.rfc3339()), "events": .integer(events), "total": .object(object(totals)),
        "units": .array(
          rows.map { unit, counts in
            var row = object(counts)
            row["unit"] = .string(unit.text)
            return .object(row)
          }),
      ], text: "as of \(moment.rfc3339()):\n\(table.text)")
  }
}
