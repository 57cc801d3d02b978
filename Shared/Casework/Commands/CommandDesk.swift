public import Domain
public import Journal
public import Platform
public import PostgresClient

/// What someone asks of one case.
public struct CommandRequest: Sendable {
  public let id: CaseID
  public let command: CaseCommand
  public let actor: Actor
  /// The version that the caller has seen (`If-Match`); nil where none is needed.
  public let expectedVersion: Int64?

  public init(id: CaseID, command: CaseCommand, actor: Actor, expectedVersion: Int64?) {
    self.id = id
    self.command = command
    self.actor = actor
    self.expectedVersion = expectedVersion
  }
}

/// Why a command did not reach the machine.
public enum CommandFault: Error, Sendable, Hashable {
  case unknownCase(CaseID)
  /// The case has moved on since the caller saw it; this is how it stands now.
  case stale(LoadedCase)
  /// No attachments of the district, or bound to another case.
  case unknownAttachments([String])
}

/// Carries commands out, many in one commit: loads the cases under their locks, asks the machine, appends what it says.
///
/// One desk per process; it keeps one group commit per district. A refused command changes nothing and does not
/// disturb the others of its batch.
public actor CommandDesk {
  /// Commands in one commit at most.
  public static let maxBatchCommands = 100
  /// Commands that may wait per district.
  public static let maxWaitingCommands = 2_000

  private let pool: PostgresPool
  private let policies: PolicyStore
  private let publisher: JournalPublisher
  private let clock: any WallClock
  private var commits: [UnitCode: GroupCommit<CommandRequest, LoadedCase>] = [:]

  public init(pool: PostgresPool, policies: PolicyStore, publisher: JournalPublisher, clock: any WallClock) {
    self.pool = pool
    self.policies = policies
    self.publisher = publisher
    self.clock = clock
  }

  /// Returns the case as the command left it, after commit.
  ///
  /// - Throws: ``CaseRefusal``, ``CommandFault``, ``GroupCommitError``, ``PolicyFault``, or `PostgresError`. After
  ///   `PostgresError.commitOutcomeUnknown` the case must be read again: its version tells whether it was done.
  public func perform(_ request: CommandRequest) async throws -> LoadedCase {
    try await commit(for: request.id.district).submit(request)
  }

  /// Commands of the district that wait for the next commit.
  public func waitingCount(_ district: UnitCode) async -> Int { commits[district]?.waitingCount ?? 0 }

  /// Finishes what was taken.
  public func close() async {
    for commit in commits.values { await commit.close() }
  }

  private func commit(for district: UnitCode) throws -> GroupCommit<CommandRequest, LoadedCase> {
    if let known = commits[district] { return known }
    guard policies.current(district) != nil else { throw PolicyFault.noNetwork(district) }
    let batch = CommandBatch(
      district: district, pool: pool, policies: policies, publisher: publisher, clock: clock)
    let commit = GroupCommit<CommandRequest, LoadedCase>(
      maxBatch: Self.maxBatchCommands, maxWaiting: Self.maxWaitingCommands
    ) { try await batch.commit($0) }
    commits[district] = commit
    return commit
  }
}
