import Domain
import Journal
import PostgresClient

/// The locked cases of one commit and what the commands so far have made of them, so that two commands on one case in
/// one batch see each other.
struct CaseLedger {
  private let context: CommandContext
  private let original: [Int64: LoadedCase]
  private var values: [Int64: Case]
  private var events: [Int64: [CaseEvent]] = [:]
  /// Cases that were split off, in the order of their numbers.
  private var begun: [CaseDraft] = []
  /// Attachments that went to cases that were split off.
  private var moved: Set<String> = []
  /// What else the commands do in their transaction, after the append.
  private var effects: [PostgresCall] = []

  init(_ loaded: [LoadedCase], _ context: CommandContext) {
    self.context = context
    original = Dictionary(uniqueKeysWithValues: loaded.map { ($0.id.number, $0) })
    values = original.mapValues(\.value)
  }

  /// Throws ``CommandFault`` or ``CaseRefusal``; then nothing has changed.
  mutating func carryOut(_ request: CommandRequest) throws -> LoadedCase {
    let number = request.id.number
    guard let value = values[number] else { throw CommandFault.unknownCase(request.id) }
    if let expected = request.expectedVersion, expected != value.version {
      throw CommandFault.stale(LoadedCase(id: request.id, value: value))
    }
    let draft = try CaseMachine.decide(
      value, request.command, by: request.actor, policy: context.policy, now: context.now,
      text: context.text(of: number))
    switch request.command {
    case .merge(let target): try merge(request, into: target)
    case .split(let category, let unit, _, let attachments):
      return try split(request, value, category: category, unit: unit, attachments: attachments)
    case .handle(_, _, let photos) where !photos.isEmpty, .verify(_, _, let photos) where !photos.isEmpty:
      try bind(photos, to: number)
    case .erase: effects.append(SideTables.erase(context.district, number, at: draft.now))
    default: break
    }
    take(draft, number)
    return LoadedCase(id: request.id, value: draft.value)
  }

  private mutating func merge(_ request: CommandRequest, into target: CaseID) throws {
    guard target.district == context.district, let other = values[target.number] else {
      throw CaseRefusal.mergeTarget(target)
    }
    let absorbed = try CaseMachine.absorb(other, id: target, request.id, by: request.actor, now: context.now)
    take(absorbed, target.number)
  }

  private mutating func split(
    _ request: CommandRequest, _ value: Case, category: CategoryCode?, unit: UnitCode?, attachments: [String]
  ) throws -> LoadedCase {
    let foreign = context.notOwn(attachments, of: request.id.number) + attachments.filter { moved.contains($0) }
    guard foreign.isEmpty else { throw CommandFault.unknownAttachments(foreign) }
    let other = CaseID(district: context.district, number: context.lastCase + Int64(begun.count) + 1)
    let (stays, begins) = CaseMachine.splitOff(
      value, id: request.id, into: other, category: category, unit: unit, attachments: attachments, by: request.actor,
      policy: context.policy, now: context.now)
    begun.append(begins)
    effects.append(SideTables.copyReports(context.district, from: request.id.number, to: other.number))
    if !attachments.isEmpty {
      moved.formUnion(attachments)
      effects.append(
        SideTables.move(context.district, attachments, from: request.id.number, to: other.number))
    }
    take(stays, request.id.number)
    return LoadedCase(id: request.id, value: stays.value)
  }

  private mutating func bind(_ photos: [String], to number: Int64) throws {
    let unknown = context.unknown(photos, for: number)
    guard unknown.isEmpty else { throw CommandFault.unknownAttachments(unknown) }
    effects.append(SideTables.bind(context.district, photos, to: number))
  }

  private mutating func take(_ draft: CaseDraft, _ number: Int64) {
    values[number] = draft.value
    events[number, default: []] += draft.events
  }

  /// One change per case that anything happened to, in order of number; the journal numbers those that are new in this
  /// order, too.
  var changes: [CaseChange] {
    let policy = context.policy
    let known = events.keys.sorted().compactMap { number -> CaseChange? in
      guard let loaded = original[number], let value = values[number], let events = events[number] else { return nil }
      return CaseChange(
        number: number, expectedVersion: loaded.value.version, value: value, events: events,
        unitPath: policy.unitPath(value.subject.unit), filedDay: policy.filedDay(value.subject.filedAt))
    }
    return known + begun.map { CaseChange(filing: $0, policy: policy) }
  }

  /// What belongs into the transaction after the append.
  var calls: [PostgresCall] {
    var marked: [(number: Int64, marks: CaseMarks)] = []
    for number in events.keys.sorted() {
      guard let before = original[number].map({ CaseMarks($0.value) }), let after = values[number].map(CaseMarks.init),
        before != after
      else { continue }
      marked.append((number, after))
    }
    return (marked.isEmpty ? [] : [SideTables.write(marked, context.district)]) + effects
  }
}
