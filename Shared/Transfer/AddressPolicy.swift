import Glibc

/// Which addresses a client may connect to. It is asked for each address at the moment of the connect, after the name
/// was resolved, so that no name can lead elsewhere.
public enum AddressPolicy: Hashable, Sendable {
  case any
  /// Public addresses and the given exceptions; for addresses that people outside may choose. Those of webhooks are
  /// named by operators, who may mean a host of their own network.
  case publicOnly(except: [AddressRange])

  func admits(_ address: IPAddress) -> Bool {
    switch self {
    case .any: true
    case .publicOnly(let exceptions): address.isPublic || exceptions.contains { $0.contains(address) }
    }
  }
}

/// A range of addresses, as `10.1.0.0/16` or `fd00::/8`.
public struct AddressRange: Hashable, Sendable {
  private let base: IPAddress
  private let prefixBits: Int

  /// - Throws: `TransferError` with `.invalidRequest` unless `text` is an address with an optional prefix length.
  public init(_ text: String) throws(TransferError) {
    let parts = text.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let base = IPAddress(String(parts[0])) else {
      throw TransferError(.invalidRequest, "an address range begins with no address")
    }
    let allBits = base.bytes.count * 8
    guard let bits = parts.count == 2 ? Int(parts[1]) : allBits, (0...allBits).contains(bits) else {
      throw TransferError(.invalidRequest, "an address range ends in no prefix length")
    }
    self.init(base: base, prefixBits: bits)
  }

  fileprivate init(base: IPAddress, prefixBits: Int) {
    self.base = base
    self.prefixBits = prefixBits
  }

  func contains(_ address: IPAddress) -> Bool {
    let address = address.embedded ?? address
    guard address.bytes.count == base.bytes.count else { return false }
    let whole = prefixBits / 8
    guard address.bytes.prefix(whole) == base.bytes.prefix(whole) else { return false }
    let rest = prefixBits % 8
    guard rest > 0 else { return true }
    let mask = UInt8(truncatingIfNeeded: 0xff << (8 - rest))
    return address.bytes[whole] & mask == base.bytes[whole] & mask
  }
}

/// An IPv4 or IPv6 address.
struct IPAddress: Hashable, Sendable {
  /// 4 or 16 bytes in network order.
  let bytes: [UInt8]

  init?(_ text: String) {
    var four = in_addr()
    var six = in6_addr()
    if inet_pton(AF_INET, text, &four) == 1 {
      bytes = withUnsafeBytes(of: &four) { Array($0) }
    } else if inet_pton(AF_INET6, text, &six) == 1 {
      bytes = withUnsafeBytes(of: &six) { Array($0) }
    } else {
      return nil
    }
  }

  /// The address in a socket address of the system; nil for other families.
  init?(_ address: UnsafePointer<sockaddr>) {
    switch Int32(address.pointee.sa_family) {
    case AF_INET:
      bytes = address.withMemoryRebound(to: sockaddr_in.self, capacity: 1) { pointer in
        withUnsafeBytes(of: pointer.pointee.sin_addr) { Array($0) }
      }
    case AF_INET6:
      bytes = address.withMemoryRebound(to: sockaddr_in6.self, capacity: 1) { pointer in
        withUnsafeBytes(of: pointer.pointee.sin6_addr) { Array($0) }
      }
    default: return nil
    }
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// The IPv4 address inside an IPv6 one: mapped, by NAT64, or by 6to4.
  var embedded: IPAddress? {
    guard bytes.count == 16 else { return nil }
    let zeros = [UInt8](repeating: 0, count: 16)
    if bytes.prefix(12) == zeros.prefix(10) + [0xff, 0xff] { return IPAddress(bytes: Array(bytes[12...])) }
    if bytes.prefix(12) == [0, 0x64, 0xff, 0x9b] + zeros.prefix(8) { return IPAddress(bytes: Array(bytes[12...])) }
    if bytes.prefix(2) == [0x20, 0x02] { return IPAddress(bytes: Array(bytes[2..<6])) }
    return nil
  }

  /// Whether the address is reachable from everywhere, by the registries of special addresses (RFC 6890).
  var isPublic: Bool {
    if let embedded { return embedded.isPublic }
    return !Self.special.contains { $0.contains(self) }
  }

  private static let special: [AddressRange] = [
    // IPv4: this network, private, shared, loopback, link-local, protocols, documentation, benchmarks, multicast, rest
    "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24",
    "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24",
    "224.0.0.0/4", "240.0.0.0/4",
    // IPv6: unspecified, loopback and compatible, local NAT64, discard, protocols, documentation, private, link-local,
    // site-local, multicast
    "::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "3fff::/20", "fc00::/7", "fe80::/10",
    "fec0::/10", "ff00::/8",
  ].map { text in
    let parts = text.split(separator: "/")
    guard let base = IPAddress(String(parts[0])), let bits = Int(parts[1]) else {
      preconditionFailure("the table of special addresses holds a malformed range: \(text)")
    }
    return AddressRange(base: base, prefixBits: bits)
  }
}
