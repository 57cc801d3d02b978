import CZeroMQ
import MessageBus
import Testing

@Suite(.timeLimit(.minutes(5)))
struct ZeroMQSecurityTests {
  private let topic = Array("e/1/".utf8)

  @Test func onlyAnAllowedKeyGetsMessages() async throws {
    let publisherKeys = try CurveKeyPair.generate()
    let allowedKeys = try CurveKeyPair.generate()
    let foreignKeys = try CurveKeyPair.generate()
    var limits = BusLimits()
    limits.handshakeMilliseconds = 500
    let publisher = try await ZeroMQBus.start(
      BusOptions(
        service: "intake", instance: "1", keyPair: publisherKeys, allowedKeys: [allowedKeys.publicKey],
        limits: limits))
    let own = try #require(publisher.ownPeer)
    let endpoint = try #require(own.publishEndpoint)

    let bare = try RawPeer(ZMQ_SUB, secretText: nil, server: own.curvePublicKey, endpoint: endpoint)
    #expect(await publisher.wait { $0.handshakesFailed >= 1 })

    let foreign = try await ZeroMQBus.start(BusOptions(service: "x", instance: "1", keyPair: foreignKeys))
    let foreignInbox = foreign.subscribe(prefix: [])
    foreign.setPeers([own])
    #expect(await publisher.wait { $0.authRefused >= 1 })

    let allowed = try await ZeroMQBus.start(BusOptions(service: "stats", instance: "1", keyPair: allowedKeys))
    let allowedInbox = allowed.subscribe(prefix: [])
    allowed.setPeers([own])
    #expect(await publisher.wait { $0.remoteSubscriptions == 1 })

    publisher.publish(topic: topic, frames: [[1]])
    #expect(await allowedInbox.nextBatch(maxEvents: 1) == [.message(BusMessage(topic: topic, frames: [[1]]))])
    #expect(bare.receive() == nil)
    #expect(foreign.statistics.received == 0)
    #expect(foreign.statistics.publishersConnected == 0)
    #expect(foreignInbox.takeWaiting(maxEvents: 1).isEmpty)

    // The list can be changed while the bus runs: the foreign key comes in at its next attempt.
    publisher.setAllowedKeys([allowedKeys.publicKey, foreignKeys.publicKey])
    #expect(await publisher.wait { $0.remoteSubscriptions == 2 })
    publisher.publish(topic: topic, frames: [[2]])
    #expect(await foreignInbox.nextBatch(maxEvents: 1) == [.message(BusMessage(topic: topic, frames: [[2]]))])
    for bus in [publisher, foreign, allowed] { await bus.stop() }
  }

  @Test func aPullerTakesWorkFromAllowedKeysOnly() async throws {
    let keys = try CurveKeyPair.generate()
    let foreignKeys = try CurveKeyPair.generate()
    let puller = try await ZeroMQBus.start(
      BusOptions(service: "dispatcher", instance: "1", pullEndpoint: "tcp://127.0.0.1:*", keyPair: keys))
    let own = try #require(puller.ownPeer)
    let foreign = try await ZeroMQBus.start(BusOptions(service: "x", instance: "1", keyPair: foreignKeys))
    foreign.setPeers([own])
    #expect(await puller.wait { $0.authRefused >= 2 })
    foreign.push(to: "dispatcher", frames: [[1]])
    #expect(await foreign.wait { $0.undeliverable == 1 && $0.pushed == 0 })
    #expect(puller.statistics.received == 0)
    await foreign.stop()
    await puller.stop()
  }

  @Test func aServerWithAnotherKeyIsNotBelieved() async throws {
    let keys = try CurveKeyPair.generate()
    let publisher = try await ZeroMQBus.start(BusOptions(service: "intake", instance: "1", keyPair: keys))
    let own = try #require(publisher.ownPeer)
    let listener = try await ZeroMQBus.start(BusOptions(service: "stats", instance: "1", keyPair: keys))
    _ = listener.subscribe(prefix: [])
    let impostor = BusPeer(
      service: "intake", instance: "1", publishEndpoint: own.publishEndpoint, pullEndpoint: nil,
      curvePublicKey: try CurveKeyPair.generate().publicKey)
    listener.setPeers([impostor])
    #expect(await publisher.wait { $0.handshakesFailed >= 1 })
    #expect(listener.statistics.publishersConnected == 0)
    await listener.stop()
    await publisher.stop()
  }

  @Test func malformedAndOversizeFramesAreCountedAndDropped() async throws {
    let keys = try CurveKeyPair.generate()
    var limits = BusLimits()
    limits.maxFrameBytes = 1_000
    limits.maxFrames = 2
    let puller = try await ZeroMQBus.start(
      BusOptions(
        service: "dispatcher", instance: "1", pullEndpoint: "tcp://127.0.0.1:*", keyPair: keys, limits: limits))
    let own = try #require(puller.ownPeer)
    let raw = try RawPeer(
      ZMQ_PUSH, secretText: keys.secretText, server: keys.publicKey, endpoint: try #require(own.pullEndpoint))
    #expect(raw.send([[9, 1], [1]]))
    #expect(raw.send([[1, 2], [1]]))
    #expect(raw.send([[]]))
    #expect(raw.send([[1, 4], [], [], [], []]))
    #expect(raw.send([[1, 1], [42]]))
    let event = await puller.pulled.nextBatch(maxEvents: 1)
    #expect(event == [.message(BusMessage(topic: [], frames: [[42]]))])
    #expect(await puller.wait { $0.malformed == 4 && $0.received == 1 })

    // The library cuts the connection of a peer that sends too large a frame; a new one is good again.
    #expect(raw.send([[1, 1], [UInt8](repeating: 0, count: 10_000)]))
    let second = try RawPeer(
      ZMQ_PUSH, secretText: keys.secretText, server: keys.publicKey, endpoint: try #require(own.pullEndpoint))
    #expect(second.send([[1, 1], [43]]))
    let next = await puller.pulled.nextBatch(maxEvents: 1)
    #expect(next == [.message(BusMessage(topic: [], frames: [[43]]))])
    #expect(await puller.wait { $0.received == 2 })
    await puller.stop()
  }
}
