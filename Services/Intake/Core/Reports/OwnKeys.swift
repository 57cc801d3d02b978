import Cryptography
import Synchronization

/// Idempotency keys for requests that came without one.
///
/// A random part per process and a count: unique like random keys, but rising, so that they are appended at one end of
/// the index instead of all over it.
enum OwnKeys {
  /// What no key of a client begins with.
  static let mark: Character = "~"

  private static let process = Hexadecimal.encode(RandomBytes.make(10))
  private static let count = Atomic<UInt64>(0)

  static func next() -> String {
    let number = String(count.wrappingAdd(1, ordering: .relaxed).newValue, radix: 16)
    return "\(mark)\(process)-" + String(repeating: "0", count: 12 - min(12, number.utf8.count)) + number
  }
}
