import Casework
import Domain
import Wire

/// Who reported a case: masked for everybody, in full for someone who asked with a reason, which the journal keeps.
struct ReporterDocument {
  let actor: Actor
  let zone: ZoneRules

  /// - Parameter unmasked: everybody who reported, for the one answer that reveals them.
  func write(
    _ report: ReportContent?, finder: String, unmasked reporters: [Reporter]?, to writer: inout JSONWriter
  ) {
    writer.member("finder", finder)
    guard let report else { return }
    writer.member("external_id", report.externalID)
    let reveals = reporters != nil
    writer.object("reporter") { writer in
      let isShown = reveals && shows(anonymous: report.isAnonymous)
      writer.member("anonymous", report.isAnonymous)
      writer.member("name", isShown ? report.reporterName : report.reporterName.map(Masking.name))
      writer.member("phone", isShown ? report.reporterPhone : report.reporterPhone.map(Masking.phone))
      writer.member("erased", report.erasedAt != nil)
    }
    if let reporters { writer.objects("reporters", reporters) { write($1, to: &$0) } }
    writer.key("subject")
    guard report.subjectKind != nil || report.subjectCode != nil || report.subjectName != nil else {
      return writer.null()
    }
    writer.beginObject()
    writer.member("kind", report.subjectKind)
    writer.member("code", report.subjectCode)
    // A person is masked as a reporter is; a firm or a shop is not.
    let isMasked = report.subjectKind == "person" && !reveals
    writer.member("name", isMasked ? report.subjectName.map(Masking.name) : report.subjectName)
    writer.endObject()
  }

  private func write(_ reporter: Reporter, to writer: inout JSONWriter) {
    let isShown = shows(anonymous: reporter.isAnonymous)
    writer.member("case_id", reporter.caseID.description)
    writer.member("source", reporter.source)
    writer.member("received_at", reporter.receivedAt, in: zone)
    writer.member("external_id", reporter.externalID)
    writer.member("anonymous", reporter.isAnonymous)
    writer.member("name", isShown ? reporter.name : reporter.name.map(Masking.name))
    writer.member("phone", isShown ? reporter.phone : reporter.phone.map(Masking.phone))
    writer.member("erased", reporter.erasedAt != nil)
  }

  /// Who wished to stay anonymous is known to the centre and discipline inspection, never to those who handle the case.
  private func shows(anonymous: Bool) -> Bool {
    guard anonymous, let role = actor.role else { return true }
    return [.dispatcher, .supervisor, .hotline, .inspector].contains(role)
  }
}
