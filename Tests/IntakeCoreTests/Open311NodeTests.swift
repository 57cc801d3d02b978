import Testing

@testable import IntakeCore

@Suite struct Open311NodeTests {
  private let node = Open311Node.list(
    of: "request",
    [
      .object([
        "id": .text("a<b>&\"c\"\u{1}"), "lat": .number(22.5), "none": .text(nil), "open": .flag(true),
        "code": .integer(404), "values": .list(of: "value", [.text("x"), .text("y")]),
      ])
    ])

  @Test func writesXMLThatCanBeRead() throws {
    let xml = try SmallXML(String(decoding: node.xml(root: "requests"), as: UTF8.self))
    #expect(xml["/requests/request/id"] == ["a<b>&\"c\""])
    #expect(xml["/requests/request/lat"] == ["22.5"] && xml["/requests/request/none"] == [""])
    #expect(xml["/requests/request/values/value"] == ["x", "y"])
  }

  @Test func writesJSONWithoutTheWrapping() throws {
    let expected =
      #"[{"id":"a<b>&\"c\"\u0001","lat":22.5,"none":null,"open":true,"code":404,"values":["x","y"]}]"#
    #expect(String(decoding: node.json(), as: UTF8.self) == expected)
  }

  @Test(arguments: [
    ("requests/440306-1.json", Open311Path.Resource.request("440306-1"), Open311Path.Format.json),
    ("services.xml", .services, .xml), ("discovery", .discovery, .xml), ("tokens/7.json", .token("7"), .json),
    ("servicerequestupdates.json", .updates, .json),
  ])
  func readsPaths(path: String, resource: Open311Path.Resource, format: Open311Path.Format) {
    #expect(Open311Path(path).resource == resource && Open311Path(path).format == format)
  }

  @Test(arguments: ["", "nothing.json", "requests/1/2.json", "../x", "services/1/2"])
  func knowsNoOtherPaths(path: String) { #expect(Open311Path(path).resource == nil) }
}
