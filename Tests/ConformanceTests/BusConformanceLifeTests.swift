import MessageBus
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BusConformanceLifeTests {
  @Test(arguments: BusKind.allCases)
  func aVanishedPeerIsHeardNoMoreAndAReturningOneAgain(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let (publisher, listener, inbox) = try await harness.pair(hearing: "e/")

      listener.setPeers([])
      #expect(await publisher.wait { $0.remoteSubscriptions == 0 })
      #expect(await listener.wait { $0.publishersConnected == 0 && $0.peersKnown == 0 })
      publisher.publish(topic: bytes("e/1/"), frames: [bytes("unheard")])
      #expect(await publisher.wait { $0.published == 1 })

      let peer = try #require(publisher.ownPeer)
      listener.setPeers([peer])
      listener.setPeers([peer])
      #expect(await publisher.wait { $0.remoteSubscriptions == 1 })
      publisher.publish(topic: bytes("e/1/"), frames: [bytes("heard")])
      #expect(await inbox.take(1) == [.message(BusMessage(topic: bytes("e/1/"), frames: [bytes("heard")]))])
    }
  }

  @Test(arguments: BusKind.allCases)
  func aFinishedSubscriptionEndsWithTheNextMessage(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let publisher = try await harness.join("intake")
      let listener = try await harness.join("stats")
      let kept = listener.subscribe(prefix: bytes("e/1/"))
      let finished = listener.subscribe(prefix: bytes("e/2/"))
      await harness.connectAll()
      #expect(await publisher.wait { $0.remoteSubscriptions == 2 })
      finished.finish()
      publisher.publish(topic: bytes("e/1/"), frames: [])
      #expect(await kept.take(1).count == 1)
      #expect(await publisher.wait { $0.remoteSubscriptions == 1 })
      #expect(await finished.take(1).isEmpty)
    }
  }

  @Test(arguments: BusKind.allCases)
  func stoppingEndsEverythingAndMayBeRepeated(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let (publisher, listener, inbox) = try await harness.pair(hearing: "e/", takesPushes: true)
      #expect(listener.isReady)
      async let unheard = inbox.take(1)
      async let waited = listener.wait { $0.received == 1_000 }
      await listener.stop()
      await listener.stop()
      #expect(await unheard.isEmpty)
      #expect(await !waited)
      #expect(await listener.pulled.take(1).isEmpty)
      #expect(!listener.isReady)
      #expect(!listener.publish(topic: bytes("e/1/"), frames: []))
      #expect(!listener.push(to: "stats", frames: []))
      #expect(await listener.subscribe(prefix: []).take(1).isEmpty)
      #expect(await publisher.wait { $0.remoteSubscriptions == 0 && $0.publishersConnected == 0 })
    }
  }

  @Test(arguments: BusKind.allCases)
  func whatWasPublishedBeforeTheStopIsSent(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let (publisher, _, inbox) = try await harness.pair(hearing: "e/")
      for number in 0..<200 { publisher.publish(topic: bytes("e/1/"), frames: [[UInt8(number)]]) }
      await publisher.stop()
      let events = await inbox.take(200)
      #expect(events.last == .message(BusMessage(topic: bytes("e/1/"), frames: [[199]])))
    }
  }

  @Test(arguments: BusKind.allCases)
  func aCancelledReaderIsLetGo(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let bus = try await harness.join("stats")
      let inbox = bus.subscribe(prefix: [])
      let reader = Task { await inbox.take(1) }
      let waiter = Task { await bus.wait { $0.received == 1 } }
      reader.cancel()
      waiter.cancel()
      #expect(await reader.value.isEmpty)
      #expect(await !waiter.value)
      bus.publish(topic: bytes("e/"), frames: [])
      #expect(await inbox.take(1).count == 1)
    }
  }
}
