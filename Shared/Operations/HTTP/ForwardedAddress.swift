import Glibc
import HTTPTypes
public import Hummingbird

/// The reverse proxies whose word on a client's address is taken: `10.0.0.0/8, 192.168.1.4, ::1`. Of anybody else the
/// header `X-Forwarded-For` is passed over, since whoever sends a request can write it.
public struct TrustedProxies: Sendable, Equatable {
  /// Addresses whose first `bits` are those of `bytes`, 4 bytes long or 16.
  private struct Block: Sendable, Equatable {
    let bytes: [UInt8]
    let bits: Int

    func holds(_ address: [UInt8]) -> Bool {
      guard address.count == bytes.count else { return false }
      return (0..<bits).allSatisfy { bit in
        let mask: UInt8 = 0x80 >> UInt8(bit % 8)
        return address[bit / 8] & mask == bytes[bit / 8] & mask
      }
    }
  }

  /// Addresses of one header that are looked at, from the end.
  static let maxHops = 16

  private let blocks: [Block]

  /// Nobody.
  public init() { blocks = [] }

  /// Nil unless `text` is a list of addresses and blocks of addresses, parted by commas.
  public init?(_ text: String) {
    var blocks: [Block] = []
    for entry in text.split(separator: ",") {
      let parts = entry.filter { $0 != " " }.split(separator: "/", omittingEmptySubsequences: false)
      guard (1...2).contains(parts.count), let bytes = Self.bytes(of: String(parts[0])) else { return nil }
      guard let bits = parts.count == 2 ? Int(parts[1]) : bytes.count * 8, (0...bytes.count * 8).contains(bits) else {
        return nil
      }
      blocks.append(Block(bytes: bytes, bits: bits))
    }
    self.blocks = blocks
  }

  /// The address from which a request came: that of the socket, or, where a trusted proxy is behind it, the last one in
  /// `X-Forwarded-For` that no trusted proxy has.
  ///
  /// - Parameter socket: nil for a Unix socket, whose other end is as local as a trusted proxy.
  public func client(of request: Request, socket: String?) -> String? {
    guard !blocks.isEmpty else { return socket }
    var address = socket
    let hops = request.headers[values: .forwardedFor].flatMap { $0.split(separator: ",") }
    for hop in hops.reversed().prefix(Self.maxHops) {
      guard address.map({ trusts($0) }) ?? true else { break }
      let text = String(hop.filter { $0 != " " })
      // What is no address ends the chain: nobody before it can be believed.
      guard Self.bytes(of: text) != nil else { break }
      address = text
    }
    return address
  }

  func trusts(_ address: String) -> Bool {
    guard let bytes = Self.bytes(of: address) else { return false }
    return blocks.contains { $0.holds(bytes) }
  }

  /// Who shares limits with an address: an IPv4 address by itself, of IPv6 the network of 64 bits that one connection
  /// has to itself.
  public static func subject(of address: String) -> String {
    guard let bytes = bytes(of: address) else { return address }
    return bytes.prefix(8).map { String($0, radix: 16) }.joined(separator: ".")
  }

  /// 4 or 16 bytes; an IPv4 address written as IPv6 (`::ffff:10.0.0.1`) is its 4.
  private static func bytes(of text: String) -> [UInt8]? {
    var four = in_addr()
    if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
    var six = in6_addr()
    guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
    let bytes = withUnsafeBytes(of: six) { Array($0) }
    let isMapped = bytes.prefix(10).allSatisfy { $0 == 0 } && bytes[10] == 0xFF && bytes[11] == 0xFF
    return isMapped ? Array(bytes.suffix(4)) : bytes
  }
}

extension HTTPField.Name {
  // A valid name by the grammar of RFC 9110, so that the failable initialiser does not fail.
  static let forwardedFor = HTTPField.Name("x-forwarded-for").unsafelyUnwrapped
}
