import Domain
import Journal
import Testing

@Suite struct FollowMachineTests {
  private let chain = Chain(count: 20)
  private let reorder = FollowMachine.reorderMicroseconds

  /// A machine that has applied so many events.
  private func machine(at seq: Int = 0) -> FollowMachine { FollowMachine(position: chain.position(seq)) }

  private func apply(_ machine: inout FollowMachine, upTo seq: Int) { machine.applied(chain.position(seq)) }

  @Test func whatContinuesIsAppliedAtOnce() {
    var machine = machine(at: 4)
    #expect(machine.next(at: 0) == .wait(until: nil))
    machine.offer(chain.slice(5...7), at: 0)
    #expect(machine.lag == 3)
    #expect(machine.next(at: 0) == .apply(chain.slice(5...7)))
    apply(&machine, upTo: 7)
    #expect(machine.next(at: 0) == .wait(until: nil))
    #expect(machine.lag == 0)
  }

  @Test func whatCameOutOfOrderWaitsForWhatItOvertook() {
    var machine = machine()
    machine.offer(chain.slice(4...6), at: 100)
    #expect(machine.next(at: 100) == .wait(until: 100 + reorder))
    machine.offer(chain.slice(2...3), at: 200)
    #expect(machine.next(at: 200) == .wait(until: 100 + reorder), "the gap is as old as its first sign")
    machine.offer(chain.slice(1...1), at: 300)
    #expect(machine.next(at: 300) == .apply(chain.slice(1...6)), "joined into one")
    apply(&machine, upTo: 6)
    #expect(machine.next(at: 300) == .wait(until: nil))
  }

  @Test func aGapThatStaysIsRead() {
    var machine = machine()
    machine.offer(chain.slice(4...6), at: 100)
    #expect(machine.next(at: 99 + reorder) == .wait(until: 100 + reorder))
    #expect(machine.next(at: 100 + reorder) == .read(after: 0))
    machine.read(chain.read(after: 0, limit: 3), at: 200 + reorder)
    #expect(machine.next(at: 200 + reorder) == .apply(chain.slice(1...6)))
  }

  @Test func whatWasAppliedBeforeIsDropped() {
    var machine = machine(at: 6)
    machine.offer(chain.slice(1...3), at: 0)
    machine.offer(chain.slice(4...6), at: 0)
    machine.offer(beacon: chain.position(5), at: 0)
    #expect(machine.next(at: 0) == .wait(until: nil))
    machine.offer(chain.slice(7...8), at: 0)
    machine.offer(chain.slice(7...8), at: 0)
    #expect(machine.next(at: 0) == .apply(chain.slice(7...8)))
    apply(&machine, upTo: 8)
    #expect(machine.next(at: 0) == .wait(until: nil))
  }

  @Test func whatOnlyPartlyContinuesIsReadFromTheJournal() {
    var machine = machine(at: 5)
    machine.offer(chain.slice(4...8), at: 0)
    #expect(machine.next(at: 0) == .wait(until: reorder))
    #expect(machine.next(at: reorder) == .read(after: 5))
  }

  @Test func aLostTailIsKnownByTheBeacon() {
    var machine = machine(at: 5)
    machine.offer(beacon: chain.position(9), at: 50)
    #expect(machine.lag == 4)
    #expect(machine.next(at: 50) == .wait(until: 50 + reorder))
    #expect(machine.next(at: 50 + reorder) == .read(after: 5))
    machine.read(chain.read(after: 5), at: 60 + reorder)
    #expect(machine.next(at: 60 + reorder) == .apply(chain.slice(6...20)), "the journal may have more by now")
  }

  @Test func aLostTailIsKnownByTheHead() {
    var machine = machine(at: 5)
    machine.offer(head: chain.end, appliedBefore: chain.position(5), at: 0)
    #expect(machine.next(at: reorder) == .read(after: 5))
  }

  @Test func anEndThatTheJournalDoesNotHaveIsForgotten() {
    var machine = machine(at: 20)
    machine.offer(beacon: JournalPosition(seq: 25, epoch: 1, hash: [9]), at: 0)
    #expect(machine.next(at: reorder) == .read(after: 20))
    machine.read(nil, at: reorder)
    #expect(machine.next(at: 2 * reorder) == .wait(until: nil))
    #expect(machine.lag == 0)
  }

  @Test func whatIsToldDuringAReadIsNotForgotten() {
    var machine = machine(at: 15)
    machine.offer(beacon: chain.position(16), at: 0)
    #expect(machine.next(at: reorder) == .read(after: 15))
    machine.offer(beacon: chain.position(18), at: reorder)
    machine.read(nil, at: reorder)
    #expect(machine.next(at: reorder) == .wait(until: 2 * reorder))
    #expect(machine.next(at: 2 * reorder) == .read(after: 15))
  }

  @Test func aCopyThatWasQuickerMovesThePosition() {
    var machine = machine(at: 2)
    machine.offer(chain.slice(3...4), at: 0)
    machine.offer(chain.slice(5...6), at: 0)
    #expect(machine.next(at: 0) == .apply(chain.slice(3...6)))
    apply(&machine, upTo: 10)
    #expect(machine.next(at: 0) == .wait(until: nil))
    machine.offer(chain.slice(11...12), at: 0)
    #expect(machine.next(at: 0) == .apply(chain.slice(11...12)))
  }

  @Test func beginningAgainReadsFromTheFirstEvent() {
    var machine = machine(at: 20)
    apply(&machine, upTo: 0)
    #expect(machine.next(at: 0) == .wait(until: reorder))
    #expect(machine.next(at: reorder) == .read(after: 0))
  }

  @Test func theQueueIsBoundedAndTheRestIsRead() {
    let chain = Chain(count: 600)
    var machine = FollowMachine(position: chain.position(0))
    for seq in 2...600 { machine.offer(chain.slice(seq...seq), at: 0) }
    machine.offer(chain.slice(1...1), at: 0)
    #expect(machine.next(at: 0) == .wait(until: reorder), "no room was left even for the first")
    #expect(machine.next(at: reorder) == .read(after: 0))
    machine.read(chain.read(after: 0, limit: 1), at: reorder)
    #expect(machine.next(at: reorder) == .apply(chain.slice(1...FollowMachine.maxHeldSlices + 1)))
  }

  @Test func anApplicationIsBounded() {
    let chain = Chain(count: 6_000)
    var machine = FollowMachine(position: chain.position(0))
    for first in stride(from: 1, to: 6_000, by: 500) { machine.offer(chain.slice(first...first + 499), at: 0) }
    #expect(machine.next(at: 0) == .apply(chain.slice(1...FollowMachine.maxAppliedEvents)))
  }
}

@Suite struct FollowMachineHaltTests {
  private let chain = Chain(count: 20)
  private let reorder = FollowMachine.reorderMicroseconds

  /// What came of a failover that lost all after 10 and wrote other events.
  private func forked(epoch: Int32) -> Chain {
    var fork = chain
    fork.cut(to: 10)
    fork.epoch = epoch
    for _ in 0..<5 { fork.append("other") }
    return fork
  }

  @Test func otherContentInTheJournalHalts() {
    for epoch: Int32 in [1, 2] {
      let fork = forked(epoch: epoch)
      var machine = FollowMachine(position: chain.position(12))
      machine.offer(head: fork.end, appliedBefore: chain.position(12), at: 0)
      #expect(machine.next(at: reorder) == .read(after: 12))
      machine.read(fork.read(after: 12), at: reorder)
      #expect(machine.next(at: reorder) == .halt(.otherContent(seq: 13)))
      machine.offer(chain.slice(13...14), at: reorder)
      #expect(machine.next(at: reorder) == .halt(.otherContent(seq: 13)), "for good")
    }
  }

  @Test func aHeadWithOtherContentHalts() {
    let fork = forked(epoch: 1)
    var machine = FollowMachine(position: chain.position(15))
    machine.offer(head: fork.end, appliedBefore: chain.position(15), at: 0)
    #expect(machine.next(at: 0) == .halt(.otherContent(seq: 15)))
  }

  @Test func aJournalShorterThanWhatWasAppliedHalts() {
    var machine = FollowMachine(position: chain.position(20))
    machine.offer(head: forked(epoch: 2).end, appliedBefore: chain.position(20), at: 0)
    #expect(machine.next(at: 0) == .halt(.shorter(applied: 20, journal: 15)))
  }

  @Test func aHeadReadBeforeTheLastApplicationDoesNotHalt() {
    var machine = FollowMachine(position: chain.position(20))
    machine.offer(head: chain.position(15), appliedBefore: chain.position(15), at: 0)
    #expect(machine.next(at: 0) == .wait(until: nil))
    machine.applied(chain.position(0))
    machine.offer(head: chain.position(15), appliedBefore: chain.position(20), at: 0)
    #expect(machine.next(at: reorder) == .read(after: 0), "begun again while the head was read")
  }

  @Test func anOlderEpochInTheJournalHalts() {
    var fork = chain
    fork.epoch = 3
    for _ in 0..<2 { fork.append() }
    var machine = FollowMachine(position: fork.position(22))
    let old = JournalPosition(seq: 23, epoch: 2, hash: [7])
    machine.offer(head: old, appliedBefore: fork.position(22), at: 0)
    #expect(machine.next(at: 0) == .halt(.otherEpoch(applied: 3, journal: 2)))
  }

  @Test func theBusIsNotBelievedAgainstTheJournal() {
    let fork = forked(epoch: 1)
    var machine = FollowMachine(position: chain.position(12))
    machine.offer(fork.slice(13...14), at: 0)
    #expect(machine.next(at: 0) == .read(after: 12))
    machine.read(chain.read(after: 12), at: 0)
    #expect(machine.next(at: 0) == .apply(chain.slice(13...20)))
  }

  @Test func wordsOfAnOldEpochAreDropped() {
    let fork = forked(epoch: 2)
    var machine = FollowMachine(position: fork.position(12))
    machine.offer(chain.slice(13...14), at: 0)
    machine.offer(beacon: chain.end, at: 0)
    #expect(machine.next(at: reorder) == .wait(until: nil))
  }

  @Test func aNewEpochThatContinuesTheChainIsFollowed() {
    var later = chain
    later.epoch = 2
    for _ in 0..<4 { later.append() }
    var machine = FollowMachine(position: chain.position(18))
    machine.offer(head: later.end, appliedBefore: chain.position(18), at: 0)
    #expect(machine.next(at: reorder) == .read(after: 18))
    machine.read(later.read(after: 18), at: reorder)
    #expect(machine.next(at: reorder) == .apply(later.slice(19...24)))
    machine.applied(later.end)
    machine.offer(head: later.end, appliedBefore: later.end, at: reorder)
    #expect(machine.next(at: reorder) == .wait(until: nil))
  }

  @Test func aRebuildPassesThroughOldEpochs() {
    var later = chain
    later.epoch = 2
    later.append()
    var machine = FollowMachine(
      position: JournalPosition(seq: 0, epoch: 2, hash: JournalHash.origin))
    machine.offer(head: later.end, appliedBefore: nil, at: 0)
    #expect(machine.next(at: reorder) == .read(after: 0))
    machine.read(later.read(after: 0, limit: 20), at: reorder)
    #expect(machine.next(at: reorder) == .apply(later.slice(1...20)))
    machine.applied(later.position(20))
    machine.offer(head: later.end, appliedBefore: later.position(20), at: reorder)
    #expect(machine.next(at: 2 * reorder) == .read(after: 20))
    machine.read(later.read(after: 20), at: 2 * reorder)
    #expect(machine.next(at: 2 * reorder) == .apply(later.slice(21...21)))
  }
}
