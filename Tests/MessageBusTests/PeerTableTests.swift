import Testing

@testable import MessageBus

struct PeerTableTests {
  private static func key(_ byte: UInt8) throws -> CurvePublicKey {
    try CurvePublicKey(bytes: [UInt8](repeating: byte, count: CurvePublicKey.keyBytes))
  }

  private func peer(
    _ service: String, _ instance: String, publish: Int? = nil, pull: Int? = nil, key: UInt8 = 1
  ) throws -> BusPeer {
    BusPeer(
      service: service, instance: instance, publishEndpoint: publish.map { "tcp://host:\($0)" },
      pullEndpoint: pull.map { "tcp://host:\($0)" }, curvePublicKey: try Self.key(key))
  }

  private func link(_ service: String?, _ port: Int, key: UInt8 = 1) throws -> PeerTable.Link {
    PeerTable.Link(service: service, endpoint: "tcp://host:\(port)", key: try Self.key(key))
  }

  private func table(maxPeers: Int = 10, reopenMilliseconds: Int = 10) -> PeerTable {
    var limits = BusLimits()
    limits.maxPeers = maxPeers
    limits.reopenMilliseconds = reopenMilliseconds
    return PeerTable(limits: limits)
  }

  private func update(
    _ table: inout PeerTable, to peers: [BusPeer], now: Int64 = 0, connected: Bool = true
  ) -> [PeerTable.Action] {
    table.update(to: peers, now: now, isOwn: { $0.instance == "own" }, isConnected: { _ in connected })
  }

  @Test func newPeersAreConnectedAndTheSameSetChangesNothing() throws {
    var table = table()
    let peers = [
      try peer("stats", "a", publish: 2), try peer("dispatcher", "b", publish: 1, pull: 3),
      try peer("dispatcher", "c", pull: 4),
    ]
    #expect(
      update(&table, to: peers) == [
        .connect(try link(nil, 1)), .connect(try link(nil, 2)), .connect(try link("dispatcher", 3)),
        .connect(try link("dispatcher", 4)),
      ])
    #expect(update(&table, to: peers.reversed()).isEmpty)
    #expect(table.linkCount == 4)
  }

  @Test func vanishedPeersAreDisconnected() throws {
    var table = table()
    let first = try peer("dispatcher", "a", publish: 1, pull: 2)
    let second = try peer("dispatcher", "b", pull: 3)
    _ = update(&table, to: [first, second])
    #expect(
      update(&table, to: [second]) == [.disconnect(try link(nil, 1)), .disconnect(try link("dispatcher", 2))])
    #expect(update(&table, to: []) == [.disconnect(try link("dispatcher", 3))])
    #expect(table.linkCount == 0)
  }

  @Test func aNewKeyAtAnEndpointMakesANewConnection() throws {
    var table = table()
    _ = update(&table, to: [try peer("stats", "old", publish: 1, key: 1)])
    let both = [try peer("stats", "old", publish: 1, key: 1), try peer("stats", "new", publish: 1, key: 2)]
    #expect(
      update(&table, to: both) == [.disconnect(try link(nil, 1, key: 1)), .connect(try link(nil, 1, key: 2))])
  }

  @Test func ownPublicationsNeedNoConnectionButOwnPushesDo() throws {
    var table = table()
    let own = try peer("dispatcher", "own", publish: 1, pull: 2)
    #expect(update(&table, to: [own]) == [.connect(try link("dispatcher", 2))])
  }

  @Test func aFailedConnectionIsTriedAgain() throws {
    var table = table()
    let peers = [try peer("stats", "a", publish: 1)]
    #expect(update(&table, to: peers) == [.connect(try link(nil, 1))])
    table.connectFailed(try link(nil, 1))
    #expect(update(&table, to: peers) == [.connect(try link(nil, 1))])
  }

  @Test func aConnectionThatHasNotStoodForLongIsMadeAnew() throws {
    var table = table(reopenMilliseconds: 10)
    let peers = [try peer("stats", "a", publish: 1)]
    let anew: [PeerTable.Action] = [.disconnect(try link(nil, 1)), .connect(try link(nil, 1))]
    #expect(update(&table, to: peers, now: 0).count == 1)
    #expect(update(&table, to: peers, now: 9_999, connected: false).isEmpty)
    #expect(update(&table, to: peers, now: 10_000, connected: false) == anew)
    #expect(update(&table, to: peers, now: 19_999, connected: true).isEmpty)
    #expect(update(&table, to: peers, now: 29_998, connected: false).isEmpty)
    #expect(update(&table, to: peers, now: 29_999, connected: false) == anew)
  }

  @Test func peersBeyondTheLimitAreIgnored() throws {
    var table = table(maxPeers: 2)
    let peers = try (1...5).map { (port: Int) in try peer("stats", "\(port)", publish: port) }
    #expect(update(&table, to: peers).count == 2)
  }
}
