import Casework
import Cryptography
import Domain
import GridNetwork
import Operations
import Platform
import PostgresClient
import Wire

/// What an upload holds.
enum UploadedFiles: String, CaseIterable, Sendable {
  /// Some files of the network; the others stay as they are in force.
  case changed
  /// All of its own files; those that several networks share stay where the upload has none.
  case whole
}

/// A network's files as someone wants them, against the version in force.
struct PolicyDraft: Sendable {
  let network: LoadedNetwork
  let archive: [UInt8]
  let files: [String: [UInt8]]

  var digest: String { Hexadecimal.encode(SHA256.digest(of: archive)) }
}

/// Reads new versions of a network that administrators upload, says what is wrong with them or what they change, and puts
/// them in force.
struct PolicyDesk: Sendable {
  /// What an upload may be: a city's files with its grids.
  static let maxUploadBytes = 96 << 20
  static let maxFaults = 500
  /// Reading policy files descends as deep as they are nested.
  private static let stackBytes = 4 << 20
  private static let shared = "../holidays/"

  let pool: PostgresPool
  let view: CallerView

  /// What became of an upload.
  enum Reading: Sendable {
    case faulty([NetworkFault])
    case sound(PolicyDraft)
  }

  /// The files in force and what they are, by the first district of the caller's network.
  struct Basis: Sendable {
    let district: UnitCode
    let version: Int32
    let source: ArchiveSource
  }

  /// - Throws: 403 unless the caller has charge of every district of the network.
  func basis() async throws -> Basis {
    let roots = view.policy.units.roots.map(\.code)
    guard view.territory.isWhole, Set(roots).isSubset(of: view.territory.districts) else {
      throw Problem.forbidden(
        code: "whole_network", "A version holds for the whole network: this is for those who have charge of all of it.")
    }
    guard let district = roots.first, let newest = try await NetworkLoading.newestFiles(district, pool) else {
      throw Problem.notFound("There is no version yet.")
    }
    return Basis(district: district, version: newest.version, source: newest.source)
  }

  func read(_ tar: [UInt8], _ kind: UploadedFiles, over basis: Basis) async throws -> Reading {
    let running = view.policy
    return try await Self.onOwnThread { () throws -> Reading in
      let uploaded: [String: [UInt8]]
      do {
        uploaded = Self.placed(try TarArchive.read(tar))
      } catch let fault as NetworkSourceError {
        throw Problem.unprocessable(code: "malformed_archive", "It is no tar archive of files: \(fault).")
      }
      var files = try Self.files(of: basis.source)
      if kind == .whole { files = files.filter { $0.key.hasPrefix(Self.shared) } }
      files.merge(uploaded) { $1 }
      let planned = try PlannedSource(MemorySource(files: files))
      var faults = try NetworkValidator.validate(planned)
      guard faults.isEmpty else { return .faulty(faults) }
      let own = try NetworkReader.read(planned, geometry: .skip)
      faults = Self.strangers(own.policy, running)
      guard faults.isEmpty else { return .faulty(faults) }
      let (changed, hasChanges) = try NetworkLoading.withChangesInForce(planned, own, over: basis.source)
      if hasChanges { faults = try NetworkValidator.validate(changed) }
      guard faults.isEmpty else { return .faulty(faults) }
      let network = try NetworkReader.read(changed, version: basis.version + 1, geometry: .skip)
      let archive = try ArchiveSource.pack(changed, names: network.fileNames)
      return .sound(PolicyDraft(network: network, archive: archive, files: try Self.files(of: ArchiveSource(archive))))
    }
  }

  /// What the draft makes of the cases that are open now.
  func preview(_ draft: PolicyDraft, now: Instant) async throws -> PolicyPreview {
    var preview = PolicyPreview(policy: draft.network.policy, now: now)
    for root in draft.network.policy.units.roots { try await preview.read(root.code, pool) }
    return preview
  }

  /// - Parameter note: notes it in the same transaction.
  func load(
    _ draft: PolicyDraft, after version: Int32, noting note: @escaping @Sendable (_ version: Int32) -> PostgresCall
  ) async throws -> [(district: UnitCode, version: Int32, isNew: Bool)] {
    do {
      return try await NetworkLoading.store(
        draft.network, archive: draft.archive, after: version, by: view.actor.text, beginsJournals: false,
        noting: note, pool)
    } catch let NetworkLoadFault.changedMeanwhile(current) {
      throw Self.changed(current)
    }
  }

  static func changed(_ current: Int32) -> Problem {
    .conflict(
      code: "network_changed", "Another version came in force since it was looked at: look at it again.",
      extensions: ["version": .integer(Int64(current))])
  }

  static func files(of source: ArchiveSource) throws -> [String: [UInt8]] {
    var files: [String: [UInt8]] = [:]
    for name in try source.names() { files[name] = try source.bytes(of: name) }
    return files
  }

  /// Another network, or other districts: their people and cases would stay behind without one.
  private static func strangers(_ policy: NetworkPolicy, _ running: NetworkPolicy) -> [NetworkFault] {
    if policy.name != running.name {
      return [
        NetworkFault(
          file: "network.yaml", line: 1, message: "this is the network \(policy.name), not \(running.name)",
          remedy: "upload the files of \(running.name)")
      ]
    }
    guard Set(policy.units.roots.map(\.code)) != Set(running.units.roots.map(\.code)) else { return [] }
    return [
      NetworkFault(
        file: "units.csv", line: 1, message: "the districts are others than those in force",
        remedy: "districts are added with gridctl network load, which begins their journals")
    ]
  }

  /// The files under their names in the network: without the folder they were packed in.
  static func placed(_ files: [String: [UInt8]]) -> [String: [UInt8]] {
    let names: [(name: String, parts: [String])] = files.keys.map { name in
      (name, name.split(separator: "/").map(String.init).filter { $0 != "." })
    }
    let roots = names.map(\.parts).filter { $0.last == "network.yaml" }
    let nearest = roots.min { $0.count < $1.count }
    let home: [String] = nearest.map { Array($0.dropLast()) } ?? common(names.map(\.parts))
    var placed: [String: [UInt8]] = [:]
    for (name, parts) in names where !parts.contains(where: { $0.hasPrefix(".") && $0 != ".." }) {
      if parts.starts(with: home), parts.count > home.count {
        let inner = Array(parts.dropFirst(home.count))
        placed[(inner.first == "holidays" && home.isEmpty ? [".."] + inner : inner).joined(separator: "/")] =
          files[name]
      } else if let place = parts.lastIndex(of: "holidays"), place < parts.count - 1 {
        placed[shared + parts[(place + 1)...].joined(separator: "/")] = files[name]
      }
    }
    return placed
  }

  /// The folder that all lie in, unless it is one that networks have themselves.
  private static func common(_ names: [[String]]) -> [String] {
    guard let first = names.first?.first, !["templates", "layers", "holidays", ".."].contains(first),
      names.allSatisfy({ $0.count > 1 && $0[0] == first })
    else { return [] }
    return [first]
  }

  /// Checking a plan takes a second, of a city more, which tasks that share their threads with connections must not.
  static func onOwnThread<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) async throws -> Result {
    try await withCheckedThrowingContinuation { continuation in
      _ = PinnedThread(name: "policy", stackBytes: stackBytes) {
        continuation.resume(with: Swift.Result { try body() })
      }
    }
  }
}
