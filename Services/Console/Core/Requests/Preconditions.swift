import HTTPTypes
import Hummingbird
import Operations

extension Request {
  /// The version in `If-Match`: `"7"`, `7`, or nil for `*`, any version.
  ///
  /// - Throws: 428 when the header is missing; 400 when it holds anything else.
  func expectedVersion() throws(Problem) -> Int64? {
    guard let header = headers[.ifMatch] else {
      throw Problem(
        .preconditionRequired, code: "if_match_required",
        detail: "Send the version that you have seen in If-Match, so that nobody's change is lost.")
    }
    if header == "*" { return nil }
    var text = header[...]
    if text.hasPrefix("W/") { text = text.dropFirst(2) }
    if text.hasPrefix("\""), text.hasSuffix("\""), text.count >= 2 { text = text.dropFirst().dropLast() }
    guard let version = Int64(text), version > 0 else {
      throw .malformed(code: "malformed_if_match", "If-Match must hold one version, as the ETag has it.")
    }
    return version
  }

  /// Whether the client already has what `tag` names.
  func has(entityTag tag: String) -> Bool {
    guard let header = headers[.ifNoneMatch] else { return false }
    return header.split(separator: ",").contains { $0.drop { $0 == " " } == tag[...] }
  }
}

/// The entity tag of a version.
func entityTag(_ version: Int64) -> String { "\"\(version)\"" }
