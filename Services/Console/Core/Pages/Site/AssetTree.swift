import Cryptography
import Wire

/// What the pages load: our own modules, styles and icons, the words that modules use, and the libraries that the
/// distribution installed. All of it has one version, the hash over everything, which stands in each address: what is
/// loaded under it never changes, and modules name each other by relative addresses.
struct AssetTree: Sendable {
  struct Asset: Sendable {
    let contentType: String
    let bytes: [UInt8]
    let tag: String
    /// The same, packed by the distribution; by content coding.
    var packed: [String: [UInt8]] = [:]
  }

  /// The endings that are served, with their types.
  static let contentTypes: [(ending: String, type: String)] = [
    (".js", "text/javascript; charset=utf-8"), (".css", "text/css; charset=utf-8"),
    (".svg", "image/svg+xml"), (".png", "image/png"), (".webmanifest", "application/manifest+json"),
  ]
  /// The libraries, each a folder of the distribution, and a file by which one sees that it is installed.
  static let libraries: [(folder: String, mark: String, package: String)] = [
    ("leaflet", "leaflet.min.js", "libjs-leaflet"),
    ("leaflet", "leaflet.markercluster.min.js", "libjs-leaflet.markercluster"),
    ("chart.js", "chart.min.js", "libjs-chart.js"),
  ]
  private static let packings = [(ending: ".gz", coding: "gzip"), (ending: ".brotli", coding: "br")]

  private let assets: [String: Asset]
  let version: String

  /// - Parameters:
  ///   - own: the files of `assets/`.
  ///   - vendor: the folder that holds the libraries' folders.
  /// - Throws: `WebFault` when a library is not installed.
  init(own: [(name: String, bytes: [UInt8])], vendor: String, texts: TextBook) throws(WebFault) {
    var assets: [String: Asset] = [:]
    for file in own { assets[file.name] = Self.asset(file.name, file.bytes) }
    for language in PageLanguage.allCases {
      let name = "texts/\(language.rawValue).js"
      assets[name] = Self.asset(name, Self.module(of: texts.texts(language)))
    }
    try Self.addLibraries(vendor, to: &assets)
    self.assets = assets
    var hash: [UInt8] = []
    for (name, asset) in assets.sorted(by: { $0.key < $1.key }) { hash += Array("\(name) \(asset.tag)\n".utf8) }
    version = String(Hexadecimal.encode(SHA256.digest(of: hash)).prefix(12))
  }

  /// Where pages find their assets, without a slash at the end.
  var path: String { "/assets/\(version)" }

  subscript(name: String) -> Asset? { assets[name] }

  private static func addLibraries(_ vendor: String, to assets: inout [String: Asset]) throws(WebFault) {
    for folder in Set(libraries.map(\.folder)).sorted() {
      let missing = libraries.first { $0.folder == folder }?.package ?? folder
      let files: [(name: String, bytes: [UInt8])]
      do {
        files = try WebFolder(path: "\(vendor)/\(folder)").files(
          contentTypes.map(\.ending) + packings.map(\.ending))
      } catch {
        throw WebFault("\(vendor)/\(folder)", 1, "is missing: install \(missing)")
      }
      for file in files where packings.allSatisfy({ !file.name.hasSuffix($0.ending) }) {
        var asset = asset(file.name, file.bytes)
        for packing in packings {
          asset?.packed[packing.coding] = files.first { $0.name == file.name + packing.ending }?.bytes
        }
        assets["vendor/\(folder)/\(file.name)"] = asset
      }
    }
    for library in libraries where assets["vendor/\(library.folder)/\(library.mark)"] == nil {
      throw WebFault("\(vendor)/\(library.folder)/\(library.mark)", 1, "is missing: install \(library.package)")
    }
  }

  private static func asset(_ name: String, _ bytes: [UInt8]) -> Asset? {
    guard let type = contentTypes.first(where: { name.hasSuffix($0.ending) })?.type else { return nil }
    let tag = "\"\(Hexadecimal.encode(SHA256.digest(of: bytes)).prefix(24))\""
    return Asset(contentType: type, bytes: bytes, tag: tag)
  }

  /// The words that modules use, as a module.
  private static func module(of texts: PageTexts) -> [UInt8] {
    var writer = JSONWriter()
    writer.beginObject()
    for (key, word) in texts.scriptTexts {
      guard let one = word.one else {
        writer.member(key, word.text)
        continue
      }
      writer.key(key)
      writer.beginArray()
      writer.string(word.text)
      writer.string(one)
      writer.endArray()
    }
    writer.endObject()
    return Array("export default ".utf8) + writer.bytes + Array(";\n".utf8)
  }
}
