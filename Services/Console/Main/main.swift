import ConsoleCore
import Operations

await ServiceHost.main(
  name: ConsoleService.name, summary: ConsoleService.summary, keys: ConsoleService.keys, schemaCheck: SchemaCheck.ask,
  services: ConsoleService.services)
