import MessageBus
import Testing

/// The implementations every test of the port runs against.
enum BusKind: CaseIterable, CustomTestStringConvertible {
  case loopback
  case zeroMQ

  var testDescription: String {
    switch self {
    case .loopback: "LoopbackBus"
    case .zeroMQ: "ZeroMQBus"
    }
  }
}

/// A few buses of one kind that know each other. A class, so that a test can add members as it goes.
final class BusHarness {
  private let kind: BusKind
  private let loopback = LoopbackNetwork()
  private let keys: CurveKeyPair
  private(set) var members: [any Bus] = []

  private init(_ kind: BusKind) throws {
    self.kind = kind
    keys = try CurveKeyPair.generate()
  }

  /// Runs `body` with a harness and stops all its buses afterwards.
  static func run(_ kind: BusKind, _ body: (BusHarness) async throws -> Void) async throws {
    let harness = try BusHarness(kind)
    do {
      try await body(harness)
    } catch {
      await harness.stop()
      throw error
    }
    await harness.stop()
  }

  func join(
    _ service: String, _ instance: String = "1", takesPushes: Bool = false, limits: BusLimits = BusLimits()
  ) async throws -> any Bus {
    let bus: any Bus =
      switch kind {
      case .loopback:
        LoopbackBus(
          network: loopback, service: service, instance: instance, takesPushes: takesPushes, limits: limits)
      case .zeroMQ:
        try await ZeroMQBus.start(
          BusOptions(
            service: service, instance: instance, pullEndpoint: takesPushes ? "tcp://127.0.0.1:*" : nil,
            keyPair: keys, limits: limits))
      }
    members.append(bus)
    return bus
  }

  /// Tells every member of all members and waits until every connection stands.
  func connectAll() async {
    let peers = members.compactMap(\.ownPeer)
    let pullers = peers.count { $0.pullEndpoint != nil }
    for member in members { member.setPeers(peers) }
    for member in members {
      #expect(
        await member.wait { statistics in
          statistics.publishersConnected == peers.count - 1 && statistics.pullersConnected == pullers
        })
    }
  }

  /// A publisher, and a listener that hears what begins with the prefix; they are connected, and the publisher knows of it.
  func pair(
    hearing prefix: String, takesPushes: Bool = false, limits: BusLimits = BusLimits()
  ) async throws -> (publisher: any Bus, listener: any Bus, inbox: BusInbox) {
    let publisher = try await join("intake")
    let listener = try await join("stats", takesPushes: takesPushes, limits: limits)
    let inbox = listener.subscribe(prefix: bytes(prefix))
    await connectAll()
    #expect(await publisher.wait { $0.remoteSubscriptions == 1 })
    return (publisher, listener, inbox)
  }

  private func stop() async {
    for member in members { await member.stop() }
  }
}

extension BusInbox {
  /// The next `count` events, waiting for them.
  func take(_ count: Int) async -> [BusEvent] {
    var events: [BusEvent] = []
    while events.count < count {
      let batch = await nextBatch(maxEvents: count - events.count)
      if batch.isEmpty { return events }
      events += batch
    }
    return events
  }
}

func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }
