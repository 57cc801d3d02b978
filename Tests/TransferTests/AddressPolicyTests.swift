import TestSupport
import Testing

@testable import Transfer

@Suite(.timeLimit(.minutes(5)))
struct AddressPolicyTests {
  @Test(arguments: [
    "0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.168.1.1", "198.19.0.1", "224.0.0.1", "255.255.255.255", "::", "::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:7f00:1::", "2001:db8::1", "fc00::1", "fd12:3456::1", "fe80::1",
    "ff02::1", "::127.0.0.1",
  ])
  func specialAddressesAreNotPublic(text: String) throws {
    #expect(try !#require(IPAddress(text)).isPublic)
  }

  @Test(arguments: [
    "1.1.1.1", "8.8.8.8", "172.15.255.255", "172.32.0.0", "100.63.255.255", "100.128.0.0", "223.255.255.255",
    "2400:3200::1", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808",
  ])
  func otherAddressesArePublic(text: String) throws {
    #expect(try #require(IPAddress(text)).isPublic)
  }

  @Test func rangesContainTheirAddressesOnly() throws {
    let range = try AddressRange("10.20.16.0/20")
    #expect(range.contains(try #require(IPAddress("10.20.31.255"))))
    #expect(range.contains(try #require(IPAddress("::ffff:10.20.16.1"))))
    #expect(!range.contains(try #require(IPAddress("10.20.32.0"))))
    #expect(try AddressRange("::1").contains(try #require(IPAddress("::1"))))
    for text in ["", "10.0.0.0/33", "10.0.0/8", "host/8", "10.0.0.0/-1", "10.0.0.0/"] {
      #expect(throws: TransferError.self) { try AddressRange(text) }
    }
  }

  @Test(arguments: ["127.0.0.1", "localhost", "[::1]", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]"])
  func aRestrictedClientDoesNotReachThisMachine(host: String) async throws {
    let server = try await ChildServer.start("web.py")
    var options = HTTPClientOptions()
    options.addressPolicy = .publicOnly(except: [])
    let request = OutgoingRequest(url: "http://\(host):\(server.port)/echo")
    let error = await #expect(throws: TransferError.self) { try await HTTPClient(options).send(request) }
    #expect(error?.code == .addressRefused)
    #expect(error?.isRetriable == false)
  }

  @Test func anExceptionOpensItsRange() async throws {
    let server = try await ChildServer.start("web.py")
    var options = HTTPClientOptions()
    options.addressPolicy = .publicOnly(except: [try AddressRange("127.0.0.0/8")])
    let request = OutgoingRequest(url: "http://127.0.0.1:\(server.port)/echo")
    #expect(try await HTTPClient(options).send(request).status == 200)
  }
}
