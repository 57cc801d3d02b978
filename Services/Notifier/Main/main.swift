import NotifierCore
import Operations

await ServiceHost.main(
  name: "notifier", summary: "Tells people what concerns them, in inboxes, by webhook and by mail.",
  keys: NotifierKeys.all, schemaCheck: SchemaCheck.ask
) { try await NotifierParts.make($0) }
