public import Domain
public import PostgresClient

/// Where followed events go. One call at a time per district.
public protocol JournalSink: Sendable {
  /// How far this sink has come; asked once per district, and again when ``sharedPosition(_:)`` differs from what the
  /// follower knows.
  func position(_ district: UnitCode) async throws -> JournalPosition

  /// How far the sink has come by now where others move it too: another copy that was quicker, or an operator who had
  /// the consumer begin again. Nil where nobody but the follower moves it.
  func sharedPosition(_ district: UnitCode) async throws -> JournalPosition?

  /// Applies events that continue `position` and answers how far the sink now is: the slice's end, or further when
  /// another copy was quicker.
  func apply(
    _ slice: JournalSlice, to district: UnitCode, from position: JournalPosition
  ) async throws
    -> JournalPosition
}

extension JournalSink {
  public func sharedPosition(_ district: UnitCode) async throws -> JournalPosition? { nil }
}

/// What a durable consumer does with events, inside the transaction that advances its position.
///
/// An effect must be deterministic: the same events give the same statements. It may throw; the transaction is then
/// rolled back and tried again, and in the end the case at fault is put in quarantine.
public protocol JournalEffect: Sendable {
  /// Applies the events in order. Runs on the connection's thread. Throws ``EffectNotReady`` when it lacks something
  /// that has nothing to do with the events.
  func apply(_ events: [JournalEvent], in transaction: Transaction) throws

  /// Called after the commit, for what only speeds things up.
  func committed(_ events: [JournalEvent]) async
}

extension JournalEffect {
  public func committed(_ events: [JournalEvent]) async {}
}

/// An effect cannot be applied yet, through no fault of the events: it waits, and no case goes into quarantine.
public struct EffectNotReady: Error, CustomStringConvertible {
  private let reason: String

  public init(_ reason: String) { self.reason = reason }

  public var description: String { reason }
}
