import ArgumentParser
import Domain
import Foundation
import GridNetwork
import PostgresClient
import WebAuth
import Wire

/// The keys by which the console's public page hands in reports.
struct PublicKeysCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "public", abstract: "Make the keys of the public page and write them to a file.",
    discussion: """
      One key of each district whose network has `public:`, of the role source and bound to the source citizen: with it \
      reports of residents are handed in and nothing else can be done. The console reads the file by \
      GRIDLOOP_PUBLIC_KEYS_FILE. A key of the file that still holds is kept; one that was revoked is made anew. The file \
      has mode 0600.
      """)

  /// What the keys are called; the journal writes `source:public`.
  static let name = "public"

  @Option(help: ArgumentHelp("The file to write; secrets/public_keys of the stack if missing.", valueName: "file"))
  var out: String?
  @OptionGroup var common: CommonOptions

  func answer() async throws -> Answer {
    let stack = common.stack()
    let path = out ?? stack.path("secrets/public_keys")
    let known = Self.keys(path)
    let (keys, made) = try await stack.withDatabase { pool in
      let store = AccountStore(pool: pool)
      let now = Instant(microseconds: try await databaseTime(pool))
      var keys: [APIKey] = []
      var made = 0
      for district in try await Self.districts(pool) {
        let valid = Set(
          try await store.keys(of: district).filter { $0.name == Self.name && $0.revokedAt == nil }.map(\.identifier))
        if let kept = known.first(where: { $0.district == district && valid.contains($0.identifier) }) {
          keys.append(kept)
          continue
        }
        keys.append(
          try await store.createKey(
            district: district, name: Self.name, role: .source, unit: district,
            source: ReportSource.citizen.rawValue, at: now))
        made += 1
      }
      return (keys, made)
    }
    if made > 0 || keys.count != known.count {
      let folder = (path as NSString).deletingLastPathComponent
      if !folder.isEmpty {
        try FileManager.default.createDirectory(
          atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
      }
      try PrivateFile.write(Array(keys.map { $0.text + "\n" }.joined().utf8), to: path)
    }
    return Answer(
      [
        "file": .string(path), "districts": .array(keys.map { .string($0.district.text) }),
        "made": .integer(Int64(made)),
      ],
      text: keys.isEmpty
        ? "no network that is loaded has a public page"
        : "\(keys.count) keys of the public page stand in \(path), \(made) of them new")
  }

  private static func districts(_ pool: PostgresPool) async throws -> [UnitCode] {
    try await NetworkVersions.newest(pool).filter { $0.publicPage != nil }.flatMap { $0.policy.units.roots }
      .map(\.code).sorted()
  }

  /// The keys of the file; none where it is missing or holds something else.
  private static func keys(_ path: String) -> [APIKey] {
    guard let data = FileManager.default.contents(atPath: path) else { return [] }
    return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isWhitespace).compactMap {
      APIKey(text: String($0))
    }
  }
}
