import Domain
import Foundation
import GridNetwork
import Testing

@testable import GridctlCore

@Suite struct DemoAccountTests {
  private func accounts(_ network: String) throws -> DemoAccounts {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let source = DirectorySource(path: repository.appendingPathComponent("deploy/networks/\(network)").path)
    let loaded = try NetworkReader.read(source, geometry: .skip)
    return DemoAccounts(policy: loaded.policy)
  }

  @Test func aCityHasPeopleInEveryDistrictAndKeysOfItsOwn() throws {
    let accounts = try accounts("shenzhen")
    let people = accounts.people
    let districts = accounts.policy.units.roots.map(\.code)
    #expect(districts.count == 9)
    for district in districts {
      let roles = Set(people.filter { $0.unit == district }.map(\.role))
      #expect(roles.isSuperset(of: Set(Role.allCases).subtracting([.source])), "\(district)")
      #expect(people.count { $0.username.hasPrefix("officer@\(district)") } >= 2)
    }
    let centre = Set(people.filter { $0.unit == "440300" }.map(\.role))
    #expect(centre == [.dispatcher, .supervisor, .hotline, .inspector, .auditor, .admin])
    #expect(people.contains { $0.username == "supervisor@440300" })
    for department in accounts.policy.departments.keys {
      #expect(people.contains { $0.department == department && $0.role == .handler })
    }
    #expect(people.count < 300, "each password costs tens of milliseconds: \(people.count)")
    #expect(accounts.keyUnits == ["440300"] + districts)
  }

  @Test func aDistrictHasPeopleInEveryStreet() throws {
    let accounts = try accounts("baoan")
    let streets = accounts.policy.units.children(of: "440306")
    #expect(streets.count == 10)
    for street in streets { #expect(accounts.people.contains { $0.username == "officer@\(street.code)" }) }
    #expect(accounts.keyUnits == ["440306"])
  }
}
