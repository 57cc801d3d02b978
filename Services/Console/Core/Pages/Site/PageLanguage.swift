import HTTPTypes
import Hummingbird

/// The languages that pages are written in.
enum PageLanguage: String, CaseIterable, Sendable {
  case chinese = "zh-CN"
  case english = "en"

  /// The cookie that keeps the choice.
  static let cookieName = "gridloop_lang"

  /// The language that `?lang=` names, else the one chosen before, else the one that the browser likes best, else
  /// `otherwise`.
  static func of(_ request: Request, otherwise: PageLanguage = .chinese) -> PageLanguage {
    if let asked = request.uri.queryParameters["lang"], let language = matching(asked) { return language }
    if let kept = request.cookies[cookieName]?.value, let language = matching(kept[...]) { return language }
    return preferred(request.headers[.acceptLanguage] ?? "", otherwise: otherwise)
  }

  /// The language that the request asks for; nil where it asks for none, as programs do.
  static func asked(_ request: Request) -> PageLanguage? {
    let language = of(request, otherwise: .chinese)
    return language == of(request, otherwise: .english) ? language : nil
  }

  /// By the weights of `Accept-Language` (RFC 9110, 12.5.4); of equal ones the first.
  static func preferred(_ header: String, otherwise: PageLanguage = .chinese) -> PageLanguage {
    var best: (language: PageLanguage, weight: Double)?
    for range in header.split(separator: ",") {
      let parts = range.split(separator: ";")
      guard let tag = parts.first, let language = matching(tag.filter { $0 != " " }[...]) else { continue }
      let weight =
        parts.dropFirst().compactMap { part -> Double? in
          let text = part.filter { $0 != " " }
          return text.hasPrefix("q=") ? Double(text.dropFirst(2)) : nil
        }.first ?? 1
      if weight > 0, weight > best?.weight ?? 0 { best = (language, weight) }
    }
    return best?.language ?? otherwise
  }

  static func matching(_ tag: Substring) -> PageLanguage? {
    switch tag.lowercased().prefix(2) {
    case "zh": .chinese
    case "en": .english
    default: nil
    }
  }

  func text(_ chinese: String, _ english: String) -> String { self == .chinese ? chinese : english }
}
