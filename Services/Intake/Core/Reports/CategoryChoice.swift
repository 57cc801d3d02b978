import Domain

/// Which category of the catalogue a report falls under.
enum CategoryChoice {
  /// The category, and what the sender called it where the catalogue does not hold that.
  struct Found: Equatable {
    let code: CategoryCode
    let given: String?
  }

  enum Fault: Error, Equatable {
    case unknown
    /// It only groups the categories below it.
    case notFileable
  }

  /// By code, by exact English name, or, where the network allows it, by the name of a complaint type that the
  /// catalogue does not hold, which falls under its catch-all.
  static func find(_ text: String, in catalogue: Catalogue) throws(Fault) -> Found {
    let code = CategoryCode(text)
    if let category = catalogue[code] {
      guard category.fileable else { throw .notFileable }
      return Found(code: code, given: nil)
    }
    if let category = catalogue.category(namedEn: text) { return Found(code: category.code, given: nil) }
    if let catchAll = catalogue.catchAll, isName(text) { return Found(code: catchAll, given: text) }
    throw .unknown
  }

  /// Words beginning with a capital, without digits; so that a mistyped code is a fault and does not vanish in the
  /// catch-all.
  static func isName(_ text: String) -> Bool {
    guard let first = text.utf8.first, (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(first), text.utf8.count > 2
    else { return false }
    return !text.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
  }
}
