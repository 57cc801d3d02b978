import Glibc
import Platform
import Testing

private func isReadable(_ descriptor: Int32) -> Bool {
  var request = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
  return poll(&request, 1, 0) == 1
}

@Suite struct MailboxTests {
  @Test func elementsComeOutInTheOrderTheyWentIn() {
    let mailbox = Mailbox<Int>(maxElements: 3)
    #expect(mailbox.offer(1) == .accepted)
    #expect(mailbox.offer(2) == .accepted)
    #expect(mailbox.drain() == [1, 2])
    #expect(mailbox.drain() == [])
  }

  @Test func aFullMailboxRefusesUntilItIsDrained() {
    let mailbox = Mailbox<Int>(maxElements: 2)
    #expect([1, 2, 3].map(mailbox.offer) == [.accepted, .accepted, .full])
    #expect(mailbox.drain() == [1, 2])
    #expect(mailbox.offer(4) == .accepted)
  }

  @Test func aClosedMailboxRefusesButGivesWhatItHolds() {
    let mailbox = Mailbox<Int>(maxElements: 2)
    #expect(mailbox.offer(1) == .accepted)
    mailbox.close()
    #expect(mailbox.offer(2) == .closed)
    #expect(mailbox.isClosed)
    #expect(mailbox.drain() == [1])
  }

  @Test func drainingIntoABufferExchangesThem() {
    let mailbox = Mailbox<Int>(maxElements: 2)
    var buffer: [Int] = []
    #expect(mailbox.offer(1) == .accepted)
    mailbox.drain(into: &buffer)
    #expect(buffer == [1])
    #expect(mailbox.count == 0)
  }

  @Test func theSignalIsRaisedWhenItStopsBeingEmptyAndWhenItCloses() throws {
    let signal = try EventSignal()
    let mailbox = Mailbox<Int>(maxElements: 4, signal: signal)
    #expect(!isReadable(signal.fileDescriptor))
    _ = mailbox.offer(1)
    #expect(isReadable(signal.fileDescriptor))
    #expect(signal.clear())
    _ = mailbox.offer(2)
    #expect(!isReadable(signal.fileDescriptor), "one signal covers everything until the mailbox is drained")
    #expect(mailbox.drain() == [1, 2])
    _ = mailbox.offer(3)
    #expect(signal.clear())
    mailbox.close()
    #expect(signal.clear())
  }

  @Test func nothingIsLostBetweenManySendersAndOneReceiver() throws {
    let signal = try EventSignal()
    let mailbox = Mailbox<Int>(maxElements: 16, signal: signal)
    let senders = (0..<3).map { sender in
      PinnedThread(name: "sender") {
        for number in 0..<5_000 {
          while mailbox.offer(sender * 5_000 + number) == .full { sched_yield() }
        }
      }
    }
    var received: [Int] = []
    while received.count < 15_000 {
      var request = pollfd(fd: signal.fileDescriptor, events: Int16(POLLIN), revents: 0)
      guard poll(&request, 1, 10_000) == 1 else {
        Issue.record("no signal came although \(15_000 - received.count) elements were missing")
        return
      }
      signal.clear()
      received += mailbox.drain()
    }
    for sender in senders { sender.join() }
    #expect(received.sorted() == Array(0..<15_000))
  }
}

@Suite struct EventSignalTests {
  @Test func manySignalsCountAsOne() throws {
    let signal = try EventSignal()
    #expect(!signal.clear())
    signal.signal()
    signal.signal()
    #expect(isReadable(signal.fileDescriptor))
    #expect(signal.clear())
    #expect(!signal.clear())
    #expect(!isReadable(signal.fileDescriptor))
  }
}
