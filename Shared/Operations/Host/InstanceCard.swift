import Platform
import Wire

/// What a process says of itself in `instances`. From any thread.
final class InstanceCard: Sendable {
  struct Facts {
    var healthEndpoint: String?
    var httpEndpoint: String?
    var details: [String: String] = [:]
  }

  private let host: String
  private let facts = Locked(Facts())

  /// - Parameter host: under which others reach this process.
  init(host: String) {
    self.host = host
  }

  func update(_ change: (inout Facts) -> Void) { facts.withLock { change(&$0) } }
  var current: Facts { facts.withLock { $0 } }

  func endpoint(port: Int) -> String { host.contains(":") ? "http://[\(host)]:\(port)" : "http://\(host):\(port)" }
}

extension InstanceCard.Facts {
  /// The details as a JSON object, by name.
  var detailsText: String {
    JSONValue.object(JSONObject(details.sorted { $0.key < $1.key }.map { ($0.key, .string($0.value)) })).description
  }
}
