import Foundation

/// The files below one directory, read whole. Only read at start, and again on change while pages are worked on.
struct WebFolder {
  /// The largest file that is read.
  static let maxFileBytes = 4 << 20

  let path: String

  /// - Parameter path: of the directory, which may be a link.
  init(path: String) {
    self.path = URL(fileURLWithPath: path).resolvingSymlinksInPath().path
  }

  /// Every file of one of these endings, by its name below the directory, in order of name.
  ///
  /// - Throws: `WebFault` when the directory cannot be read or a file is too large.
  func files(_ endings: [String]) throws(WebFault) -> [(name: String, bytes: [UInt8])] {
    guard let names = try? FileManager.default.subpathsOfDirectory(atPath: path) else {
      throw WebFault(path, 1, "the directory cannot be read")
    }
    var files: [(name: String, bytes: [UInt8])] = []
    for name in names.sorted() where endings.contains(where: name.hasSuffix) {
      guard let data = FileManager.default.contents(atPath: path + "/" + name) else { continue }
      guard data.count <= Self.maxFileBytes else {
        throw WebFault(name, 1, "is larger than \(Self.maxFileBytes) bytes")
      }
      files.append((name, [UInt8](data)))
    }
    return files
  }

  /// When anything below the directory last changed and how many files there are: another value means that something
  /// is new, gone or different.
  var stamp: [Double] {
    let names = (try? FileManager.default.subpathsOfDirectory(atPath: path)) ?? []
    var newest = 0.0
    for name in names {
      let attributes = try? FileManager.default.attributesOfItem(atPath: path + "/" + name)
      newest = max(newest, (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0)
    }
    return [newest, Double(names.count)]
  }
}
