public import Domain
public import Journal

extension CaseChange {
  /// The change that makes a new case of the draft.
  public init(filing draft: CaseDraft, policy: NetworkPolicy) {
    self.init(
      number: 0, expectedVersion: 0, value: draft.value, events: draft.events,
      unitPath: policy.unitPath(draft.value.subject.unit), filedDay: policy.filedDay(draft.value.subject.filedAt))
  }

  /// The change that brings a case that is locked to where the draft has it.
  public init(_ loaded: LoadedCase, _ draft: CaseDraft, policy: NetworkPolicy) {
    self.init(
      number: loaded.id.number, expectedVersion: loaded.value.version, value: draft.value, events: draft.events,
      unitPath: policy.unitPath(draft.value.subject.unit), filedDay: policy.filedDay(draft.value.subject.filedAt))
  }
}

extension NetworkPolicy {
  /// The codes from the district down to the unit, each ending in a slash: a subtree is all that begins alike.
  public func unitPath(_ unit: UnitCode) -> String { units.pathText(to: unit) }

  /// The local day, in days since 1970.
  public func filedDay(_ moment: Instant) -> Int32 { Int32(calendar.zone.date(of: moment).dayNumber) }
}
