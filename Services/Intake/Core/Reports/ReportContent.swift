import Cryptography
import Wire

/// What a reporter wrote and who they are: kept in `reports` only, never in the journal, so that it can be erased.
struct ReportContent: Sendable, Equatable {
  /// Bytes of the random salt under which the content is digested.
  static let saltBytes = 16

  let description: String
  let address: String?
  let reporterName: String?
  let reporterPhone: String?
  /// Whoever handles the case must not learn who reported it; the hotline still calls back.
  let isAnonymous: Bool
  let subjectKind: String?
  let subjectCode: String?
  let subjectName: String?
  /// What the sender called it, where the catalogue has no such category.
  let givenCategory: String?
  /// With it the digest can be checked; erased with the content, after which the digest says nothing of it.
  let salt: [UInt8]

  init(_ draft: ReportDraft, givenCategory: String?, salt: [UInt8] = RandomBytes.make(ReportContent.saltBytes)) {
    description = draft.description ?? ""
    address = draft.address
    reporterName = draft.reporterName
    reporterPhone = draft.reporterPhone
    isAnonymous = draft.isAnonymous
    subjectKind = draft.subjectKind
    subjectCode = draft.subjectCode
    subjectName = draft.subjectName
    self.givenCategory = givenCategory
    self.salt = salt
  }

  /// What the journal binds the content with: SHA-256 over the salt and then the canonical encoding of the fields
  /// 1 description, 2 address, 3 reporter's name, 4 phone, 5 anonymous, 6 subject's kind, 7 code, 8 name and
  /// 9 category as given; a field that is empty or false is left out.
  var digest: [UInt8] {
    var writer = CanonicalWriter(reserving: description.utf8.count + 64)
    writer.textIfAny(1, description)
    writer.textIfAny(2, address)
    writer.textIfAny(3, reporterName)
    writer.textIfAny(4, reporterPhone)
    writer.flag(5, isAnonymous)
    writer.textIfAny(6, subjectKind)
    writer.textIfAny(7, subjectCode)
    writer.textIfAny(8, subjectName)
    writer.textIfAny(9, givenCategory)
    return SHA256.digest(of: salt + writer.bytes)
  }
}
