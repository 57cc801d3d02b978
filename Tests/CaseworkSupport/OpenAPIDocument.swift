import Foundation

/// The routes that docs/openapi.yaml describes.
public struct OpenAPIDocument: Sendable {
  public enum Door: Sendable { case console, intake }

  /// `GET /v1/cases/{}`: every name of a parameter is left out.
  public let routes: [Door: Set<String>]

  /// - Parameter text: a document whose paths stand two spaces in, and their methods four.
  public init(_ text: String) {
    var routes: [Door: Set<String>] = [:]
    var path: String?
    var door = Door.console
    for line in text.split(separator: "\n") {
      if line.hasPrefix("  /"), line.hasSuffix(":") {
        path = String(line.dropFirst(2).dropLast())
        door = .console
      } else if !line.hasPrefix(" ") {
        path = nil
      } else if line.hasPrefix("    servers:"), line.contains("intake") {
        door = .intake
      } else if let path, let method = Self.methods.first(where: { line == "    \($0):" }) {
        routes[door, default: []].insert("\(method.uppercased()) \(Self.bare(path))")
      }
    }
    self.routes = routes
  }

  /// The document of the tree.
  public static func read(_ file: String = #filePath) throws -> OpenAPIDocument {
    let root = file.split(separator: "/", omittingEmptySubsequences: false).dropLast(3).joined(separator: "/")
    return OpenAPIDocument(try String(contentsOfFile: "\(root)/docs/openapi.yaml", encoding: .utf8))
  }

  private static let methods = ["get", "put", "post", "delete", "patch", "head"]

  /// The path with `{}` in the place of every parameter, whether written `{id}` or `:id`.
  public static func bare(_ path: String) -> String {
    path.split(separator: "/", omittingEmptySubsequences: false).map { part -> String in
      if part.hasPrefix(":") || (part.hasPrefix("{") && part.hasSuffix("}") && !part.contains("}.")) { return "{}" }
      return String(part)
    }.joined(separator: "/")
  }
}
