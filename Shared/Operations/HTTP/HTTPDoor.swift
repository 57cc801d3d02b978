import Glibc
public import Hummingbird
import HummingbirdCore
public import Logging
import NIOCore
public import ServiceLifecycle

/// What a server takes from its clients at most.
public struct HTTPLimits: Sendable {
  /// Open connections; more wait in the backlog.
  public var maxConnections = 10_000
  public var maxHeaderBytes = 32 * 1_024
  public var maxHeaderFields = 100
  /// A connection on which nothing moves is closed after this time.
  public var idleSeconds: Int64 = 75
  /// A client that takes nothing of what waits to be sent is let go after this time.
  public var stallSeconds: Int = 60
  public var backlog = 1_024

  public init() {}
}

/// An HTTP/1.1 server as a service of a group: graceful shutdown stops accepting, finishes what runs and ends.
public enum HTTPDoor {
  /// - Parameters:
  ///   - host: address or host name to bind.
  ///   - port: 0 for any free one.
  ///   - onBound: called once with the port in use, when connections are accepted.
  public static func service<Builder: HTTPResponderBuilder>(
    router: Builder, host: String, port: Int, limits: HTTPLimits = HTTPLimits(), logger: Logger,
    onBound: @escaping @Sendable (Int) async -> Void = { _ in }
  ) -> any Service
  where Builder.Responder.Context: InitializableFromSource<ApplicationRequestContextSource> {
    let decoder = HTTP1Channel.Configuration.DecoderConfiguration(
      maxHeaderFieldSize: limits.maxHeaderBytes, maxHeaderListSize: limits.maxHeaderBytes,
      maxHeaderFieldCount: limits.maxHeaderFields)
    return Application(
      router: router,
      server: .http1(
        configuration: HTTP1Channel.Configuration(
          idleTimeout: .seconds(limits.idleSeconds), httpDecoderConfiguration: decoder)),
      configuration: ApplicationConfiguration(
        address: .hostname(host, port: port), backlog: limits.backlog,
        availableConnectionsDelegate: MaximumAvailableConnections(limits.maxConnections)),
      onServerRunning: { channel in
        // Connections have it from the socket that accepts them. The kernel alone sees whether a client still takes
        // anything while a response waits for it. Without it a client that stands still would keep its place for good.
        let name = NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT)
        let option = ChannelOptions.Types.SocketOption(level: .tcp, name: name)
        try? await channel.setOption(option, value: limits.stallSeconds * 1_000).get()
        await onBound(channel.localAddress?.port ?? port)
      },
      logger: logger.quieter
    )
  }
}

extension Logger {
  /// The same logger without the libraries' notes of each connection.
  fileprivate var quieter: Logger {
    var logger = self
    logger.logLevel = max(logLevel, .notice)
    return logger
  }
}
