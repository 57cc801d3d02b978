import MessageBus
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BusConformancePublishTests {
  @Test(arguments: BusKind.allCases)
  func onlyTopicsOfThePrefixArriveInOrder(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let (publisher, listener, inbox) = try await harness.pair(hearing: "e/44/")

      publisher.publish(topic: bytes("e/440/"), frames: [bytes("another district")])
      publisher.publish([
        BusMessage(topic: bytes("e/44/"), frames: [bytes("1")]),
        BusMessage(topic: bytes("e/44/x/"), frames: [bytes("2"), [], bytes("second frame")]),
        BusMessage(topic: bytes("b/44/"), frames: [bytes("a beacon")]),
        BusMessage(topic: bytes("e/44/"), frames: []),
      ])

      let expected: [BusEvent] = [
        .message(BusMessage(topic: bytes("e/44/"), frames: [bytes("1")])),
        .message(BusMessage(topic: bytes("e/44/x/"), frames: [bytes("2"), [], bytes("second frame")])),
        .message(BusMessage(topic: bytes("e/44/"), frames: [])),
      ]
      #expect(await inbox.take(3) == expected)
      #expect(await publisher.wait { $0.published == 5 })
      #expect(await listener.wait { $0.received == 3 })
    }
  }

  @Test(arguments: BusKind.allCases)
  func everySubscriptionOfEveryListenerGetsItsCopy(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let publisher = try await harness.join("intake")
      let first = try await harness.join("stats", "1")
      let second = try await harness.join("stats", "2")
      let inboxes = [
        first.subscribe(prefix: bytes("e/")), first.subscribe(prefix: []), second.subscribe(prefix: bytes("e/")),
      ]
      await harness.connectAll()
      #expect(await publisher.wait { $0.remoteSubscriptions == 3 })
      let message = BusMessage(topic: bytes("e/440306/"), frames: [[UInt8](repeating: 7, count: 65_536)])
      #expect(publisher.publish([message]))
      for inbox in inboxes { #expect(await inbox.take(1) == [.message(message)]) }
      #expect(await first.wait { $0.received == 1 })
    }
  }

  @Test(arguments: BusKind.allCases)
  func aBusHearsItself(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let bus = try await harness.join("console")
      let inbox = bus.subscribe(prefix: bytes("e/"))
      bus.setPeers([try #require(bus.ownPeer)])
      bus.publish(topic: bytes("e/1/"), frames: [[1]])
      bus.publish(topic: bytes("e/1/"), frames: [[2]])
      let expected = [[1], [2]].map { BusEvent.message(BusMessage(topic: bytes("e/1/"), frames: [$0])) }
      #expect(await inbox.take(2) == expected)
      #expect(bus.statistics.received == 0)
      #expect(bus.statistics.peersKnown == 0)
    }
  }

  @Test(arguments: BusKind.allCases)
  func aSlowReaderLosesTheNewestAndIsToldSo(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      var limits = BusLimits()
      limits.maxInboxEvents = 3
      let (publisher, listener, inbox) = try await harness.pair(hearing: "e/", limits: limits)

      let messages = (0..<10).map { BusMessage(topic: bytes("e/1/"), frames: [[UInt8($0)]]) }
      publisher.publish(messages)
      #expect(await listener.wait { $0.received == 10 && $0.dropped == 7 })
      #expect(await inbox.take(2) == messages[0..<2].map { .message($0) })
      let later = BusMessage(topic: bytes("e/1/"), frames: [bytes("later")])
      publisher.publish([later])
      #expect(await listener.wait { $0.received == 11 })
      #expect(await inbox.take(3) == [.message(messages[2]), .gap(lost: 7), .message(later)])
    }
  }

  @Test(arguments: BusKind.allCases)
  func whatBreaksALimitIsCountedAndNotSent(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      var limits = BusLimits()
      limits.maxFrameBytes = 1_000
      limits.maxFrames = 3
      limits.maxTopicBytes = 10
      let bus = try await harness.join("intake", limits: limits)
      let inbox = bus.subscribe(prefix: [])
      #expect(!bus.publish(topic: bytes("e/1/"), frames: [[UInt8](repeating: 0, count: 1_001)]))
      #expect(!bus.publish(topic: bytes("e/1/"), frames: [[], [], [], []]))
      #expect(!bus.publish(topic: bytes("e/123456789/"), frames: []))
      #expect(!bus.push(to: "intake", frames: [[UInt8](repeating: 0, count: 1_001)]))
      let whole = BusMessage(topic: bytes("e/1234567/"), frames: [[UInt8](repeating: 0, count: 1_000), [], []])
      #expect(bus.publish([whole]))
      #expect(await inbox.take(1) == [.message(whole)])
      #expect(bus.statistics.malformed == 4)
    }
  }
}
