import Logging
import Mustache
import Platform

/// Everything that a browser sees, as the files of one directory say it.
struct WebFiles: Sendable {
  let templates: MustacheLibrary
  let texts: TextBook
  let assets: AssetTree

  /// - Throws: `WebFault`, which names each file and line.
  static func read(_ directory: String, vendor: String) throws(WebFault) -> WebFiles {
    let texts = try TextBook(WebFolder(path: directory + "/texts").files([".yaml"]))
    let templates = try TemplateReader.read(
      WebFolder(path: directory + "/templates").files([".mustache"]), texts: texts)
    let assets = try AssetTree(
      own: WebFolder(path: directory + "/assets").files(AssetTree.contentTypes.map(\.ending)), vendor: vendor,
      texts: texts)
    return WebFiles(templates: templates, texts: texts, assets: assets)
  }

  func holdsTemplate(_ name: String) -> Bool { templates.getTemplate(named: name) != nil }
}

/// The files now in force: read once at start; while pages are worked on, again whenever one has changed.
final class WebSite: Sendable {
  private struct State {
    var files: WebFiles
    var stamp: [Double]
  }

  private let directory: String
  private let vendor: String
  private let rereads: Bool
  private let logger: Logger
  private let state: Locked<State>
  /// What maps lay under the units' ground; nil where nothing is loaded from other hosts.
  let tiles: MapTiles?

  /// - Parameter rereads: whether changed files are read again, at the next request.
  /// - Throws: `WebFault`, which names each file and line.
  init(
    directory: String, vendor: String, rereads: Bool, tiles: MapTiles? = nil, logger: Logger
  ) throws(WebFault) {
    self.tiles = tiles
    self.directory = directory
    self.vendor = vendor
    self.rereads = rereads
    self.logger = logger
    state = Locked(
      State(files: try WebFiles.read(directory, vendor: vendor), stamp: WebFolder(path: directory).stamp))
  }

  var files: WebFiles {
    guard rereads else { return state.withLock { $0.files } }
    return state.withLock { state in
      let stamp = WebFolder(path: directory).stamp
      if stamp != state.stamp {
        state.stamp = stamp
        do throws(WebFault) {
          state.files = try WebFiles.read(directory, vendor: vendor)
        } catch {
          logger.error("the changed pages cannot be read; those before are kept", metadata: ["reason": "\(error)"])
        }
      }
      return state.files
    }
  }
}
