import MessageBus
import Testing

@Suite(.timeLimit(.minutes(5)))
struct BusConformancePushTests {
  @Test(arguments: BusKind.allCases)
  func instancesOfTheServiceTakeTurns(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let intake = try await harness.join("intake")
      let dispatchers = [
        try await harness.join("dispatcher", "1", takesPushes: true),
        try await harness.join("dispatcher", "2", takesPushes: true),
      ]
      let other = try await harness.join("notifier", takesPushes: true)
      await harness.connectAll()
      for number in 0..<10 { #expect(intake.push(to: "dispatcher", frames: [[UInt8(number)], bytes("case")])) }
      var received: [UInt8] = []
      for dispatcher in dispatchers {
        for event in await dispatcher.pulled.take(5) {
          guard case .message(let message) = event else { continue }
          #expect(message.topic.isEmpty)
          #expect(message.frames.count == 2)
          received.append(message.frames[0][0])
        }
      }
      #expect(received.sorted() == Array(0..<10))
      #expect(await intake.wait { $0.pushed == 10 && $0.undeliverable == 0 })
      #expect(other.statistics.received == 0)
    }
  }

  @Test(arguments: BusKind.allCases)
  func aPushNobodyCanTakeIsCounted(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let intake = try await harness.join("intake")
      let dispatcher = try await harness.join("dispatcher", takesPushes: true)
      intake.push(to: "dispatcher", frames: [[1]])
      #expect(await intake.wait { $0.undeliverable == 1 })
      await harness.connectAll()
      intake.push(to: "dispatcher", frames: [[2]])
      #expect(await dispatcher.pulled.take(1) == [.message(BusMessage(topic: [], frames: [[2]]))])

      intake.setPeers([])
      intake.push(to: "dispatcher", frames: [[3]])
      #expect(await intake.wait { $0.undeliverable == 2 && $0.pushed == 1 && $0.pullersConnected == 0 })
    }
  }

  @Test(arguments: BusKind.allCases)
  func aServicePushesToItself(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let dispatcher = try await harness.join("dispatcher", takesPushes: true)
      await harness.connectAll()
      dispatcher.push(to: "dispatcher", frames: [[9]])
      #expect(await dispatcher.pulled.take(1) == [.message(BusMessage(topic: [], frames: [[9]]))])
    }
  }

  @Test(arguments: BusKind.allCases)
  func anOverfullInboxOfWorkShowsItsGap(kind: BusKind) async throws {
    try await BusHarness.run(kind) { harness in
      let intake = try await harness.join("intake")
      var limits = BusLimits()
      limits.maxInboxEvents = 2
      let dispatcher = try await harness.join("dispatcher", takesPushes: true, limits: limits)
      await harness.connectAll()
      for number in 0..<5 { intake.push(to: "dispatcher", frames: [[UInt8(number)]]) }
      #expect(await dispatcher.wait { $0.received == 5 && $0.dropped == 3 })
      let events = await dispatcher.pulled.take(3)
      #expect(events.last == .gap(lost: 3))
    }
  }
}
