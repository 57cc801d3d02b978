/// Which connections a bus should have. Pure: it is told the peers and answers with what must be done to the sockets.
///
/// Connections are known by their endpoint, not by the instance, since an instance that died leaves its row behind for
/// a while and its successor may stand on the same port with another key. Of several peers with one endpoint the
/// last in the list counts.
///
/// The library gives a connection up for good after an error of protocol, without a word: whatever answered at the
/// endpoint may have been something else. So a connection that has not stood for long is made anew.
struct PeerTable {
  /// One outgoing connection.
  struct Link: Hashable {
    /// The service pushed to; nil for the subscription to a publisher.
    let service: String?
    let endpoint: String
    let key: CurvePublicKey
  }

  enum Action: Hashable {
    case connect(Link)
    case disconnect(Link)
  }

  private struct Place: Hashable, Comparable {
    let service: String?
    let endpoint: String

    static func < (left: Place, right: Place) -> Bool {
      (left.service ?? "", left.endpoint) < (right.service ?? "", right.endpoint)
    }
  }

  private struct Entry {
    let key: CurvePublicKey
    /// When it was made or last known to stand.
    var lastGoodMicroseconds: Int64
  }

  private let maxPeers: Int
  private let reopenMicroseconds: Int64
  private var entries: [Place: Entry] = [:]

  /// Connections that should stand.
  var linkCount: Int { entries.count }

  init(limits: BusLimits) {
    maxPeers = limits.maxPeers
    reopenMicroseconds = Int64(limits.reopenMilliseconds) * 1_000
  }

  /// Takes a new set of peers.
  /// - Parameters:
  ///   - now: microseconds of a clock that does not run backwards.
  ///   - isOwn: tells this bus's own entry, whose publications it hears without a connection.
  ///   - isConnected: whether a connection stands.
  /// - Returns: the actions in the order they must be taken; none if nothing changed.
  mutating func update(
    to peers: [BusPeer], now: Int64, isOwn: (BusPeer) -> Bool, isConnected: (Link) -> Bool
  ) -> [Action] {
    let desired = places(of: peers, isOwn: isOwn)
    var actions: [Action] = []
    for (place, entry) in entries.sorted(by: { $0.key < $1.key }) {
      let link = Link(service: place.service, endpoint: place.endpoint, key: entry.key)
      if isConnected(link) { entries[place]?.lastGoodMicroseconds = now }
      let isStuck = now - (entries[place]?.lastGoodMicroseconds ?? now) >= reopenMicroseconds
      guard desired[place] != entry.key || isStuck else { continue }
      actions.append(.disconnect(link))
      entries[place] = nil
    }
    for (place, key) in desired.sorted(by: { $0.key < $1.key }) where entries[place] == nil {
      actions.append(.connect(Link(service: place.service, endpoint: place.endpoint, key: key)))
      entries[place] = Entry(key: key, lastGoodMicroseconds: now)
    }
    return actions
  }

  /// Forgets a connection that could not be made, so that the next update tries it again.
  mutating func connectFailed(_ link: Link) {
    entries[Place(service: link.service, endpoint: link.endpoint)] = nil
  }

  private func places(of peers: [BusPeer], isOwn: (BusPeer) -> Bool) -> [Place: CurvePublicKey] {
    var desired: [Place: CurvePublicKey] = [:]
    for peer in peers.prefix(maxPeers) {
      if let endpoint = peer.publishEndpoint, !isOwn(peer) {
        desired[Place(service: nil, endpoint: endpoint)] = peer.curvePublicKey
      }
      if let endpoint = peer.pullEndpoint {
        desired[Place(service: peer.service, endpoint: endpoint)] = peer.curvePublicKey
      }
    }
    return desired
  }
}
