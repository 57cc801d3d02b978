import Foundation

/// The files of one network directory, wherever they are kept.
///
/// Names are relative to the directory, with `/` between folders; holiday files that several networks share begin with
/// `../holidays/`. Implementations are values and may be asked from any thread; reading blocks.
public protocol NetworkSource: Sendable {
  /// Every file, in ascending order of name.
  func names() throws(NetworkSourceError) -> [String]
  /// The file's bytes; nil when there is none of that name.
  func bytes(of name: String) throws(NetworkSourceError) -> [UInt8]?
}

/// Why the files of a network cannot be read.
public enum NetworkSourceError: Error, Sendable, Hashable, CustomStringConvertible {
  /// No directory of that name, or it may not be read.
  case unreadable(name: String)
  case fileTooLarge(name: String, bytes: Int)
  case tooManyFiles(Int)
  /// The bytes are no archive, or an archive cut short.
  case malformedArchive

  public var description: String {
    switch self {
    case .unreadable(let name): "cannot read \(name)"
    case .fileTooLarge(let name, let bytes):
      "\(name) has \(bytes) bytes; a file may have \(NetworkSourceLimits.maxFileBytes)"
    case .tooManyFiles(let count): "\(count) files; a network may have \(NetworkSourceLimits.maxFiles)"
    case .malformedArchive: "the stored network is damaged"
    }
  }
}

/// What a network's files may cost their reader.
public enum NetworkSourceLimits {
  public static let maxFileBytes = 64 << 20
  public static let maxFiles = 10_000
}

/// A network directory on disk.
public struct DirectorySource: NetworkSource {
  private let path: String
  /// The folder beside the network's own that holds files several networks share.
  static let sharedFolder = "../holidays"

  /// - Parameter path: the directory, such as `deploy/networks/baoan`.
  public init(path: String) {
    self.path = path
  }

  public func names() throws(NetworkSourceError) -> [String] {
    let own = try files(under: path, prefix: "")
    let shared = (try? files(under: path + "/" + Self.sharedFolder, prefix: Self.sharedFolder + "/")) ?? []
    guard own.count + shared.count <= NetworkSourceLimits.maxFiles else {
      throw .tooManyFiles(own.count + shared.count)
    }
    return (own + shared).sorted()
  }

  private func files(under folder: String, prefix: String) throws(NetworkSourceError) -> [String] {
    guard let paths = try? FileManager.default.subpathsOfDirectory(atPath: folder) else {
      throw .unreadable(name: prefix.isEmpty ? (folder as NSString).lastPathComponent : prefix)
    }
    return paths.filter { name in
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: folder + "/" + name, isDirectory: &isDirectory)
      return exists && !isDirectory.boolValue && !name.split(separator: "/").contains { $0.hasPrefix(".") }
    }.map { prefix + $0 }
  }

  public func bytes(of name: String) throws(NetworkSourceError) -> [UInt8]? {
    guard isInside(name), FileManager.default.fileExists(atPath: path + "/" + name) else { return nil }
    guard let data = FileManager.default.contents(atPath: path + "/" + name) else { throw .unreadable(name: name) }
    guard data.count <= NetworkSourceLimits.maxFileBytes else {
      throw .fileTooLarge(name: name, bytes: data.count)
    }
    return [UInt8](data)
  }

  /// Whether the name stays inside the directory or the shared folder beside it.
  private func isInside(_ name: String) -> Bool {
    let inner = name.hasPrefix(Self.sharedFolder + "/") ? String(name.dropFirst(Self.sharedFolder.count + 1)) : name
    return !inner.isEmpty && !inner.hasPrefix("/")
      && !inner.split(separator: "/", omittingEmptySubsequences: false).contains { $0 == ".." || $0.isEmpty }
  }
}

/// Files held in memory: what tests and generators hand to the reader.
public struct MemorySource: NetworkSource {
  public var files: [String: [UInt8]]

  public init(files: [String: [UInt8]]) {
    self.files = files
  }

  public func names() throws(NetworkSourceError) -> [String] { files.keys.sorted() }

  public func bytes(of name: String) throws(NetworkSourceError) -> [UInt8]? { files[name] }
}
