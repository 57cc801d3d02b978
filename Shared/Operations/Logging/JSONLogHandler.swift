import Domain
public import Logging
public import Platform
import Wire

/// Writes one JSON object a line: `time` (RFC 3339, UTC), `level`, `service`, `instance`, `message`, then the metadata,
/// among it `trace_id` where a request or event is being worked on.
///
/// What must not be logged is kept out twice: values of type `Redacted` print as such, and metadata whose key names a
/// secret or a person (`redactedKeys`) is replaced whatever its value.
public struct JSONLogHandler: LogHandler {
  /// The longest message or metadata text, in bytes; the rest is cut.
  public static let maxTextBytes = 4_096

  public var logLevel: Logger.Level
  public var metadata: Logger.Metadata = [:]
  public var metadataProvider: Logger.MetadataProvider?
  private let service: String
  private let instance: String
  private let label: String
  private let sink: LogSink
  private let clock: any WallClock

  /// - Parameters:
  ///   - label: of the logger; written as `logger` when it is not the service's name.
  ///   - clock: gives `time`; the machine's, whatever time the service works with, so that lines of one machine sort.
  public init(
    label: String, service: String, instance: String, level: Logger.Level, sink: LogSink = .standardError,
    clock: any WallClock = SystemClock()
  ) {
    self.label = label
    self.service = service
    self.instance = instance
    self.sink = sink
    self.clock = clock
    logLevel = level
  }

  public subscript(metadataKey key: String) -> Logger.MetadataValue? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  public func log(event: LogEvent) {
    var writer = JSONWriter(capacity: 384)
    writer.beginObject()
    writer.member("time", Instant(microseconds: clock.microseconds).rfc3339())
    writer.member("level", event.level.rawValue)
    writer.member("service", service)
    writer.member("instance", instance)
    if label != service { writer.member("logger", label) }
    writer.member("message", cut(event.message.description))
    if let trace = Trace.current { writer.member("trace_id", trace) }
    if let error = event.error { writer.member("error", cut("\(error)")) }
    writeMetadata(event.metadata, to: &writer)
    writer.endObject()
    writer.newLine()
    sink.write(writer.bytes)
  }

  private func writeMetadata(_ explicit: Logger.Metadata?, to writer: inout JSONWriter) {
    var merged = metadata
    if let provided = metadataProvider?.get(), !provided.isEmpty { merged.merge(provided) { $1 } }
    if let explicit { merged.merge(explicit) { $1 } }
    for (key, value) in merged.sorted(by: { $0.key < $1.key }) where !Self.ownKeys.contains(key) {
      writer.key(key)
      write(value, key: key, to: &writer)
    }
  }

  private func write(_ value: Logger.MetadataValue, key: String, to writer: inout JSONWriter) {
    if isRedacted(key) { return writer.string(redactedText) }
    switch value {
    case .string(let text): writer.string(cut(text))
    case .stringConvertible(let value as Int): writer.integer(value)
    case .stringConvertible(let value as Int64): writer.integer(value)
    case .stringConvertible(let value as Double): writer.double(value)
    case .stringConvertible(let value as Bool): writer.bool(value)
    case .stringConvertible(let value): writer.string(cut(value.description))
    case .array(let values):
      writer.beginArray()
      for value in values { write(value, key: "", to: &writer) }
      writer.endArray()
    case .dictionary(let members):
      writer.beginObject()
      for (key, value) in members.sorted(by: { $0.key < $1.key }) {
        writer.key(key)
        write(value, key: key, to: &writer)
      }
      writer.endObject()
    }
  }

  private func cut(_ text: String) -> String {
    guard text.utf8.count > Self.maxTextBytes else { return text }
    return String(decoding: text.utf8.prefix(Self.maxTextBytes), as: UTF8.self) + "…"
  }

  /// Members that the handler writes itself; metadata of the same name would make the object ambiguous.
  private static let ownKeys: Set<String> = [
    "time", "level", "service", "instance", "logger", "message", "trace_id", "error",
  ]
}
