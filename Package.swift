// swift-tools-version: 6.2
import PackageDescription

// Each target may import only the targets it names here; TidyTests holds the sources to it.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .enableUpcomingFeature("InternalImportsByDefault"),
]

func shared(_ name: String, _ dependencies: [Target.Dependency] = []) -> Target {
  .target(name: name, dependencies: dependencies, path: "Shared/\(name)", swiftSettings: strict)
}

/// A C library of the system, by its module map; `link` there names the library, so no pkg-config is asked.
func system(_ name: String) -> Target {
  .systemLibrary(name: name, path: "Shared/\(name)")
}

/// A service is a library that takes its ports by initialiser and an executable that only puts it together.
func service(_ product: String, _ dependencies: [Target.Dependency]) -> [Target] {
  let folder = product.prefix(1).uppercased() + product.dropFirst()
  return [
    .target(
      name: "\(folder)Core", dependencies: dependencies, path: "Services/\(folder)/Core", swiftSettings: strict),
    .executableTarget(
      name: product, dependencies: ["\(folder)Core".asTarget, "Operations"], path: "Services/\(folder)/Main",
      swiftSettings: strict),
  ]
}

func tests(_ name: String, _ dependencies: [Target.Dependency], exclude: [String] = []) -> Target {
  .testTarget(
    name: name, dependencies: dependencies, path: "Tests/\(name)", exclude: exclude, swiftSettings: strict)
}

extension String {
  var asTarget: Target.Dependency { .target(name: self) }
}

let hummingbird: Target.Dependency = .product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore: Target.Dependency = .product(name: "HummingbirdCore", package: "hummingbird")
let unixSignals: Target.Dependency = .product(name: "UnixSignals", package: "swift-service-lifecycle")
let nioCore: Target.Dependency = .product(name: "NIOCore", package: "swift-nio")
let nioPosix: Target.Dependency = .product(name: "NIOPosix", package: "swift-nio")
let httpTypes: Target.Dependency = .product(name: "HTTPTypes", package: "swift-http-types")
let lifecycle: Target.Dependency = .product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let logging: Target.Dependency = .product(name: "Logging", package: "swift-log")
let configuration: Target.Dependency = .product(name: "Configuration", package: "swift-configuration")
let arguments: Target.Dependency = .product(name: "ArgumentParser", package: "swift-argument-parser")
let collections: Target.Dependency = .product(name: "Collections", package: "swift-collections")
let yams: Target.Dependency = .product(name: "Yams", package: "Yams")
let csv: Target.Dependency = .product(name: "SwiftCSV", package: "SwiftCSV")
let mustache: Target.Dependency = .product(name: "Mustache", package: "swift-mustache")
let histogram: Target.Dependency = .product(name: "Histogram", package: "hdrhistogram-swift")

let everyServiceNeeds: [Target.Dependency] = [
  "Domain", "Wire", "Platform", "PostgresClient", "MessageBus", "Journal", "Casework", "GridNetwork", "Operations",
  "Cryptography", lifecycle, logging, collections,
]

var targets: [Target] = [
  // The machine and the libraries of the system
  system("CZeroMQ"), system("CPostgres"), system("CSodium"), system("CCurl"), system("CGeos"),
  .target(name: "CPlatform", path: "Shared/CPlatform"),
  .target(name: "CDocuments", path: "Shared/CDocuments"),
  .target(name: "CMigrations", path: "Shared/CMigrations", exclude: ["sql"]),

  // What everything stands on
  shared("Platform", ["CPlatform"]),
  shared("Domain"),
  shared("Wire", ["Domain"]),
  shared("PostgresClient", ["CPostgres", "CPlatform", "Platform", logging]),
  shared("MessageBus", ["CZeroMQ", "Platform", logging]),
  shared("Cryptography", ["CSodium"]),
  shared("Transfer", ["CCurl", "Platform"]),
  shared(
    "Journal",
    ["CMigrations", "Domain", "Wire", "PostgresClient", "MessageBus", "Platform", "Cryptography", logging]),
  shared("GridNetwork", ["Domain", "Wire", "CGeos", yams, csv]),
  shared(
    "Casework",
    ["Domain", "Wire", "Journal", "PostgresClient", "MessageBus", "GridNetwork", "Platform", "Cryptography", logging]),
  shared(
    "Operations",
    [
      "Platform", "Domain", "Wire", "PostgresClient", "MessageBus", "Journal", "GridNetwork", "Cryptography",
      hummingbird, hummingbirdCore, nioCore, nioPosix, httpTypes, lifecycle, unixSignals, logging, configuration,
    ]),
  shared(
    "WebAuth",
    [
      "Operations", "Domain", "Wire", "PostgresClient", "Cryptography", "Platform", hummingbird, nioCore, httpTypes,
      logging,
    ]),
]

targets += service("intake", everyServiceNeeds + ["WebAuth", hummingbird, nioCore, httpTypes])
targets += service("dispatcher", everyServiceNeeds)
targets += service("escalation", everyServiceNeeds)
targets += service("stats", everyServiceNeeds)
targets += service("notifier", everyServiceNeeds + ["Transfer"])
targets += service(
  "console",
  everyServiceNeeds + ["WebAuth", "Transfer", "CDocuments", hummingbird, nioCore, httpTypes, mustache, yams])
targets += service(
  "gridctl", everyServiceNeeds + ["WebAuth", "Transfer", arguments, csv, yams, histogram])

targets += [
  .target(
    name: "TestSupport", dependencies: ["Platform", "PostgresClient"], path: "Tests/Support", swiftSettings: strict),
  .target(
    name: "CaseworkSupport",
    dependencies: [
      "TestSupport", "Domain", "Wire", "Platform", "PostgresClient", "MessageBus", "Journal", "GridNetwork", "Casework",
      "Cryptography", logging,
    ], path: "Tests/CaseworkSupport", swiftSettings: strict),
  tests("PlatformTests", ["Platform"]),
  .target(name: "DomainSamples", dependencies: ["Domain"], path: "Tests/DomainTests/Support", swiftSettings: strict),
  tests("DomainTests", ["Domain", "DomainSamples"], exclude: ["Support"]),
  tests("WireTests", ["Domain", "Wire", "DomainSamples"]),
  tests("PostgresClientTests", ["PostgresClient", "Platform", "TestSupport", logging]),
  tests("MessageBusTests", ["MessageBus", "CZeroMQ"]),
  tests("ConformanceTests", ["MessageBus"]),
  tests("CryptographyTests", ["Cryptography"]),
  tests("TransferTests", ["Transfer", "Platform", "TestSupport"], exclude: ["Servers"]),
  tests("NetworkTests", ["GridNetwork", "Domain"]),
  tests(
    "OperationsTests",
    [
      "Operations", "Platform", "Wire", "PostgresClient", "Journal", "MessageBus", "TestSupport", hummingbird, nioCore,
      httpTypes, lifecycle, logging,
    ]),
  tests(
    "WebAuthTests",
    [
      "WebAuth", "Operations", "Domain", "Platform", "Cryptography", "PostgresClient", "Journal", "TestSupport",
      hummingbird, nioCore, httpTypes, logging,
    ]),
  tests(
    "ConsoleCoreTests",
    everyServiceNeeds + [
      "ConsoleCore", "CaseworkSupport", "TestSupport", "StatsCore", "WebAuth", hummingbird, nioCore, httpTypes,
    ]),
  tests(
    "IntakeCoreTests",
    everyServiceNeeds + [
      "IntakeCore", "CaseworkSupport", "TestSupport", "WebAuth", hummingbird, nioCore, httpTypes,
    ]),
  tests(
    "GridctlCoreTests",
    [
      "GridctlCore", "TestSupport", "Domain", "Wire", "GridNetwork", "Journal", "PostgresClient", "Platform",
      "Casework", "CaseworkSupport",
      "Cryptography", "Operations", "Transfer", logging, arguments, histogram,
    ]),
  tests("JournalTests", everyServiceNeeds + ["CaseworkSupport", "TestSupport"]),
  tests("CaseworkTests", everyServiceNeeds + ["CaseworkSupport", "TestSupport", "DomainSamples"]),
  tests("DispatcherCoreTests", everyServiceNeeds + ["DispatcherCore", "CaseworkSupport", "TestSupport"]),
  tests("EscalationCoreTests", everyServiceNeeds + ["EscalationCore", "CaseworkSupport", "TestSupport"]),
  tests("StatsCoreTests", everyServiceNeeds + ["StatsCore", "CaseworkSupport", "TestSupport"]),
  tests(
    "NotifierCoreTests", everyServiceNeeds + ["NotifierCore", "Transfer", "CaseworkSupport", "TestSupport"],
    exclude: ["Servers"]),
  tests("TidyTests", []),
]

let package = Package(
  name: "gridloop",
  products: ["intake", "dispatcher", "escalation", "stats", "notifier", "console", "gridctl"].map {
    .executable(name: $0, targets: [$0])
  },
  dependencies: [
    .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache.git", from: "2.1.1"),
    .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-configuration.git", from: "1.4.0", traits: []),
    .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
    .package(url: "https://github.com/jpsim/Yams.git", from: "6.2.2"),
    .package(url: "https://github.com/swiftcsv/SwiftCSV.git", from: "0.10.0"),
    .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift.git", from: "0.2.0"),
  ],
  targets: targets,
  cLanguageStandard: .c2x
)
