import Domain
import Testing

@testable import GridNetwork

/// One line of a file exchanged, and the fault that it must bring.
struct Break: Sendable, CustomTestStringConvertible {
  let file: String
  let line: Int
  let text: String
  let message: String
  /// Where the fault is told; the broken line itself, unless named.
  let toldIn: String?
  let toldAt: Int?

  init(
    _ file: String, _ line: Int, _ text: String, tells message: String, toldIn: String? = nil, toldAt: Int? = nil
  ) {
    self.file = file
    self.line = line
    self.text = text
    self.message = message
    self.toldIn = toldIn
    self.toldAt = toldAt
  }

  var testDescription: String { "\(file):\(line) \(message)" }
}

/// The break brings its fault, with a remedy, and what is told does not load.
func expectTold(_ broken: Break, in network: SmallNetwork) throws {
  var small = network
  small.replaceLine(broken.line, of: broken.file, with: broken.text)
  let faults = try small.faults()
  let file = broken.toldIn ?? broken.file
  let line = broken.toldAt ?? broken.line
  if line == 0 {
    #expect(faults == [])
    return
  }
  #expect(
    faults.contains { $0.file == file && $0.line == line && $0.message.contains(broken.message) },
    "told: \(faults)")
  #expect(faults.allSatisfy { !$0.remedy.isEmpty && $0.line >= 1 })
  // Seams are the validator's alone.
  if ["overlap by", "a gap of", "not valid"].contains(where: broken.message.contains) { return }
  #expect(throws: InvalidNetwork.self, "what is told must not load") { try NetworkReader.read(small.source) }
}

private let policyBreaks = [
  Break("network.yaml", 8, "datum: mars", tells: "unknown datum mars"),
  Break("network.yaml", 7, "time_zone: Asia/Atlantis", tells: "unknown time zone", toldAt: 1),
  Break("network.yaml", 9, "tolerance: {}", tells: "unknown key `tolerance`"),
  Break("network.yaml", 9, "catch_all: E9", tells: "unknown category E9"),
  Break("network.yaml", 9, "generate: {parameters: g.yaml}", tells: "`generate` though there is"),
  Break("network.yaml", 12, "  - {radius_metres: 50, window: 24}", tells: "`window`"),
  Break("network.yaml", 10, "cases: {max_returns: two}", tells: "must be a whole number"),
  Break("network.yaml", 3, "name_en: [", tells: "not YAML", toldAt: 5),
  Break("routing.yaml", 2, "  - {name: first, when: {categories: [E11, E99]}, lead: A}", tells: "unknown category E99"),
  Break("routing.yaml", 2, "  - {name: first, lead: Z}", tells: "unknown department Z"),
  Break(
    "routing.yaml", 2, "  - {name: rest, when: {categories: [E11]}, lead: A}",
    tells: "the rule \"rest\" stands twice", toldAt: 4),
  Break("routing.yaml", 3, "  - {name: u, when: {units: [x9]}, lead: B}", tells: "unknown unit x9"),
  Break("routing.yaml", 3, "  - {name: u, when: {layers: [water]}, lead: B}", tells: "unknown layer water"),
  Break("routing.yaml", 3, "  - {name: u, when: {sources: [pigeon]}, lead: B}", tells: "unknown sources \"pigeon\""),
  Break("routing.yaml", 3, "  - {name: u, when: {hours: [\"9-5\"]}, lead: B}", tells: "no span of hours"),
  Break(
    "routing.yaml", 3, "  - {name: u, when: {categories: [E11], priorities: [urgent]}, lead: B}",
    tells: "the rule \"u\" can never match"),
  Break("routing.yaml", 3, "  - {name: u, when: {category: [E11]}, lead: B}", tells: "unknown key `category`"),
  Break(
    "routing.yaml", 4, "  - {name: rest, when: {categories: [E12], sources: [citizen]}, lead: B}",
    tells: "routes every case of E12", toldIn: "catalogue.csv", toldAt: 5),
  Break("limits.yaml", 5, "  - {clock: handle, limit: 5}", tells: "a limit is a number"),
  Break("limits.yaml", 5, "  - {clock: handle, limit: 5 moons}", tells: "unknown unit moons"),
  Break("limits.yaml", 5, "  - {clock: hnadle, limit: 5 work_days}", tells: "unknown clock"),
  Break("limits.yaml", 5, "  - {clock: handle}", tells: "a limit rule without a limit"),
  Break("limits.yaml", 6, "", tells: "no limit of the verify clock", toldAt: 1),
  Break(
    "limits.yaml", 4, "  - {clock: handle, limit: 1 work_day}",
    tells: "this limit of the handle clock can never apply", toldAt: 5),
  Break("ladder.yaml", 3, "    rungs: [{name: late, at: \"0\", act: red}]", tells: "a rung without a receiver"),
  Break(
    "ladder.yaml", 3, "    rungs: [{name: late, at: \"0\", to: [king@district], act: red}]",
    tells: "unknown role king"),
  Break(
    "ladder.yaml", 3, "    rungs: [{name: late, at: \"0\", to: [officer@moon], act: red}]",
    tells: "unknown tier moon"),
  Break("ladder.yaml", 3, "    rungs: [{name: late, at: soon, to: [officer@grid], act: red}]", tells: "`at`"),
  Break("ladder.yaml", 3, "    rungs: [{name: late, at: \"0\", to: [officer@grid], act: pink}]", tells: "unknown act"),
  Break(
    "ladder.yaml", 8, "      - {name: soon, at: +2 work_days, to: [handler@lead], act: yellow}",
    tells: "all right", toldAt: 0),
  Break(
    "ladder.yaml", 9, "      - {name: soon, at: \"0\", to: [handler@lead], act: yellow}",
    tells: "the rung \"soon\" stands twice"),
  Break("ladder.yaml", 10, "  - clock: handle", tells: "this ladder of the handle clock can never apply"),
  Break("calendar.yaml", 3, "  friday: [\"12:00-08:30\"]", tells: "no working period"),
  Break("calendar.yaml", 3, "  friday: [\"08:30-12:00\", \"11:00-13:00\"]", tells: "overlap", toldAt: 2),
  Break("calendar.yaml", 4, "holidays: [none.json]", tells: "no holiday file none.json"),
  Break("holidays/2026.json", 3, "  {\"date\": \"2026-02-30\", \"isOffDay\": false}", tells: "a day without"),
  Break("holidays/2026.json", 3, "  {\"date\": \"2026-01-01\", \"isOffDay\": false}", tells: "stands twice"),
  Break("holidays/2026.json", 4, "]", tells: "not JSON", toldAt: 5),
  Break("channels.yaml", 3, "", tells: "no rule for the notice dispatched", toldAt: 2),
  Break("channels.yaml", 3, "  - {kind: dispatched, channels: [drum]}", tells: "unknown channels \"drum\""),
  Break(
    "channels.yaml", 1, "languages: [en, zh]",
    tells: "the template is missing", toldIn: "templates/flag.zh.txt", toldAt: 1),
  Break("templates/flag.en.txt", 3, "See {evidence}.", tells: "unknown value {evidence}"),
  Break("templates/flag.en.txt", 2, "x", tells: "a subject, an empty line", toldAt: 1),
  Break(
    "assessment.yaml", 8, "      - {name: h, weight: 1, numerator: [smiles], denominator: [due]}",
    tells: "unknown count smiles"),
]

private let tableBreaks = [
  Break("units.csv", 3, "01,x,grid,一,One,,,", tells: "unknown parent x"),
  Break("units.csv", 3, "02,d,grid,一,One,,,", tells: "stands already on line 3", toldAt: 4),
  Break("units.csv", 3, "0-1,d,grid,一,One,,,", tells: "\"0-1\" is no code"),
  Break("units.csv", 3, "001,d,grid,一,One,,,", tells: "has not the form of a grid"),
  Break("units.csv", 3, "01,d,moon,一,One,,,", tells: "unknown tier \"moon\""),
  Break("units.csv", 3, "01,02,grid,一,One,,,", tells: "cannot stand under"),
  Break("units.csv", 3, "01,,grid,一,One,,,", tells: "has no parent"),
  Break("units.csv", 2, "d,01,district,区,District,,,", tells: "its own ancestor"),
  Break("units.csv", 3, "01,d,grid,一,One,soon,,", tells: "`valid_from` is no date"),
  Break("units.csv", 7, "05,d,grid,五,Five,2021-01-01,2020-12-31,", tells: "ends before it begins"),
  Break("units.csv", 3, "01,d,grid,一,One,,,maybe", tells: "`exclusive`"),
  Break("units.csv", 3, "01,d,grid,一,One,,,,,", tells: "10 fields where the header has 8"),
  Break("units.csv", 3, "01,d,grid,\"一\"x,One,,,", tells: "not CSV"),
  Break("units.csv", 1, "code,tier,name_zh,name_en", tells: "missing column parent"),
  Break("departments.csv", 2, "A,q,甲,Alpha", tells: "unknown unit q"),
  Break("departments.csv", 3, "A,d,乙,Beta", tells: "stands already on line 2"),
  // The row before spans two lines.
  Break("catalogue.csv", 5, "S,1,event,E12,E7,乙,Second,", tells: "unknown parent E7"),
  Break("catalogue.csv", 5, "S,1,event,E11,E1,乙,Second,", tells: "stands already on line 3"),
  Break("catalogue.csv", 5, "S,1,rumour,E12,E1,乙,Second,", tells: "unknown kind \"rumour\""),
  Break("catalogue.csv", 2, "S,1,event,E1,E11,类,Class,", tells: "its own ancestor"),
]

private let shapeBreaks = [
  Break(
    "grids.geojson", 3, SmallNetwork.feature("02", "[[[0.1,0],[0.2,0.1],[0.2,0],[0.1,0.1],[0.1,0]]]") + ",",
    tells: "the shape of 02 is not valid: self-intersection near 0.05,0.15"),
  Break(
    "grids.geojson", 3, SmallNetwork.feature("02", "[[[0.09,0],[0.2,0],[0.2,0.1],[0.09,0.1],[0.09,0]]]") + ",",
    tells: "the shapes of 01 and 02 overlap by"),
  Break(
    "grids.geojson", 3,
    SmallNetwork.feature("02", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0.08],[0.11,0.05],[0.1,0.02],[0.1,0]]]")
      + ",",
    tells: "a gap of"),
  Break(
    "grids.geojson", 3, SmallNetwork.feature("09", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]") + ",",
    tells: "a shape of the unknown unit 09"),
  Break(
    "grids.geojson", 3, SmallNetwork.feature("09", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]") + ",",
    tells: "no shape for the unit 02", toldAt: 1),
  Break(
    "grids.geojson", 3, SmallNetwork.feature("01", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0.1],[0.1,0]]]") + ",",
    tells: "the code 01 stands already on line 2"),
  Break(
    "grids.geojson", 3, SmallNetwork.feature("", "[[[0.1,0],[0.2,0],[0.2,0.1],[0.1,0]]]") + ",",
    tells: "a feature without a code"),
  Break(
    "grids.geojson", 3, SmallNetwork.feature("02", "[[[0.1,0],[0.2,0],[0.1,0]]]") + ",",
    tells: "a ring of fewer than four points"),
  Break("grids.geojson", 3, "{\"properties\": {\"code\": \"02\"", tells: "expected", toldAt: 4),
]

@Suite struct BrokenNetworkTests {
  @Test func theSmallNetworkIsFaultless() throws {
    let small = SmallNetwork()
    #expect(try small.faults() == [])
    let network = try NetworkReader.read(small.source)
    #expect(network.retiredUnits.map(\.code) == ["05"])
    #expect(network.policy.units["01"]?.exclusive == true)
    let point = try #require(LatticePoint(latitude: 0.05, longitude: 0.15))
    #expect(network.grids.unit(at: point) == "02")
    #expect(network.layerNames(at: point) == ["fire", "fire/F1"])
    #expect(network.policy.catalogue["E11"]?.closingStandard == "done,\ntwice")
    #expect(network.policy.calendar.isWorkingDay(CivilDate(year: 2026, month: 1, day: 4)!).isWorking)
  }

  @Test(arguments: policyBreaks + tableBreaks + shapeBreaks)
  func aBrokenLineIsNamed(_ broken: Break) throws { try expectTold(broken, in: SmallNetwork()) }

  @Test(arguments: [
    "network.yaml", "units.csv", "departments.csv", "catalogue.csv", "routing.yaml", "limits.yaml", "ladder.yaml",
    "calendar.yaml", "channels.yaml", "assessment.yaml", "grids.geojson", "templates/red.en.txt",
  ])
  func aMissingFileIsNamed(file: String) throws {
    var small = SmallNetwork()
    small.files[file] = nil
    #expect(try small.faults().contains { $0.file == file && $0.message.contains("is missing") })
  }

  @Test func sharesInTimeAreJudgedByTheNetworkOrNotAtAll() throws {
    var small = SmallNetwork()
    #expect(try NetworkReader.read(small.source).assessment.inTime == nil)
    small.append("in_time: {good_from: 80, fair_from: 60}", to: "assessment.yaml")
    let inTime = AssessmentPolicy.InTime(goodFrom: 80, fairFrom: 60)
    #expect(try NetworkReader.read(small.source).assessment.inTime == inTime)
    for wrong in ["{good_from: 60, fair_from: 80}", "{good_from: 101, fair_from: 1}", "{good_from: 80}"] {
      var broken = SmallNetwork()
      broken.append("in_time: \(wrong)", to: "assessment.yaml")
      #expect(try broken.faults().contains { $0.message.contains("in_time") }, "\(wrong)")
    }
  }

  @Test func faultsOfEveryFileAreToldAtOnce() throws {
    var small = SmallNetwork()
    let breaks = ["routing.yaml", "limits.yaml", "ladder.yaml", "channels.yaml", "network.yaml", "assessment.yaml"]
    for file in breaks { small.append("surprise: 1", to: file) }
    small.append("06,x,grid,六,Six,,,", to: "units.csv")
    small.append("C,x,丙,Gamma", to: "departments.csv")
    let files = Set(try small.faults().map(\.file))
    #expect(files.isSuperset(of: breaks + ["units.csv", "departments.csv"]))
  }

  @Test func faultsAreInOrderAndBounded() throws {
    var small = SmallNetwork()
    for number in 0..<300 { small.append("1\(number)x,d,moon,一,One,,,", to: "units.csv") }
    let faults = try small.faults().filter { $0.file == "units.csv" }
    #expect(faults.count == FaultList.maxFaultsPerFile + 1)
    #expect(faults.map(\.line) == faults.map(\.line).sorted())
    #expect(faults.last?.message.contains("more faults") == true)
  }

  @Test func generatedGeometryNeedsNoFile() throws {
    var small = SmallNetwork()
    let generator = """
      district: {code: d, name_zh: 区, name_en: District}
      seed: 1
      spacing: {longitude: 0.01, latitude: 0.01, jitter: 0.2, rounding: 0.0001}
      outline: [[0, 0], [0.2, 0], [0.2, 0.2], [0, 0.2]]
      streets:
        - {code: "01", name_zh: 一, name_en: One, centre: [0.1, 0.1], square_kilometres: 9, communities: 1, grids: 3}
      community_name: {zh: "{parent}{number}", en: "{parent} {number}"}
      grid_name: {zh: "{parent}{number}", en: "{parent} {number}"}

      """
    small.files["grids.geojson"] = nil
    small.files["generator.yaml"] = generator
    small.append("generate: {parameters: generator.yaml}", to: "network.yaml")
    small.replaceLine(6, of: "network.yaml", with: "  - {name: street, zh: 街道, en: Street}")
    small.replaceLine(
      7, of: "network.yaml",
      with: "  - {name: community, zh: 社区, en: Community}\n  - {name: grid, zh: 网格, en: Grid}\ntime_zone: Asia/Shanghai"
    )
    small.files["units.csv"] = """
      code,parent,tier,name_zh,name_en,valid_from,valid_to,exclusive
      d,,district,区,District,,,
      01,d,street,一,One,,,
      01001,01,community,一,One,,,
      01001001,01001,grid,一,One,,,
      01001002,01001,grid,二,Two,,,
      01001003,01001,grid,三,Three,,,

      """
    #expect(try small.faults() == [])
    let network = try NetworkReader.read(small.source)
    #expect(network.grids.codes.count == 3)
    #expect(network.fileNames.contains("generator.yaml") && !network.fileNames.contains("grids.geojson"))
  }
}
