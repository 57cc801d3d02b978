import Domain
import Testing

@testable import GridNetwork

@Suite struct NetworkReaderTests {
  // The plan of Shenzhen is drawn by the generator, whose seams other tests look at: a minute of GEOS would add nothing.
  @Test(arguments: TestNetworks.names.filter { $0 != "shenzhen" })
  func theNetworksOfTheRepositoryAreFaultless(name: String) throws {
    #expect(try NetworkValidator.validate(TestNetworks.source(name)) == [])
  }

  @Test func readsBaoan() throws {
    let network = try TestNetworks.read("baoan")
    let policy = network.policy
    #expect(policy.name == "baoan" && policy.datum == .wgs84 && network.identity.timeZone == "Asia/Shanghai")
    #expect(policy.departments.count == 12)
    #expect(policy.catalogue.categories.count { $0.scheme == "CJT214" && $0.fileable } == 139)
    #expect(policy.units.tiers.map(\.name) == ["district", "street", "community", "grid"])
    #expect(network.layers.isEmpty && network.retiredUnits.isEmpty)
    #expect(policy.calendar.isPublished(year: 2026) && !policy.calendar.isPublished(year: 2027))
    #expect(network.channels.webhook == nil && network.channels.smtp == nil)
    #expect(network.assessment.formulas.first?.terms.map(\.weight) == [30, 20, 20, 20, 10])
    #expect(network.templates.template(.flag, language: "en")?.subject.contains("{accountability_id}") == true)
    #expect(network.templates.template(.flag, language: "fr") == network.templates.template(.flag, language: "zh"))
  }

  @Test func aBurstWaterMainHasThreeStages() throws {
    let policy = try TestNetworks.read("baoan").policy
    let traits = CaseTraits(
      category: "E0402", unit: "440306017001001", source: .officer, priority: .normal, minuteOfDay: 600)
    #expect(
      policy.limit(for: .handle, traits)?.stages.map(\.limit.description) == [
        "3 urgent_hours", "8 urgent_hours", "5 work_days",
      ])
    guard case .department(let rule) = Router.route(traits, policy: policy) else {
      Issue.record("no department")
      return
    }
    #expect(rule.lead == "HSJ" && rule.assists == ["JTJ"])
  }

  @Test func lateCasesOfEveryClockEndAtDisciplineInspection() throws {
    for name in TestNetworks.names {
      for ladder in try TestNetworks.policy(name).ladders {
        let flags = ladder.rungs.contains { rung in rung.act == .flag && rung.to.contains { $0.role == .inspector } }
        #expect(flags, "\(name) \(ladder.clock) \(ladder.condition)")
      }
    }
  }

  @Test func everyCategoryHasADepartment() throws {
    for name in ["baoan", "nyc"] {
      let policy = try TestNetworks.policy(name)
      let unit = try #require(policy.units.units.last).code
      for category in policy.catalogue.categories where category.fileable {
        let traits = CaseTraits(
          category: category.code, unit: unit, source: .citizen, priority: .normal, minuteOfDay: 0)
        #expect(Router.route(traits, policy: policy) != .desk, "\(category.code)")
      }
    }
  }

  @Test func withoutGeometryThePolicyIsTheSame() throws {
    let plain = try NetworkReader.read(TestNetworks.source("nyc"), version: 7, geometry: .skip)
    let full = try TestNetworks.read("nyc")
    #expect(plain.policy.routing == full.policy.routing && plain.policy.limits == full.policy.limits)
    #expect(plain.policy.version == 7)
    #expect(plain.grids.codes.isEmpty && plain.shapes.isEmpty)
    #expect(plain.fileNames == full.fileNames)
    #expect(try NetworkReader.read(TestNetworks.source("nyc"), geometry: .index).shapes.isEmpty)
  }

  @Test func anArchiveReadsBackToTheSameNetwork() throws {
    let source = TestNetworks.source("nyc")
    let network = try TestNetworks.read("nyc")
    let bytes = try ArchiveSource.pack(source, names: network.fileNames)
    let archive = try ArchiveSource(bytes)
    #expect(try archive.names() == network.fileNames)
    let again = try NetworkReader.read(archive, geometry: .shapes)
    #expect(again.policy.routing == network.policy.routing && again.shapes == network.shapes)
    #expect(try ArchiveSource.pack(archive, names: archive.names()) == bytes)
  }

  @Test func damagedArchivesAreRefused() throws {
    let bytes = ArchiveSource.pack(["a": [1, 2, 3], "b": []])
    #expect(try ArchiveSource(bytes).bytes(of: "a") == [1, 2, 3])
    #expect(try ArchiveSource(bytes).bytes(of: "c") == nil)
    for length in 0..<bytes.count where ![19, 31].contains(length) {
      #expect(throws: NetworkSourceError.malformedArchive) { try ArchiveSource(Array(bytes[..<length])) }
    }
    var long = bytes
    long[22] = 0xFF
    #expect(throws: NetworkSourceError.malformedArchive) { try ArchiveSource(long) }
  }

  @Test(arguments: ["../nyc/network.yaml", "/etc/passwd", "a/../../x", "../holidays/../nyc/units.csv", ""])
  func namesOutsideTheDirectoryAreNotRead(name: String) throws {
    #expect(try TestNetworks.source("baoan").bytes(of: name) == nil)
  }

  @Test func aDirectoryThatIsNotThereIsNamed() {
    #expect(throws: NetworkSourceError.unreadable(name: "nowhere")) {
      try NetworkValidator.validate(TestNetworks.source("nowhere"))
    }
  }
}
