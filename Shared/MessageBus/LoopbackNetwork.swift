import Platform

/// What the members of a loopback bus have in common. Safe from any thread.
public final class LoopbackNetwork: Sendable {
  private struct Subscription {
    let target: WeakInbox
    let prefix: [UInt8]
  }

  private struct Member {
    let peer: BusPeer
    let limits: BusLimits
    let board: StatisticsBoard
    let pulled: BusInbox
    var table: PeerTable
    /// Endpoints of the publishers it listens to.
    var publishers: Set<String> = []
    /// Endpoints it can push to, by service, in the order they were connected.
    var pullers: [String: [String]] = [:]
    /// Whose turn it is, by service.
    var turns: [String: Int] = [:]
    var subscriptions: [Subscription] = []
  }

  private struct State {
    var joined = 0
    var members: [Int: Member] = [:]

    func member(at pullEndpoint: String) -> Member? {
      members.values.first { $0.peer.pullEndpoint == pullEndpoint }
    }
  }

  private let state = Locked(State())

  public init() {}

  func join(
    service: String, instance: String, takesPushes: Bool, limits: BusLimits, board: StatisticsBoard, pulled: BusInbox
  ) -> (number: Int, peer: BusPeer) {
    state.withLock { state in
      state.joined += 1
      let number = state.joined
      let peer = BusPeer(
        service: service, instance: instance, publishEndpoint: "loopback://\(number)/publish",
        pullEndpoint: takesPushes ? "loopback://\(number)/pull" : nil, curvePublicKey: .none)
      state.members[number] = Member(
        peer: peer, limits: limits, board: board, pulled: pulled, table: PeerTable(limits: limits))
      return (number, peer)
    }
  }

  func leave(_ number: Int) {
    state.withLock { state in
      state.members[number] = nil
      Self.refresh(&state)
    }
  }

  func publish(_ messages: [BusMessage], from number: Int) -> Bool {
    state.withLock { state in
      guard let sender = state.members[number], let endpoint = sender.peer.publishEndpoint else { return false }
      sender.board.update { $0.published += messages.count }
      for (other, member) in state.members where other == number || member.publishers.contains(endpoint) {
        for message in messages { Self.deliver(message, to: member, isOwn: other == number) }
      }
      let hasEnded = state.members.values.contains { $0.subscriptions.contains { $0.target.inbox?.isFinished ?? true } }
      if hasEnded { Self.refresh(&state) }
      return true
    }
  }

  func push(_ message: BusMessage, to service: String, from number: Int) -> Bool {
    state.withLock { state in
      guard let sender = state.members[number] else { return false }
      let endpoints = sender.pullers[service] ?? []
      let turn = sender.turns[service] ?? 0
      for step in endpoints.indices {
        let index = (turn + step) % endpoints.count
        guard let receiver = state.member(at: endpoints[index]) else { continue }
        state.members[number]?.turns[service] = index + 1
        sender.board.update { $0.pushed += 1 }
        let isAdded = receiver.pulled.offer(message)
        receiver.board.update {
          $0.received += 1
          if !isAdded { $0.dropped += 1 }
        }
        return true
      }
      sender.board.update { $0.undeliverable += 1 }
      return true
    }
  }

  func subscribe(_ inbox: BusInbox, prefix: [UInt8], for number: Int) {
    state.withLock { state in
      let subscription = Subscription(target: WeakInbox(inbox: inbox), prefix: prefix)
      if state.members[number] == nil { inbox.finish() }
      state.members[number]?.subscriptions.append(subscription)
      Self.refresh(&state)
    }
  }

  func setPeers(_ peers: [BusPeer], of number: Int) {
    state.withLock { state in
      guard var member = state.members[number] else { return }
      let own = member.peer
      let isOwn = { (peer: BusPeer) in peer.service == own.service && peer.instance == own.instance }
      for action in member.table.update(to: peers, now: 0, isOwn: isOwn, isConnected: { _ in true }) {
        switch action {
        case .connect(let link):
          if let service = link.service {
            member.pullers[service, default: []].append(link.endpoint)
          } else {
            member.publishers.insert(link.endpoint)
          }
        case .disconnect(let link):
          if let service = link.service {
            member.pullers[service]?.removeAll { $0 == link.endpoint }
          } else {
            member.publishers.remove(link.endpoint)
          }
        }
      }
      member.board.update { $0.peersKnown = peers.prefix(member.limits.maxPeers).count { !isOwn($0) } }
      state.members[number] = member
      Self.refresh(&state)
    }
  }

  private static func deliver(_ message: BusMessage, to member: Member, isOwn: Bool) {
    var isWanted = false
    var dropped = 0
    for subscription in member.subscriptions where message.topic.starts(with: subscription.prefix) {
      guard let inbox = subscription.target.inbox, !inbox.isFinished else { continue }
      isWanted = true
      if !inbox.offer(message) { dropped += 1 }
    }
    guard isWanted else { return }
    member.board.update {
      if !isOwn { $0.received += 1 }
      $0.dropped += dropped
    }
  }

  /// Counts again which connections stand.
  private static func refresh(_ state: inout State) {
    for number in state.members.keys {
      state.members[number]?.subscriptions.removeAll { $0.target.inbox?.isFinished ?? true }
    }
    for (number, member) in state.members {
      let others = state.members.filter { $0.key != number }.values
      let endpoint = member.peer.publishEndpoint ?? ""
      let listeners = others.filter { $0.publishers.contains(endpoint) }
      let remote = listeners.reduce(0) { $0 + Set($1.subscriptions.map(\.prefix)).count }
      let publishers = others.count { member.publishers.contains($0.peer.publishEndpoint ?? "") }
      let pullers = member.pullers.values.joined().count { state.member(at: $0) != nil }
      member.board.update {
        $0.remoteSubscriptions = remote
        $0.publishersConnected = publishers
        $0.pullersConnected = pullers
      }
    }
  }
}
