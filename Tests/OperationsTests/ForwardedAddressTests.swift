import HTTPTypes
import Hummingbird
import NIOCore
import Testing

@testable import Operations

@Suite("The address of a client behind proxies")
struct ForwardedAddressTests {
  private func request(_ forwarded: String...) -> Request {
    var headers = HTTPFields()
    for value in forwarded { headers.append(HTTPField(name: .forwardedFor, value: value)) }
    return Request(
      head: HTTPRequest(method: .get, scheme: "http", authority: "localhost", path: "/", headerFields: headers),
      body: RequestBody(buffer: ByteBuffer()))
  }

  @Test("Nobody's word is taken unless the settings say so")
  func nobody() throws {
    let none = TrustedProxies()
    #expect(none.client(of: request("9.9.9.9"), socket: "127.0.0.1") == "127.0.0.1")
    let proxies = try #require(TrustedProxies("10.0.0.0/8"))
    #expect(proxies.client(of: request("9.9.9.9"), socket: "11.0.0.1") == "11.0.0.1")
  }

  @Test("Of a chain the last address that no trusted proxy has counts, whatever a client wrote before it")
  func chain() throws {
    let proxies = try #require(TrustedProxies("10.0.0.0/8, ::1,192.168.1.4"))
    #expect(proxies.client(of: request("9.9.9.9, 5.5.5.5"), socket: "10.1.2.3") == "5.5.5.5")
    #expect(proxies.client(of: request("9.9.9.9, 5.5.5.5, 10.7.7.7"), socket: "::1") == "5.5.5.5")
    #expect(proxies.client(of: request("9.9.9.9", "5.5.5.5"), socket: "192.168.1.4") == "5.5.5.5")
    #expect(proxies.client(of: request("5.5.5.5, nonsense"), socket: "10.1.2.3") == "10.1.2.3")
    #expect(proxies.client(of: request("2001:db8::7"), socket: "::ffff:10.1.2.3") == "2001:db8::7")
    #expect(proxies.client(of: request(), socket: "10.1.2.3") == "10.1.2.3")
    #expect(proxies.client(of: request("5.5.5.5"), socket: nil) == "5.5.5.5")
  }

  @Test(
    "What is no list of addresses is refused",
    arguments: ["10.0.0.0/33", "proxy", "10.0.0", "::1/129", "1.2.3.4/", "1.2.3.4/x"])
  func refused(_ text: String) { #expect(TrustedProxies(text) == nil) }

  @Test("One connection's many IPv6 addresses share a limit, its neighbours' do not")
  func subjects() {
    #expect(TrustedProxies.subject(of: "2001:db8:1:2::1") == TrustedProxies.subject(of: "2001:db8:1:2:ffff::9"))
    #expect(TrustedProxies.subject(of: "2001:db8:1:2::1") != TrustedProxies.subject(of: "2001:db8:1:3::1"))
    #expect(TrustedProxies.subject(of: "1.2.3.4") == TrustedProxies.subject(of: "::ffff:1.2.3.4"))
    #expect(TrustedProxies.subject(of: "1.2.3.4") != TrustedProxies.subject(of: "1.2.3.5"))
  }
}
