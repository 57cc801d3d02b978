import Casework
import Domain
import Platform

/// Keeps tests of channels rare: a mailbox and another system's door are not to be flooded from a page. From any thread.
final class ChannelTestLimiter: Sendable {
  /// Between two tests of one channel.
  static let pauseSeconds: Int64 = 5
  /// In one window.
  static let maxTests = 20
  static let windowSeconds: Int64 = 3_600

  private struct Key: Hashable {
    let district: UnitCode
    let channel: ChannelTest.Channel
  }

  private let asked = Locked<[Key: [Int64]]>([:])

  /// Counts a test; nil where it may be sent, else the seconds to wait.
  func begin(
    _ district: UnitCode, _ channel: ChannelTest.Channel, now: Int64 = MonotonicClock.microseconds
  ) -> Int? {
    asked.withLock { asked in
      let key = Key(district: district, channel: channel)
      let recent = (asked[key] ?? []).filter { now - $0 < Self.windowSeconds * 1_000_000 }
      asked[key] = recent
      let free = max(
        recent.last.map { $0 + Self.pauseSeconds * 1_000_000 } ?? now,
        recent.count < Self.maxTests ? now : (recent.first ?? now) + Self.windowSeconds * 1_000_000)
      guard free <= now else { return Int((free - now + 999_999) / 1_000_000) }
      asked[key, default: []].append(now)
      return nil
    }
  }
}
