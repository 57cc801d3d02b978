public import Hummingbird
public import Logging
import NIOCore

/// What a request carries through the middleware of a door.
public protocol DoorRequestContext: RequestContext {
  /// The client's address without port, as the socket has it; nil for a Unix socket.
  var clientAddress: String? { get }
}

/// The plain context, for doors that need nothing more.
public struct DoorContext: DoorRequestContext {
  public var coreContext: CoreRequestContextStorage
  public let clientAddress: String?

  public init(source: ApplicationRequestContextSource) {
    coreContext = CoreRequestContextStorage(source: source)
    clientAddress = source.channel.remoteAddress?.ipAddress
  }

  /// For a request that comes from no socket.
  public init(logger: Logger, clientAddress: String? = nil) {
    coreContext = CoreRequestContextStorage(source: LoggerSource(logger: logger))
    self.clientAddress = clientAddress
  }

  private struct LoggerSource: RequestContextSource {
    let logger: Logger
  }
}
