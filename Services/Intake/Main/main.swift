import IntakeCore
import Operations

await ServiceHost.main(
  name: IntakeService.name, summary: IntakeService.summary, keys: IntakeService.keys, schemaCheck: SchemaCheck.ask,
  services: IntakeService.services)
