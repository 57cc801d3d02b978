import Testing

@Suite("Direction of imports") struct ImportTests {
  /// Modules of the toolchain that anyone may import, but for the ones below.
  static let toolchain: Set<String> = ["Glibc", "Foundation", "FoundationEssentials", "Synchronization", "Dispatch"]
  static let foundation: Set<String> = ["Foundation", "FoundationEssentials", "FoundationInternationalization"]
  /// Targets that stay without Foundation: they stand on the hot path, and its coders and dates cost more than the work.
  static let withoutFoundation: Set<String> = ["Domain", "Wire"]
  /// Modules that come with a product of another name.
  static let ofProduct: [String: Set<String>] = [
    "Collections": ["DequeModule", "OrderedCollections", "HeapModule"],
    "Hummingbird": ["HummingbirdCore"],
    "ServiceLifecycle": ["UnixSignals"],
  ]

  let tree = SourceTree()
  let manifest: Manifest

  init() throws { manifest = Manifest(try tree.file("Package.swift").text) }

  @Test("Every source belongs to a target of Package.swift") func everySourceIsBuilt() throws {
    let orphans = try tree.swiftFiles().map(\.path).filter { manifest.target(of: $0) == nil }
    #expect(orphans == [], "built by no target")
  }

  @Test("A target imports only what Package.swift gives it") func onlyDeclared() throws {
    for file in try tree.swiftFiles() {
      guard let target = manifest.target(of: file.path) else { continue }
      let isTest = target.folder.hasPrefix("Tests/")
      var allowed = target.modules.union(Self.toolchain)
      for product in target.modules { allowed.formUnion(Self.ofProduct[product] ?? []) }
      if isTest { allowed.insert("Testing") }
      if Self.withoutFoundation.contains(target.name) { allowed.subtract(Self.foundation) }
      for module in SwiftCode.imports(file.code) {
        if !allowed.contains(module) {
          Issue.record("\(file.path) imports \(module), which Package.swift does not give to \(target.name)")
        }
      }
    }
  }

  @Test("A module's pure parts know nothing of the layers above") func layers() {
    func modules(_ name: String) -> Set<String>? { manifest.targets.first { $0.name == name }?.modules }
    #expect(modules("Domain") == [])
    #expect(modules("Wire") == ["Domain"])
    #expect(modules("MessageBus")?.isDisjoint(with: ["Domain", "Wire", "PostgresClient"]) == true)
    #expect(modules("PostgresClient")?.isDisjoint(with: ["Domain", "Wire", "MessageBus"]) == true)
  }

  @Test("Package.swift is read as it is meant") func manifestIsRead() {
    let read = Manifest(
      """
      let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
      let package = Package(
        targets: [
          system("CThing"), shared("Alone"), shared("Below", ["Alone", logging]),
          .target(name: "Samples", dependencies: ["Alone"], path: "Tests/AloneTests/Support"),
        ] + service("door", all + ["Below"]) + [tests("AloneTests", ["Alone"])])
      let all: [Target.Dependency] = ["Alone", logging]
      """)
    func modules(_ path: String) -> Set<String>? { read.target(of: path)?.modules }
    #expect(read.targets.map(\.name) == ["CThing", "Alone", "Below", "Samples", "DoorCore", "door", "AloneTests"])
    #expect(modules("Shared/Alone/A.swift") == [])
    #expect(modules("Shared/Below/In/B.swift") == ["Alone", "Logging"])
    #expect(modules("Services/Door/Core/D.swift") == ["Alone", "Logging", "Below"])
    #expect(modules("Services/Door/Main/main.swift")?.contains("DoorCore") == true)
    #expect(read.target(of: "Tests/AloneTests/Support/S.swift")?.name == "Samples")
    #expect(read.target(of: "Shared/Unknown/U.swift") == nil)
  }
}
