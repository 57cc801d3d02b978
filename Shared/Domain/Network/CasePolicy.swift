/// What may be done to a case, how often, how long and by whom. Everything that is not given is not possible, but for
/// returns and reopening.
public struct CasePolicy: Sendable, Hashable {
  /// How often a department may return one case.
  public var maxReturns: Int
  /// Within this time of the dispatch.
  public var returnWithin: Limit?
  /// Sources whose reports must be verified before they are filed.
  public var verifyFirst: [ReportSource]
  /// Within this time of its closing a case may be reopened; nil: ever.
  public var reopenWithin: Limit?
  /// First match wins; none: no extension is possible.
  public var extensions: [ExtensionRule]
  public var suspension: SuspensionRule?
  /// First match wins; none: a result needs nothing but its words.
  public var closing: [ClosingRule]
  public var supervisionForms: [SupervisionForm]
  public var revisits: RevisitRule
  public var appeals: AppealRule?

  public init(
    maxReturns: Int = 2, returnWithin: Limit? = nil, verifyFirst: [ReportSource] = [], reopenWithin: Limit? = nil,
    extensions: [ExtensionRule] = [], suspension: SuspensionRule? = nil, closing: [ClosingRule] = [],
    supervisionForms: [SupervisionForm] = [], revisits: RevisitRule = RevisitRule(), appeals: AppealRule? = nil
  ) {
    self.maxReturns = maxReturns
    self.returnWithin = returnWithin
    self.verifyFirst = verifyFirst
    self.reopenWithin = reopenWithin
    self.extensions = extensions
    self.suspension = suspension
    self.closing = closing
    self.supervisionForms = supervisionForms
    self.revisits = revisits
    self.appeals = appeals
  }

  public func supervisionForm(_ name: String) -> SupervisionForm? { supervisionForms.first { $0.name == name } }
}

/// How often and how far the handling of a case may be extended, and who grants it.
public struct ExtensionRule: Sendable, Hashable {
  /// One granted extension: the longest it may be, and the roles that may grant it.
  public struct Grade: Sendable, Hashable {
    public let longest: Limit
    public let grantedBy: Set<Role>
    public init(longest: Limit, grantedBy: Set<Role>) {
      self.longest = longest
      self.grantedBy = grantedBy
    }
  }
  public let condition: CaseCondition
  /// The first for the first extension, and so on; after the last there is none.
  public let grades: [Grade]

  public init(condition: CaseCondition = CaseCondition(), grades: [Grade]) {
    self.condition = condition
    self.grades = grades
  }
}

/// How long a case may be set aside (挂账) and who grants it.
public struct SuspensionRule: Sendable, Hashable {
  public let longest: Limit
  public let grantedBy: Set<Role>

  public init(longest: Limit, grantedBy: Set<Role>) {
    self.longest = longest
    self.grantedBy = grantedBy
  }
}

/// What a result must bring with it.
public struct ClosingRule: Sendable, Hashable {
  public let condition: CaseCondition
  /// Every item of the closing standard must be confirmed (结案标准).
  public let checklist: Bool
  /// At least so many photographs.
  public let photos: Int

  public init(condition: CaseCondition = CaseCondition(), checklist: Bool, photos: Int) {
    self.condition = condition
    self.checklist = checklist
    self.photos = photos
  }
}

/// A form of supervision (督办), such as by telephone, in writing, on site or a leader's order.
public struct SupervisionForm: Sendable, Hashable {
  public let name: String
  public let nameZh: String
  public let nameEn: String
  /// Within this time the department must answer in writing; nil: no answer is asked.
  public let answer: Limit?
  /// Empty: whoever may supervise.
  public let orderedBy: Set<Role>

  public init(name: String, nameZh: String, nameEn: String, answer: Limit? = nil, orderedBy: Set<Role> = []) {
    self.name = name
    self.nameZh = nameZh
    self.nameEn = nameEn
    self.answer = answer
    self.orderedBy = orderedBy
  }
}

/// What the caller says when asked after the closing (回访).
public enum Satisfaction: String, CaseIterable, Sendable {
  case verySatisfied = "very_satisfied"
  case satisfied
  case basically
  case dissatisfied
  case veryDissatisfied = "very_dissatisfied"
  /// The caller could not be reached or gave no rating (未评价).
  case unrated
}

/// Whose closed cases are revisited, and what a bad rating brings about.
public struct RevisitRule: Sendable, Hashable {
  /// Empty: any source.
  public var sources: [ReportSource]
  /// Ratings after which the centre must supervise.
  public var supervise: Set<Satisfaction>
  /// Ratings that reopen the case.
  public var reopen: Set<Satisfaction>

  public init(
    sources: [ReportSource] = [], supervise: Set<Satisfaction> = [], reopen: Set<Satisfaction> = []
  ) {
    self.sources = sources
    self.supervise = supervise
    self.reopen = reopen
  }
}

/// Until when, how often and before whom a department may appeal.
public struct AppealRule: Sendable, Hashable {
  /// After the closing; before it an appeal is possible as soon as the case is late.
  public let within: Limit
  public let max: Int
  public let decidedBy: Set<Role>

  public init(within: Limit, max: Int, decidedBy: Set<Role>) {
    self.within = within
    self.max = max
    self.decidedBy = decidedBy
  }
}
