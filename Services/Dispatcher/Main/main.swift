import Casework
import DispatcherCore
import GridNetwork
import Journal
import Operations

await ServiceHost.main(
  name: "dispatcher", summary: "Sends filed cases to the department responsible, or to a desk.",
  takesPushedWork: true, schemaCheck: SchemaCheck.ask
) { context in
  let policies = PolicyStore(pool: context.database, geometry: .skip, logger: context.logger)
  try await policies.refresh()
  let publisher = JournalPublisher(bus: context.bus)
  let dispatcher = Dispatcher(
    pool: context.database, policies: policies, publisher: publisher, bus: context.bus, clock: context.clock,
    logger: context.logger, metrics: context.metrics, readiness: context.readiness)
  return [
    LoopService { await policies.run() },
    LoopService { await publisher.runBeacons() },
    LoopService { await dispatcher.run() },
  ]
}
