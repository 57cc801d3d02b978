import Testing

@testable import PostgresClient

private typealias Machine = PoolStateMachine

/// Short names for the numbers: connections `c(1)`, waiters `w(1)`.
private func c(_ number: Int) -> Machine.ConnectionID { Machine.ConnectionID(number: number) }
private func w(_ number: Int) -> Machine.WaiterID { Machine.WaiterID(number: number) }

private let second: Int64 = 1_000_000

private func limits(connections: Int = 2, waiters: Int = 8) -> PostgresPoolLimits {
  var limits = PostgresPoolLimits(maxConnections: connections)
  limits.maxWaiters = waiters
  limits.idleMilliseconds = 60_000
  limits.minReconnectMilliseconds = 100
  limits.maxReconnectMilliseconds = 1_000
  return limits
}

/// A machine with one connection, in the hands of waiter 1.
private func machineWithOneLeased(_ limits: PostgresPoolLimits = limits()) -> Machine {
  var machine = Machine(limits: limits)
  _ = machine.lease(w(1), deadline: 5 * second, now: 0)
  _ = machine.connected(c(1), now: 0)
  return machine
}

@Suite struct PoolStateMachineLeaseTests {
  @Test func theFirstLeaseConnectsAndIsServedByTheNewConnection() {
    var machine = Machine(limits: limits())
    #expect(
      machine.lease(w(1), deadline: 5 * second, now: 0) == [.connect(c(1)), .wake(atMicroseconds: 5 * second)])
    #expect(machine.connected(c(1), now: 10) == [.hand(c(1), to: w(1))])
  }

  @Test func anIdleConnectionIsHandedOutAtOnce() {
    var machine = machineWithOneLeased()
    #expect(machine.release(c(1), isUsable: true, now: 20) == [])
    #expect(machine.lease(w(2), deadline: 9 * second, now: 30) == [.hand(c(1), to: w(2))])
  }

  @Test func theMostRecentlyUsedIdleConnectionIsTakenFirst() {
    var machine = machineWithOneLeased()
    _ = machine.lease(w(2), deadline: 5 * second, now: 0)
    _ = machine.connected(c(2), now: 0)
    _ = machine.release(c(2), isUsable: true, now: 1)
    _ = machine.release(c(1), isUsable: true, now: 2)
    #expect(machine.lease(w(3), deadline: 5 * second, now: 3) == [.hand(c(1), to: w(3))])
  }

  @Test func noMoreConnectionsThanAllowedAndTheLongestWaiterFirst() {
    var machine = machineWithOneLeased(limits(connections: 1))
    #expect(machine.lease(w(2), deadline: 6 * second, now: 1) == [])
    #expect(machine.lease(w(3), deadline: 6 * second, now: 2) == [])
    #expect(machine.release(c(1), isUsable: true, now: 3) == [.hand(c(1), to: w(2))])
    #expect(machine.release(c(1), isUsable: true, now: 4) == [.hand(c(1), to: w(3))])
  }

  @Test func tooManyWaitersAreRefusedAtOnce() {
    var machine = machineWithOneLeased(limits(connections: 1, waiters: 1))
    _ = machine.lease(w(2), deadline: 6 * second, now: 1)
    #expect(machine.lease(w(3), deadline: 6 * second, now: 2) == [.fail(w(3), .exhausted)])
  }

  @Test func aWaiterFailsAtItsDeadline() {
    var machine = machineWithOneLeased(limits(connections: 1))
    _ = machine.lease(w(2), deadline: 6 * second, now: 1)
    #expect(machine.timerFired(now: 5 * second) == [.wake(atMicroseconds: 6 * second)])
    #expect(machine.timerFired(now: 6 * second) == [.fail(w(2), .exhausted)])
    #expect(machine.release(c(1), isUsable: true, now: 7 * second) == [])
  }

  @Test func aCancelledWaiterFailsOnceAndIsNotServed() {
    var machine = machineWithOneLeased(limits(connections: 1))
    _ = machine.lease(w(2), deadline: 6 * second, now: 1)
    #expect(machine.cancel(w(2)) == [.fail(w(2), .cancelled)])
    #expect(machine.cancel(w(2)) == [])
    #expect(machine.release(c(1), isUsable: true, now: 3) == [])
  }

  @Test func cancellingWhoHasItsConnectionDoesNothing() {
    var machine = machineWithOneLeased()
    #expect(machine.cancel(w(1)) == [])
  }
}

@Suite struct PoolStateMachineFailureTests {
  @Test func aBrokenConnectionIsReplacedForWhoWaits() {
    var machine = machineWithOneLeased(limits(connections: 1))
    _ = machine.lease(w(2), deadline: 6 * second, now: 1)
    #expect(machine.release(c(1), isUsable: false, now: 3) == [.disconnect(c(1)), .connect(c(2))])
  }

  @Test func aBrokenConnectionNobodyWaitsForIsOnlyDropped() {
    var machine = machineWithOneLeased()
    #expect(machine.release(c(1), isUsable: false, now: 3) == [.disconnect(c(1))])
  }

  @Test func afterAFailureItTriesAgainLaterAndOneAtATime() {
    var machine = Machine(limits: limits())
    _ = machine.lease(w(1), deadline: 5 * second, now: 0)
    // The step is 100 ms; random 0 picks the shortest delay, half of it.
    #expect(
      machine.connectFailed(c(1), isPermanent: false, now: 1_000, random: 0) == [.wake(atMicroseconds: 51_000)])
    #expect(machine.lease(w(2), deadline: 5 * second, now: 2_000) == [])
    #expect(machine.timerFired(now: 51_000) == [.connect(c(2)), .wake(atMicroseconds: 5 * second)])
    // The next step is 200 ms.
    #expect(
      machine.connectFailed(c(2), isPermanent: false, now: 60_000, random: 0) == [.wake(atMicroseconds: 160_000)])
    #expect(machine.timerFired(now: 160_000) == [.connect(c(3)), .wake(atMicroseconds: 5 * second)])
    #expect(machine.connected(c(3), now: 170_000) == [.hand(c(3), to: w(1)), .connect(c(4))])
  }

  @Test func pausesGrowNoLongerThanTheMaximum() {
    var machine = Machine(limits: limits(connections: 1))
    _ = machine.lease(w(1), deadline: 1_000 * second, now: 0)
    var now: Int64 = 0
    for number in 1...12 {
      let actions = machine.connectFailed(c(number), isPermanent: false, now: now, random: 500_000)
      guard case .wake(let time) = actions.first else {
        Issue.record("no wake-up was asked for")
        return
      }
      #expect(time - now <= 1_000_000)
      now = time
      #expect(machine.timerFired(now: now).first == .connect(c(number + 1)))
    }
  }

  @Test func whoeverWaitsForALostServerHearsThatItIsUnavailable() {
    var machine = Machine(limits: limits())
    _ = machine.lease(w(1), deadline: second, now: 0)
    _ = machine.connectFailed(c(1), isPermanent: false, now: 1_000, random: 0)
    #expect(machine.timerFired(now: second) == [.fail(w(1), .unavailable)])
  }

  @Test func aPermanentRefusalFailsEveryWaiterAtOnce() {
    var machine = Machine(limits: limits(connections: 1))
    _ = machine.lease(w(1), deadline: 5 * second, now: 0)
    _ = machine.lease(w(2), deadline: 5 * second, now: 0)
    #expect(
      machine.connectFailed(c(1), isPermanent: true, now: 10, random: 0)
        == [.fail(w(1), .unavailable), .fail(w(2), .unavailable)])
  }

  @Test func aLeaseAfterTheFailureIsForgottenTriesAtOnce() {
    var machine = Machine(limits: limits())
    _ = machine.lease(w(1), deadline: second, now: 0)
    _ = machine.connectFailed(c(1), isPermanent: false, now: 1_000, random: 0)
    _ = machine.timerFired(now: second)
    #expect(machine.lease(w(2), deadline: 5 * second, now: 2 * second).first == .connect(c(2)))
  }
}

@Suite struct PoolStateMachineEndTests {
  @Test func idleConnectionsBeyondTheKeptOnesAreClosedWhenOld() {
    var machine = machineWithOneLeased()
    _ = machine.lease(w(2), deadline: 5 * second, now: 0)
    _ = machine.connected(c(2), now: 0)
    _ = machine.release(c(1), isUsable: true, now: 10 * second)
    _ = machine.release(c(2), isUsable: true, now: 20 * second)
    _ = machine.timerFired(now: 30 * second)
    #expect(machine.timerFired(now: 70 * second) == [.disconnect(c(1))])
    #expect(machine.timerFired(now: 500 * second) == [], "one is kept for good")
  }

  @Test func closingFailsWaitersClosesIdleAndWaitsForTheLent() {
    var machine = machineWithOneLeased()
    _ = machine.lease(w(2), deadline: 5 * second, now: 0)
    _ = machine.connected(c(2), now: 0)
    _ = machine.release(c(2), isUsable: true, now: 1)
    #expect(machine.close() == [.disconnect(c(2))])
    #expect(machine.lease(w(3), deadline: 5 * second, now: 2) == [.fail(w(3), .closed)])
    #expect(machine.release(c(1), isUsable: true, now: 3) == [.disconnect(c(1)), .drained])
    #expect(machine.close() == [.drained])
  }

  @Test func aConnectionThatComesAfterTheCloseIsClosed() {
    var machine = Machine(limits: limits())
    _ = machine.lease(w(1), deadline: 5 * second, now: 0)
    #expect(machine.close() == [.fail(w(1), .closed)])
    #expect(machine.connected(c(1), now: 5) == [.disconnect(c(1)), .drained])
  }

  @Test func aFailureThatComesAfterTheCloseEndsIt() {
    var machine = Machine(limits: limits())
    _ = machine.lease(w(1), deadline: 5 * second, now: 0)
    _ = machine.close()
    #expect(machine.connectFailed(c(1), isPermanent: false, now: 5, random: 0) == [.drained])
  }

  @Test func anEmptyPoolIsDrainedAtOnce() {
    var machine = Machine(limits: limits())
    #expect(machine.close() == [.drained])
  }
}
