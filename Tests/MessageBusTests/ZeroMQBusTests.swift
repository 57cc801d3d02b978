import MessageBus
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ZeroMQBusTests {
  @Test func freePortsAreChosenAndTheAdvertisedHostReplacesTheBoundOne() async throws {
    let keys = try CurveKeyPair.generate()
    let bus = try await ZeroMQBus.start(
      BusOptions(
        service: "dispatcher", instance: "7", publishEndpoint: "tcp://127.0.0.1:*", pullEndpoint: "tcp://127.0.0.1:*",
        advertisedHost: "dispatcher-7.internal", keyPair: keys))
    let own = try #require(bus.ownPeer)
    #expect(own.service == "dispatcher")
    #expect(own.instance == "7")
    #expect(own.curvePublicKey == keys.publicKey)
    for endpoint in [own.publishEndpoint, own.pullEndpoint] {
      let text = try #require(endpoint)
      #expect(text.hasPrefix("tcp://dispatcher-7.internal:"))
      let port = try #require(text.split(separator: ":").last.flatMap { Int($0) })
      #expect(port > 0)
    }
    #expect(own.publishEndpoint != own.pullEndpoint)
    await bus.stop()
  }

  @Test func anAddressInUseIsATypedError() async throws {
    let keys = try CurveKeyPair.generate()
    let first = try await ZeroMQBus.start(BusOptions(service: "a", instance: "1", keyPair: keys))
    let endpoint = try #require(first.ownPeer?.publishEndpoint)
    let error = await #expect(throws: BusError.self) {
      try await ZeroMQBus.start(
        BusOptions(service: "a", instance: "2", publishEndpoint: endpoint, keyPair: keys))
    }
    #expect(error?.code == .endpoint)
    #expect(error?.isRetriable == true)
    await first.stop()
    let again = try await ZeroMQBus.start(
      BusOptions(service: "a", instance: "2", publishEndpoint: endpoint, keyPair: keys))
    await again.stop()
  }

  @Test func aPeerThatCannotBeReachedHoldsUpNothing() async throws {
    let keys = try CurveKeyPair.generate()
    let bus = try await ZeroMQBus.start(BusOptions(service: "a", instance: "1", keyPair: keys))
    let inbox = bus.subscribe(prefix: [])
    bus.setPeers([
      BusPeer(
        service: "b", instance: "1", publishEndpoint: "tcp://127.0.0.1:1", pullEndpoint: "nonsense",
        curvePublicKey: keys.publicKey)
    ])
    bus.push(to: "b", frames: [[1]])
    bus.publish(topic: Array("e/".utf8), frames: [])
    #expect(await inbox.nextBatch(maxEvents: 1).count == 1)
    #expect(await bus.wait { $0.undeliverable == 1 && $0.peersKnown == 1 })
    await bus.stop()
  }

  @Test func aBusThatIsLetGoEndsItsInboxes() async throws {
    let keys = try CurveKeyPair.generate()
    var bus: ZeroMQBus? = try await ZeroMQBus.start(BusOptions(service: "a", instance: "1", keyPair: keys))
    let inbox = try #require(bus?.subscribe(prefix: []))
    #expect(bus?.isReady == true)
    bus = nil
    #expect(await inbox.nextBatch(maxEvents: 1).isEmpty)
  }

  @Test func aReturningPublisherIsHeardAgain() async throws {
    let keys = try CurveKeyPair.generate()
    let listener = try await ZeroMQBus.start(BusOptions(service: "stats", instance: "1", keyPair: keys))
    let inbox = listener.subscribe(prefix: [])
    let first = try await ZeroMQBus.start(BusOptions(service: "intake", instance: "1", keyPair: keys))
    let own = try #require(first.ownPeer)
    listener.setPeers([own])
    #expect(await first.wait { $0.remoteSubscriptions == 1 })
    await first.stop()
    #expect(await listener.wait { $0.publishersConnected == 0 })
    let second = try await ZeroMQBus.start(
      BusOptions(
        service: "intake", instance: "2", publishEndpoint: try #require(own.publishEndpoint), keyPair: keys))
    #expect(await second.wait { $0.remoteSubscriptions == 1 })
    second.publish(topic: Array("e/1/".utf8), frames: [[5]])
    let events = await inbox.nextBatch(maxEvents: 1)
    #expect(events == [.message(BusMessage(topic: Array("e/1/".utf8), frames: [[5]]))])
    await second.stop()
    await listener.stop()
  }

  @Test func callsBeyondTheMailboxAreDroppedAndCounted() async throws {
    var limits = BusLimits()
    limits.maxMailboxCommands = 1
    let bus = try await ZeroMQBus.start(
      BusOptions(service: "a", instance: "1", keyPair: try CurveKeyPair.generate(), limits: limits))
    let topic = Array("e/1/".utf8)
    var accepted = 0
    for _ in 0..<10_000 where bus.publish(topic: topic, frames: []) { accepted += 1 }
    let expected = accepted
    #expect(await bus.wait { $0.published == expected && $0.dropped == 10_000 - expected })
    await bus.stop()
  }

  @Test func tenThousandMessagesArriveInOrder() async throws {
    let keys = try CurveKeyPair.generate()
    var limits = BusLimits()
    limits.maxQueuedSendMessages = 20_000
    limits.maxQueuedReceiveMessages = 20_000
    let publisher = try await ZeroMQBus.start(
      BusOptions(service: "intake", instance: "1", keyPair: keys, limits: limits))
    let listener = try await ZeroMQBus.start(
      BusOptions(service: "stats", instance: "1", keyPair: keys, limits: limits))
    let inbox = listener.subscribe(prefix: [])
    listener.setPeers([try #require(publisher.ownPeer)])
    #expect(await publisher.wait { $0.remoteSubscriptions == 1 })
    let topic = Array("e/440306/".utf8)
    for number in 0..<10_000 {
      publisher.publish(topic: topic, frames: [[UInt8(number >> 8), UInt8(number & 255)]])
    }
    var expected = 0
    var isOrdered = true
    while expected < 10_000, isOrdered {
      for event in await inbox.nextBatch(maxEvents: 512) {
        isOrdered =
          isOrdered
          && event
            == .message(
              BusMessage(topic: topic, frames: [[UInt8(expected >> 8), UInt8(expected & 255)]]))
        expected += 1
      }
    }
    #expect(isOrdered)
    await publisher.stop()
    await listener.stop()
  }
}

@Suite(.timeLimit(.minutes(5)))
struct SilentBusTests {
  @Test func nothingIsSentOrHeardAndNothingFails() async {
    let bus = SilentBus()
    let inbox = bus.subscribe(prefix: [])
    #expect(bus.isReady)
    #expect(bus.ownPeer == nil)
    #expect(bus.publish(topic: Array("e/1/".utf8), frames: []))
    #expect(bus.push(to: "dispatcher", frames: []))
    #expect(bus.statistics.undeliverable == 1)
    #expect(bus.statistics.published == 0)
    #expect(inbox.takeWaiting(maxEvents: 1).isEmpty)
    await bus.stop()
    #expect(await inbox.nextBatch(maxEvents: 1).isEmpty)
    #expect(await bus.pulled.nextBatch(maxEvents: 1).isEmpty)
  }
}
