import Casework
import Domain
import Journal
import Wire

/// What one commit does with each request of its batch. Pure: from the requests and what the database holds.
struct FilingPlan: Sendable {
  enum Decision: Sendable {
    case known(FilingOutcome)
    case refused(FilingRefusal)
    /// The same report as an earlier one of this batch.
    case sameAs(Int)
    case placed(FilingLedger.Part)
  }

  private enum IdentityKey: Hashable {
    case key(submitter: String, String)
    case externalID(submitter: String, String)
  }

  private(set) var decisions: [Decision] = []
  /// One per case, in the order of the ledger.
  let changes: [CaseChange]
  /// For each change, how many events of the batch come before it.
  let firstEvents: [Int]
  /// Suppressions that from now on send reports to the case of a change, by its place among the changes.
  let begun: [String: Int]

  init(
    _ requests: [FilingRequest], known: KnownReports, targets: [FilingTarget],
    anchors: SuppressionAnchors = SuppressionAnchors(), loaded: [LoadedCase], now: Instant
  ) {
    var ledger = FilingLedger(
      loaded, subjects: known.subjects, anchors: anchors, policy: requests.first?.policy, now: now)
    var identities: [IdentityKey: Int] = [:]
    var bound: Set<String> = []
    for (place, request) in requests.enumerated() {
      if let decision = Self.repeated(place, request, known, identities, requests) {
        decisions.append(decision)
        continue
      }
      if let position = Self.missing(request, known.attachments, bound) {
        decisions.append(.refused(.unknownAttachment(position: position)))
        continue
      }
      do throws(FilingRefusal) {
        let part = try ledger.take(request, targets[place])
        decisions.append(.placed(part))
      } catch {
        decisions.append(.refused(error))
        continue
      }
      bound.formUnion(request.attachments)
      for identity in Self.identities(request) { identities[identity] = place }
    }
    let places: [Int?]
    (changes, places) = ledger.changes()
    begun = ledger.begun.compactMapValues { places[$0] }
    var counted = 0
    firstEvents = changes.map { change in
      defer { counted += change.events.count }
      return counted
    }
    for (place, decision) in decisions.enumerated() {
      guard case .placed(var part) = decision, let change = places[part.slot] else { continue }
      part.slot = change
      decisions[place] = .placed(part)
    }
  }

  var eventCount: Int { (firstEvents.last ?? 0) + (changes.last?.events.count ?? 0) }

  /// The places of the reports that are written, with what they did.
  var placed: [(place: Int, part: FilingLedger.Part)] {
    decisions.enumerated().compactMap { place, decision in
      if case .placed(let part) = decision { return (place, part) }
      return nil
    }
  }

  /// The answer to each request once the changes are committed.
  func outcomes(_ append: AppendResult?, district: UnitCode) -> [Result<FilingOutcome, any Error>] {
    var outcomes: [Result<FilingOutcome, any Error>] = []
    outcomes.reserveCapacity(decisions.count)
    for decision in decisions {
      switch decision {
      case .known(let outcome): outcomes.append(.success(outcome))
      case .refused(let refusal): outcomes.append(.failure(refusal))
      case .sameAs(let place):
        outcomes.append(
          outcomes[place].map { first in
            var outcome = first
            outcome.kind = .repeated
            return outcome
          })
      case .placed(let part):
        guard let append else { preconditionFailure("a plan that changes cases was answered without an append") }
        outcomes.append(
          .success(
            FilingOutcome(
              kind: part.part == 0 ? .created : .merged,
              caseID: CaseID(district: district, number: append.caseNumbers[part.slot]), state: part.state,
              unit: part.unit, seq: append.run.firstSeq + Int64(firstEvents[part.slot] + part.lastEvent),
              isDuplicate: part.part > 0)))
      }
    }
    return outcomes
  }
}

extension FilingPlan {
  /// Whether the report was filed before, or by an earlier one of this batch; the key goes before the external id.
  private static func repeated(
    _ place: Int, _ request: FilingRequest, _ known: KnownReports, _ identities: [IdentityKey: Int],
    _ requests: [FilingRequest]
  ) -> Decision? {
    let hash = request.identity.bodyHash
    if let found = known.byKey[place] {
      return found.bodyHash == hash ? .known(found.outcome) : .refused(.otherBody(field: "Idempotency-Key"))
    }
    if let earlier = identities[.key(submitter: request.actor.text, request.identity.key)] {
      let same = requests[earlier].identity.bodyHash == hash
      return same ? .sameAs(earlier) : .refused(.otherBody(field: "Idempotency-Key"))
    }
    guard let externalID = request.identity.externalID else { return nil }
    if let found = known.byExternalID[place] {
      return found.bodyHash == hash ? .known(found.outcome) : .refused(.otherBody(field: "external_id"))
    }
    if let earlier = identities[.externalID(submitter: request.actor.text, externalID)] {
      let same = requests[earlier].identity.bodyHash == hash
      return same ? .sameAs(earlier) : .refused(.otherBody(field: "external_id"))
    }
    return nil
  }

  private static func identities(_ request: FilingRequest) -> [IdentityKey] {
    var identities: [IdentityKey] = []
    if request.identity.isKeyGiven {
      identities.append(.key(submitter: request.actor.text, request.identity.key))
    }
    if let externalID = request.identity.externalID {
      identities.append(.externalID(submitter: request.actor.text, externalID))
    }
    return identities
  }

  /// The first attachment that this sender may not bind.
  private static func missing(_ request: FilingRequest, _ free: [String: String], _ bound: Set<String>) -> Int? {
    request.attachments.firstIndex { free[$0] != request.actor.text || bound.contains($0) }
  }
}
