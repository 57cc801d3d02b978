import Casework
import GridNetwork
import Journal
import Operations
import StatsCore

await ServiceHost.main(
  name: "stats", summary: "Folds the journal into the figures that indicators are made of.",
  schemaCheck: SchemaCheck.ask
) { context in
  let policies = PolicyStore(pool: context.database, geometry: .skip, logger: context.logger)
  try await policies.refresh()
  let rollups = DurableSink(
    consumer: RollupEffect.consumer, pool: context.followingDatabase, effect: RollupEffect(policies: policies),
    logger: context.logger)
  let follower = JournalFollower(
    bus: context.bus, reader: JournalReader(pool: context.database), sink: rollups, logger: context.logger,
    paceMicroseconds: RollupEffect.paceMicroseconds)
  return [
    LoopService { await policies.run() },
    FollowerService(name: RollupEffect.consumer, follower: follower, context: context),
  ]
}
