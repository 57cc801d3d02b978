/// A department and the unit whose desk it answers to.
public struct Department: Sendable, Hashable {
  public let code: DepartmentCode
  public let unit: UnitCode
  public let nameZh: String
  public let nameEn: String

  public init(code: DepartmentCode, unit: UnitCode, nameZh: String, nameEn: String) {
    self.code = code
    self.unit = unit
    self.nameZh = nameZh
    self.nameEn = nameEn
  }
}

/// One class or item of the catalogue (CJ/T 214, GB/T 30428.2, or local), with the scheme and version it comes from.
public struct Category: Sendable, Hashable {
  public enum Kind: String, Sendable, CaseIterable { case event, component, service }
  public let scheme: String
  public let version: String
  public let kind: Kind
  public let code: CategoryCode
  public let parent: CategoryCode?
  public let nameZh: String
  public let nameEn: String
  public let closingStandard: String
  /// Whether cases may be filed under it: a class above other categories only groups them.
  public let fileable: Bool

  public init(
    scheme: String, version: String, kind: Kind, code: CategoryCode, parent: CategoryCode?, nameZh: String,
    nameEn: String, closingStandard: String, fileable: Bool
  ) {
    self.scheme = scheme
    self.version = version
    self.kind = kind
    self.code = code
    self.parent = parent
    self.nameZh = nameZh
    self.nameEn = nameEn
    self.closingStandard = closingStandard
    self.fileable = fileable
  }
}

/// The catalogue of a network.
public struct Catalogue: Sendable {
  public let categories: [Category]
  /// Where a report goes whose category the catalogue does not hold, when the network allows such reports.
  public let catchAll: CategoryCode?
  private let indexByCode: [CategoryCode: Int]
  private let indexByNameEn: [String: Int]
  private let fileableByParent: [CategoryCode: [CategoryCode]]

  /// The first of two categories with the same code wins; the validator reports the second.
  public init(categories: [Category], catchAll: CategoryCode? = nil) {
    self.categories = categories
    self.catchAll = catchAll
    indexByCode = Dictionary(
      categories.enumerated().map { ($0.element.code, $0.offset) }, uniquingKeysWith: { first, _ in first })
    indexByNameEn = Dictionary(
      categories.enumerated().filter { $0.element.fileable }.map { ($0.element.nameEn, $0.offset) },
      uniquingKeysWith: { first, _ in first })
    fileableByParent = categories.reduce(into: [:]) { found, category in
      if let parent = category.parent, category.fileable { found[parent, default: []].append(category.code) }
    }
  }

  public subscript(code: CategoryCode) -> Category? { indexByCode[code].map { categories[$0] } }

  /// The category whose English name is exactly `nameEn`: how a city's own list of complaint types finds its code.
  public func category(namedEn nameEn: String) -> Category? { indexByNameEn[nameEn].map { categories[$0] } }

  /// Whether `code` is `ancestor` or stands under it.
  public func contains(_ ancestor: CategoryCode, _ code: CategoryCode) -> Bool {
    var current = code
    for _ in 0..<Catalogue.maxDepth {
      if current == ancestor { return true }
      guard let parent = self[current]?.parent else { return false }
      current = parent
    }
    return false
  }

  /// The categories that cases are filed under and that stand in the same class, the group directly above; itself alone
  /// where there is no such group.
  public func classmates(of code: CategoryCode) -> [CategoryCode] {
    self[code]?.parent.flatMap { fileableByParent[$0] } ?? [code]
  }

  /// Deeper catalogues are refused by the validator.
  public static let maxDepth = 8
}
