import Domain
import Testing

@testable import GridNetwork

extension SmallNetwork {
  /// With a public page, in lines 13 to 19 of network.yaml.
  fileprivate static var open: SmallNetwork {
    var small = SmallNetwork()
    small.append(
      """
      public:
        report: true
        follow: true
        categories: [E1]
        photos: 2
        reports_per_address: {count: 6, within: 2 urgent_hours}
        shows: [result, photos]
      """, to: "network.yaml")
    return small
  }
}

private let breaks = [
  Break("network.yaml", 14, "  report: perhaps", tells: "`report` must be true or false"),
  Break("network.yaml", 16, "  categories: [E1, E9]", tells: "unknown category E9"),
  Break("network.yaml", 16, "  categories: []", tells: "names nothing that can be reported"),
  Break("network.yaml", 17, "  photos: 7", tells: "`photos` is a number from 0 to 6"),
  Break("network.yaml", 17, "  pictures: 2", tells: "unknown key `pictures`"),
  Break(
    "network.yaml", 18, "  reports_per_adress: {count: 6, within: 2 urgent_hours}",
    tells: "`reports_per_address` is missing", toldAt: 14),
  Break(
    "network.yaml", 18, "  reports_per_address: {count: 0, within: 2 urgent_hours}",
    tells: "`count` is a number from 1 to 1000"),
  Break("network.yaml", 18, "  reports_per_address: {within: 2 urgent_hours}", tells: "`count` is missing"),
  Break("network.yaml", 18, "  reports_per_address: {count: 6}", tells: "`within` is missing"),
  Break(
    "network.yaml", 18, "  reports_per_address: {count: 6, within: 1 work_day}",
    tells: "`within` is time on the wall"),
  Break("network.yaml", 19, "  shows: [officers]", tells: "unknown shows \"officers\""),
]

@Suite("What people may do without signing in")
struct PublicPolicyTests {
  @Test("A network says what its public page takes and shows")
  func isRead() throws {
    let page = try #require(try NetworkReader.read(SmallNetwork.open.source).publicPage)
    #expect(
      page
        == PublicPolicy(
          takesReports: true, letsFollow: true, categories: ["E11", "E12"], photos: 2,
          reportsPerAddress: PublicPolicy.Rate(count: 6, seconds: 7_200), shows: [.result, .photos]))
  }

  @Test("Without the section there is no public page")
  func isOff() throws {
    #expect(try NetworkReader.read(SmallNetwork().source).publicPage == nil)
  }

  @Test("Without categories every kind is taken, a group is not")
  func everyKind() throws {
    var small = SmallNetwork.open
    small.replaceLine(16, of: "network.yaml", with: "")
    let network = try NetworkReader.read(small.source)
    let page = try #require(network.publicPage)
    let taken = network.policy.catalogue.categories.filter { page.takes($0) }.map(\.code.text)
    #expect(taken == ["E11", "E12"])
  }

  @Test("A broken line is named", arguments: breaks)
  func aBrokenLineIsNamed(_ broken: Break) throws { try expectTold(broken, in: .open) }

  @Test("A page on which nothing can be done is refused")
  func idle() throws {
    var small = SmallNetwork.open
    small.replaceLine(14, of: "network.yaml", with: "  report: false")
    #expect(try small.faults() == [])
    small.replaceLine(15, of: "network.yaml", with: "")
    let faults = try small.faults()
    #expect(faults.map(\.message) == ["a public page on which nothing can be done"])
    #expect(faults.map(\.line) == [14])
  }

  @Test("The networks of the repository that have one, and those that have none")
  func repository() throws {
    for name in ["baoan", "nyc"] {
      let page = try #require(try TestNetworks.read(name).publicPage, "\(name)")
      #expect(page.takesReports && page.letsFollow, "\(name)")
    }
    #expect(try NetworkReader.read(TestNetworks.source("jinshan"), geometry: .skip).publicPage == nil)
  }
}
