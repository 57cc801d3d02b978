public import Domain
public import PostgresClient

/// Where followed events go. One call at a time per district.
public protocol JournalSink: Sendable {
  /// How far this sink has come; asked once per district, and again after a fault.
  func position(_ district: UnitCode) async throws -> JournalPosition

  /// Applies events that continue `position` and answers how far the sink now is: the slice's end, or further when
  /// another copy was quicker.
  func apply(_ slice: JournalSlice, to district: UnitCode, from position: JournalPosition) async throws
    -> JournalPosition
}

/// What a durable consumer does with events, inside the transaction that advances its position.
///
/// An effect must be deterministic: the same events give the same statements. It may throw; the transaction is then
/// rolled back and tried again, and in the end the case at fault is put in quarantine.
public protocol JournalEffect: Sendable {
  /// Applies the events in order. Runs on the connection's thread.
  func apply(_ events: [JournalEvent], in transaction: Transaction) throws

  /// Called after the commit, for what only speeds things up.
  func committed(_ events: [JournalEvent]) async
}

extension JournalEffect {
  public func committed(_ events: [JournalEvent]) async {}
}
