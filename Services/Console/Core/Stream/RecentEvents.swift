import Casework
import Domain
import Journal

/// The newest events that someone may see, as a stream would have sent them: from what the feed keeps, else from the
/// journals.
struct RecentEvents: Sendable {
  /// Events looked at once.
  private static let batchEvents: Int64 = 256
  /// Events looked at in each district at most: in a quiet unit of a busy district fewer are found than asked for.
  private static let maxLookedAtEvents: Int64 = 1_024

  let console: Console
  let view: CallerView

  /// What happened at a unit and below it, newest first, at most `count`.
  func newest(_ count: Int, under unit: UnitCode) async throws -> [(event: JournalEvent, decoded: CaseEvent)] {
    let territory = view.policy.units.territory(of: unit)
    let sight = view.sight
    let ends = try await console.reader.ends()
    var found: [(event: JournalEvent, decoded: CaseEvent)] = []
    for district in territory.districts {
      guard let last = ends[district]?.seq else { continue }
      var (end, inDistrict) = (last, 0)
      while end > 0, inDistrict < count, last - end < Self.maxLookedAtEvents {
        let start = max(0, end - Self.batchEvents)
        for live in try await events(of: district, after: start, through: end).reversed() where inDistrict < count {
          guard let decoded = live.decoded, sight.covers(decoded, policy: view.policy),
            territory.covers(unitPath: view.policy.unitPath(decoded.subject.unit))
          else { continue }
          found.append((live.event, decoded))
          inDistrict += 1
        }
        end = start
      }
    }
    return Array(found.sorted { ($0.event.at, $0.event.seq) > ($1.event.at, $1.event.seq) }.prefix(count))
  }

  private func events(of district: UnitCode, after start: Int64, through end: Int64) async throws -> [LiveEvent] {
    let count = Int(end - start)
    if case .events(let events) = console.feed.look(district, after: start, limit: count), events.count == count {
      return events
    }
    let slice = try await console.reader.events(district, after: start, limit: count)
    return slice.map { console.reading.events($0.events) } ?? []
  }
}
