import Cryptography
import Domain
import WebAuth

/// The keys by which the public page hands in reports, one of each district that has the page (`gridctl key public`).
///
/// A key of the role `source` that is bound to the source `citizen` can hand in what residents report and see what came
/// of that, and nothing else: the page can do no more, whoever finds a hole in it.
struct PublicKeys: Sendable {
  private let keys: [UnitCode: APIKey]

  /// None.
  init() { keys = [:] }

  /// Nil unless `text` is a list of keys, parted by white space.
  init?(_ text: String) {
    var keys: [UnitCode: APIKey] = [:]
    for word in text.split(whereSeparator: \.isWhitespace) {
      guard let key = APIKey(text: String(word)) else { return nil }
      keys[key.district] = key
    }
    self.keys = keys
  }

  func key(of district: UnitCode) -> APIKey? { keys[district] }
}

extension APIKey {
  /// With what the forms and addresses of the public page are signed. Who has the key can make them; they say nothing
  /// that the key's owner could not say by itself.
  var publicSecret: [UInt8] { HMACSHA256.code(of: Array("gridloop public page".utf8), key: Array(text.utf8)) }
}

extension Caller {
  /// Whether it is the narrow key that the page needs: one that can do more is not used.
  var isPublicPage: Bool { kind == .key && role == .source && source == ReportSource.citizen.rawValue }
}
