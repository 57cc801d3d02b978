import Domain
import Journal
import TestSupport
import Testing

/// A machine, a journal, and a bus between them that loses, repeats and reorders.
private struct RandomFollowing {
  private enum Word {
    case slice(JournalSlice)
    case beacon(JournalPosition)
  }

  private var random: SeededRandom
  private var chain = Chain()
  private var machine = FollowMachine(position: Chain().position(0))
  private var now: Int64 = 0
  private var onTheWay: [(at: Int64, word: Word)] = []
  private var reading: (at: Int64, answer: JournalSlice?)?
  private(set) var applied: [Int64] = []
  private let loss: Int

  init(seed: UInt64) {
    random = SeededRandom(seed: seed)
    loss = Int.random(in: 0...100, using: &random)
  }

  /// Writes at least so many events while following, then waits for the machine to reach the end; false when it
  /// does not.
  mutating func run(events: Int) -> Bool {
    while chain.events.count < events {
      if Int.random(in: 0..<3, using: &random) == 0 { write() }
      step()
    }
    for _ in 0..<20_000 where machine.position != chain.end { step() }
    return machine.position == chain.end && applied == chain.events.map(\.seq)
  }

  private mutating func write() {
    let first = chain.events.count + 1
    if Int.random(in: 0..<40, using: &random) == 0 { chain.epoch += 1 }
    for _ in 0...Int.random(in: 0..<4, using: &random) { chain.append() }
    let run = chain.slice(first...chain.events.count)
    for _ in 0..<Int.random(in: 1...2, using: &random) { send(.slice(run)) }
    if Int.random(in: 0..<4, using: &random) == 0 { send(.beacon(chain.end)) }
  }

  private mutating func send(_ word: Word) {
    if Int.random(in: 0..<100, using: &random) < loss { return }
    onTheWay.append((now + Int64.random(in: 0...25_000, using: &random), word))
  }

  private mutating func step() {
    now += Int64.random(in: 0...4_000, using: &random)
    for (_, word) in onTheWay.filter({ $0.at <= now }).shuffled(using: &random) {
      switch word {
      case .slice(let slice): machine.offer(slice, at: now)
      case .beacon(let end): machine.offer(beacon: end, at: now)
      }
    }
    onTheWay.removeAll { $0.at <= now }
    if Int.random(in: 0..<50, using: &random) == 0 {
      machine.offer(head: chain.end, appliedBefore: machine.position, at: now)
    }
    if let read = reading {
      if read.at <= now {
        reading = nil
        machine.read(read.answer, at: now)
      }
      return
    }
    switch machine.next(at: now) {
    case .wait: break
    case .halt(let fault): Issue.record("halted: \(fault)")
    case .read(let seq):
      let answer = chain.read(after: seq, limit: Int.random(in: 1...20, using: &random))
      reading = (now + Int64.random(in: 0...6_000, using: &random), answer)
    case .apply(let slice):
      applied += slice.events.map(\.seq)
      machine.applied(slice.end)
    }
  }
}

@Suite struct FollowMachineRandomTests {
  @Test func whateverTheBusDoesEachEventIsAppliedOnceInOrder() {
    var random = SeededRandom.announced("FollowMachineRandomTests")
    for _ in 0..<300 {
      let seed = random.next()
      var following = RandomFollowing(seed: seed)
      let isDone = following.run(events: 120)
      #expect(isDone, "walk \(seed) of seed \(random.seed): applied \(following.applied.count)")
    }
  }
}
