public import Domain
public import MessageBus
import Platform
public import Wire

/// Publishes what this process committed, and a beacon of each district's end several times a second.
///
/// Thread-safe. What is published may be lost; consumers read the journal for what they miss.
public final class JournalPublisher: Sendable {
  /// How often beacons are sent.
  public static let beaconMilliseconds = 250

  private let bus: any Bus
  private let heads = Locked<[UnitCode: JournalBeacon]>([:])

  public init(bus: any Bus) { self.bus = bus }

  public func publish(_ run: JournalRun) {
    bus.publish(topic: Topics.events(run.district), frames: [run.encoded()])
    let beacon = JournalBeacon(
      district: run.district, epoch: run.epoch, lastSeq: run.lastSeq, lastHash: run.lastHash)
    heads.withLock { heads in
      if let known = heads[run.district], known.lastSeq > beacon.lastSeq { return }
      heads[run.district] = beacon
    }
  }

  /// Tells the dispatcher of cases that wait for it.
  public func wakeDispatcher(_ district: UnitCode, caseNumbers: [Int64]) {
    bus.push(to: "dispatcher", frames: [WakeUp(district: district, caseNumbers: caseNumbers).encoded()])
  }

  /// Sends beacons until the task is cancelled.
  public func runBeacons() async {
    while !Task.isCancelled {
      let beacons = heads.withLock { Array($0.values) }
      if !beacons.isEmpty {
        bus.publish(
          beacons.map { BusMessage(topic: Topics.beacons($0.district), frames: [$0.encoded()]) })
      }
      try? await Task.sleep(for: .milliseconds(Self.beaconMilliseconds))
    }
  }
}
