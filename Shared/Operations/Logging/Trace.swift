/// The identifier that ties together the log lines of one piece of work: a request, an event, a sweep.
public enum Trace {
  /// The identifier of the work this task does; nil outside any.
  @TaskLocal public static var current: String?

  /// A new identifier: 16 random bytes in hexadecimal, the shape of a W3C trace id.
  public static func newIdentifier() -> String {
    var generator = SystemRandomNumberGenerator()
    var bytes: [UInt8] = []
    bytes.reserveCapacity(32)
    for _ in 0..<2 {
      let word = generator.next()
      for shift in stride(from: 60, through: 0, by: -4) {
        bytes.append(digits[Int(word >> UInt64(shift) & 0xF)])
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// The trace id of a W3C `traceparent` header (`00-<32 hex>-<16 hex>-<2 hex>`); nil when it is malformed or all zero.
  public static func identifier(ofTraceparent header: String) -> String? {
    let parts = header.split(separator: "-", omittingEmptySubsequences: false)
    guard parts.count == 4, parts[0] == "00", parts[1].utf8.count == 32, parts[2].utf8.count == 16 else { return nil }
    guard parts[1].utf8.allSatisfy({ digits.contains($0) }), parts[1].contains(where: { $0 != "0" }) else { return nil }
    return String(parts[1])
  }
}

private let digits = Array("0123456789abcdef".utf8)
