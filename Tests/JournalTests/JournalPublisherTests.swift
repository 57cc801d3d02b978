import CaseworkSupport
import Domain
import Journal
import MessageBus
import Testing
import Wire

@Suite struct JournalPublisherTests {
  private func run(_ seqs: ClosedRange<Int64>, district: UnitCode = "d") -> JournalRun {
    JournalRun(
      district: district, epoch: 1, firstSeq: seqs.lowerBound, at: CaseworkFixture.start,
      previousHash: JournalHash.origin, lastHash: [UInt8](repeating: UInt8(seqs.upperBound), count: 32),
      entries: seqs.map { JournalRun.Entry(caseNumber: $0, kind: "filed", actor: "user:a", body: [1]) })
  }

  private func bus() -> LoopbackBus {
    LoopbackBus(network: LoopbackNetwork(), service: "dispatcher", instance: "1")
  }

  private func messages(_ inbox: BusInbox) async -> [BusMessage] {
    await inbox.nextBatch(maxEvents: 100).compactMap { event in
      if case .message(let message) = event { message } else { nil }
    }
  }

  @Test func whatWasCommittedIsPublishedUnderItsDistrict() async throws {
    let bus = bus()
    let (own, other) = (bus.subscribe(prefix: Topics.events("d")), bus.subscribe(prefix: Topics.events("e")))
    let publisher = JournalPublisher(bus: bus)
    publisher.publish(run(1...3))
    publisher.publish(run(1...1, district: "e"))
    #expect(try await messages(own).map { try JournalRun(decoding: $0.frames[0]) } == [run(1...3)])
    #expect(await messages(other).count == 1)
  }

  @Test(.timeLimit(.minutes(5))) func beaconsTellTheHighestEndOfEachDistrict() async throws {
    let bus = bus()
    let inbox = bus.subscribe(prefix: Array("b/".utf8))
    let publisher = JournalPublisher(bus: bus)
    publisher.publish(run(4...6))
    publisher.publish(run(2...3))
    publisher.publish(run(1...1, district: "e"))
    let task = Task { await publisher.runBeacons() }
    var beacons = try await messages(inbox).map { try JournalBeacon(decoding: $0.frames[0]) }
    while beacons.count < 2 { beacons += try await messages(inbox).map { try JournalBeacon(decoding: $0.frames[0]) } }
    #expect(beacons.prefix(2).map(\.lastSeq).sorted() == [1, 6], "a run that came late does not set it back")
    publisher.publish(run(7...9))
    while beacons.last(where: { $0.district == "d" })?.lastSeq != 9 {
      beacons += try await messages(inbox).map { try JournalBeacon(decoding: $0.frames[0]) }
    }
    task.cancel()
    await task.value
  }

  @Test func aWakeUpNamesTheCases() async throws {
    let network = LoopbackNetwork()
    let (intake, dispatcher) = (
      LoopbackBus(network: network, service: "intake", instance: "1"),
      LoopbackBus(network: network, service: "dispatcher", instance: "1")
    )
    intake.setPeers([dispatcher.ownPeer].compactMap { $0 })
    JournalPublisher(bus: intake).wakeDispatcher("d", caseNumbers: [4, 5])
    let wakeUps = try await messages(dispatcher.pulled).map { try WakeUp(decoding: $0.frames[0]) }
    #expect(wakeUps == [WakeUp(district: "d", caseNumbers: [4, 5])])
  }
}
