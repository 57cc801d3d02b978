/// One process on the bus, as the others need to know it.
public struct BusPeer: Hashable, Sendable {
  /// The service it is an instance of.
  public let service: String
  /// What tells it from other instances of its service.
  public let instance: String
  /// Where it publishes, `tcp://host:port`; nil if it does not.
  public let publishEndpoint: String?
  /// Where it takes pushed work, `tcp://host:port`; nil if it takes none.
  public let pullEndpoint: String?
  /// The key it proves to have when connected to.
  public let curvePublicKey: CurvePublicKey

  public init(
    service: String, instance: String, publishEndpoint: String?, pullEndpoint: String?, curvePublicKey: CurvePublicKey
  ) {
    self.service = service
    self.instance = instance
    self.publishEndpoint = publishEndpoint
    self.pullEndpoint = pullEndpoint
    self.curvePublicKey = curvePublicKey
  }
}
