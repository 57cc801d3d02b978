import Casework
import EscalationCore
import GridNetwork
import Journal
import Operations

await ServiceHost.main(
  name: "escalation", summary: "Fires every clock's rungs, up the tiers to discipline inspection.",
  schemaCheck: SchemaCheck.ask
) { context in
  let policies = PolicyStore(pool: context.database, geometry: .skip, logger: context.logger)
  try await policies.refresh()
  let publisher = JournalPublisher(bus: context.bus)
  let timers = DurableSink(
    consumer: TimerEffect.consumer, pool: context.followingDatabase, effect: TimerEffect(policies: policies),
    logger: context.logger)
  let follower = JournalFollower(
    bus: context.bus, reader: JournalReader(pool: context.database), sink: timers, logger: context.logger,
    paceMicroseconds: TimerEffect.paceMicroseconds)
  let timer = EscalationTimer(
    pool: context.database, policies: policies, publisher: publisher, clock: context.clock, logger: context.logger,
    metrics: context.metrics, readiness: context.readiness)
  let selfCheck = SelfCheck(
    pool: context.database, policies: policies, clock: context.clock, logger: context.logger, metrics: context.metrics)
  let gridChanges = GridChangeWatch(
    pool: context.database, policies: policies, clock: context.clock, logger: context.logger, metrics: context.metrics)
  return [
    LoopService { await policies.run() },
    LoopService { await publisher.runBeacons() },
    FollowerService(name: TimerEffect.consumer, follower: follower, context: context),
    LoopService { await timer.run() },
    LoopService { await selfCheck.run() },
    LoopService { await gridChanges.run() },
  ]
}
