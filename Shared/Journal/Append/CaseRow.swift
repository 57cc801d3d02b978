public import Domain
import Wire

/// One case as it will stand in `cases`, with the events that bring it there.
public struct CaseChange: Sendable {
  /// 0 for a case that is new: the journal gives it its number.
  public let number: Int64
  /// The version that was decided on, under the row's lock; 0 for a case that is new.
  public let expectedVersion: Int64
  public let value: Case
  public let events: [CaseEvent]
  /// From the district down, each code ending in a slash.
  public let unitPath: String
  /// The local day of filing, in days since 1970.
  public let filedDay: Int32

  public init(
    number: Int64, expectedVersion: Int64, value: Case, events: [CaseEvent], unitPath: String, filedDay: Int32
  ) {
    precondition((number == 0) == (expectedVersion == 0), "a new case has neither number nor version")
    precondition(value.version == expectedVersion + Int64(events.count), "the value is the fold of the events")
    self.number = number
    self.expectedVersion = expectedVersion
    self.value = value
    self.events = events
    self.unitPath = unitPath
    self.filedDay = filedDay
  }
}

extension Case {
  /// The earliest due time of a clock that is running: what lists sort and filter by.
  public var nextDueAt: Instant? { clocks.filter { $0.isRunning && !$0.isPaused }.map(\.dueAt).min() }

  /// When the lead department's handling is due as a whole.
  public var handleDueAt: Instant? { clocks.last { $0.name == .handle && $0.matter == .whole }?.finalDueAt }
}
