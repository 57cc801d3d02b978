import Testing

@testable import MessageBus

struct BusInboxTests {
  private func message(_ number: Int, bytes: Int = 1) -> BusMessage {
    BusMessage(topic: [], frames: [[UInt8](repeating: UInt8(truncatingIfNeeded: number), count: bytes)])
  }

  @Test func batchesKeepTheOrder() async {
    let inbox = BusInbox(maxEvents: 100, maxBytes: 1_000)
    for number in 0..<5 { inbox.offer(message(number)) }
    #expect(await inbox.nextBatch(maxEvents: 2) == [.message(message(0)), .message(message(1))])
    #expect(inbox.takeWaiting(maxEvents: 10) == (2..<5).map { .message(message($0)) })
    #expect(inbox.takeWaiting(maxEvents: 10).isEmpty)
  }

  @Test func theGapStandsWhereMessagesAreMissing() async {
    let inbox = BusInbox(maxEvents: 2, maxBytes: 1_000)
    let added = (0..<5).map { inbox.offer(message($0)) }
    #expect(added == [true, true, false, false, false])
    #expect(await inbox.nextBatch(maxEvents: 2).count == 2)
    #expect(await inbox.nextBatch(maxEvents: 2) == [.gap(lost: 3)])
    inbox.offer(message(9))
    #expect(await inbox.nextBatch(maxEvents: 2) == [.message(message(9))])
  }

  @Test func bytesAreBoundedYetOneMessageAlwaysFits() {
    let inbox = BusInbox(maxEvents: 100, maxBytes: 10)
    #expect(inbox.offer(message(1, bytes: 50)))
    #expect(!inbox.offer(message(2, bytes: 1)))
    #expect(inbox.takeWaiting(maxEvents: 1) == [.message(message(1, bytes: 50))])
    #expect(inbox.offer(message(3, bytes: 10)))
    #expect(!inbox.offer(message(4, bytes: 1)))
    #expect(
      inbox.takeWaiting(maxEvents: 10) == [.gap(lost: 1), .message(message(3, bytes: 10)), .gap(lost: 1)])
  }

  @Test func aFinishedInboxGivesWhatItHasAndEnds() async {
    let inbox = BusInbox(maxEvents: 10, maxBytes: 10)
    inbox.offer(message(1))
    inbox.finish()
    #expect(!inbox.offer(message(2)))
    var events: [BusEvent] = []
    for await event in inbox { events.append(event) }
    #expect(events == [.message(message(1))])
  }

  @Test func manyMessagesPassThroughAWaitingReader() async {
    let inbox = BusInbox(maxEvents: 100_000, maxBytes: 1_000_000)
    let reader = Task {
      var sum = 0
      while true {
        let batch = await inbox.nextBatch(maxEvents: 64)
        if batch.isEmpty { return sum }
        sum += batch.count
      }
    }
    for number in 0..<20_000 { inbox.offer(message(number)) }
    inbox.finish()
    #expect(await reader.value == 20_000)
  }
}
