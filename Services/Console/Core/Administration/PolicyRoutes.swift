import Casework
import Domain
import GridNetwork
import HTTPTypes
import Hummingbird
import NIOCore
import Operations
import WebAuth
import Wire

/// New versions of the network: looked at, put in force, and compared with those before.
struct PolicyRoutes: Sendable {
  static let mediaTypes = ["application/x-tar"]

  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.post("policies/previews") { request, context in try await preview(request, context) }
    group.post("policies") { request, context in try await load(request, context) }
    group.get("policies/:district/:version/difference") { request, context in try await difference(request, context) }
    group.get("policies/:district/:version/files.tar") { _, context in try await files(context) }
  }

  /// A tar archive of changed files, or of all: 200 with every fault, or with what it changes.
  private func preview(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    let desk = PolicyDesk(pool: console.pool, view: view)
    let basis = try await desk.basis()
    var fields = try QueryFields(request)
    let kind = fields.choice("files", of: UploadedFiles.self) ?? .changed
    try fields.finish()
    switch try await desk.read(try await upload(request), kind, over: basis) {
    case .faulty(let faults):
      return .json { writer in
        writer.beginObject()
        writer.member("valid", false)
        writer.member("fault_count", faults.count)
        write(faults, words(request), to: &writer)
        writer.endObject()
      }
    case .sound(let draft):
      let preview = try await desk.preview(draft, now: console.now)
      let running = try PolicyDesk.files(of: basis.source)
      let compared = try await PolicyDesk.onOwnThread {
        (NetworkDifference(from: view.policy, to: draft.network.policy), FileDifference.between(running, draft.files))
      }
      return .json { writer in
        writer.beginObject()
        writer.member("valid", true)
        writer.member("digest", draft.digest)
        writer.member("district", basis.district.text)
        writer.member("basis", basis.version)
        writer.member("same", compared.1.isEmpty)
        PolicyDocument.write(compared.0, compared.1, texts: texts(request), to: &writer)
        PolicyDocument.write(preview, to: &writer)
        writer.endObject()
      }
    }
  }

  /// The same archive with the digest and the basis that the preview told: 201 with the versions; 409 where another version
  /// came in force meanwhile, or the files are not those that were looked at.
  private func load(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let view = try console.administratorView(context)
    let desk = PolicyDesk(pool: console.pool, view: view)
    let basis = try await desk.basis()
    var fields = try QueryFields(request)
    let kind = fields.choice("files", of: UploadedFiles.self) ?? .changed
    let digest = fields.text("digest")
    let expected = fields.number("basis", in: 1...Int(Int32.max))
    if digest == nil { fields.fault("digest", "required", "Name the digest that the preview told.") }
    if expected == nil { fields.fault("basis", "required", "Name the version that the preview compared with.") }
    try fields.finish()
    guard expected == Int(basis.version) else { throw PolicyDesk.changed(basis.version) }
    switch try await desk.read(try await upload(request), kind, over: basis) {
    case .faulty(let faults):
      throw Problem.unprocessable(code: "faulty_network", "It has \(faults.count) faults; a preview tells them.")
    case .sound(let draft):
      guard draft.digest == digest else {
        throw Problem.conflict(code: "other_files", "These are not the files that were looked at.")
      }
      let act = { @Sendable (version: Int32) in
        console.act(
          "load_network", on: "\(draft.network.policy.name) \(version)", in: basis.district, by: view)
      }
      let versions = try await desk.load(draft, after: basis.version) { act($0).note }
      console.log(act(versions.map(\.version).max() ?? 0))
      try await console.policies.refresh()
      return .json(.created) { writer in
        writer.beginObject()
        writer.objects("versions", versions) { writer, item in
          writer.member("district", item.district.text)
          writer.member("version", item.version)
          writer.member("is_new", item.isNew)
        }
        writer.endObject()
      }
    }
  }

  /// From the version before, or from `from`.
  private func difference(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let (district, version) = try asked(context)
    var fields = try QueryFields(request)
    let from = Int32(fields.number("from", in: 1...Int(Int32.max)) ?? Int(version) - 1)
    try fields.finish()
    guard let new = try await NetworkLoading.files(district, version: version, console.pool),
      let old = try await NetworkLoading.files(district, version: from, console.pool)
    else { throw Problem.notFound("There is no such version.") }
    let compared = try await PolicyDesk.onOwnThread {
      (
        NetworkDifference(
          from: try NetworkReader.read(old, geometry: .skip).policy,
          to: try NetworkReader.read(new, geometry: .skip).policy),
        FileDifference.between(try PolicyDesk.files(of: old), try PolicyDesk.files(of: new))
      )
    }
    return .json { writer in
      writer.beginObject()
      writer.member("district", district.text)
      writer.member("from", from)
      writer.member("version", version)
      PolicyDocument.write(compared.0, compared.1, texts: texts(request), to: &writer)
      writer.endObject()
    }
  }

  /// The files as they are in force, to be changed and uploaded again.
  private func files(_ context: AuthenticatedContext) async throws -> Response {
    let (district, version) = try asked(context)
    guard let source = try await NetworkLoading.files(district, version: version, console.pool) else {
      throw Problem.notFound("There is no such version.")
    }
    let own = try PolicyDesk.files(of: source).map { name, bytes in
      (name.hasPrefix("../") ? String(name.dropFirst(3)) : "network/" + name, bytes)
    }
    return .of(
      contentType: Self.mediaTypes[0],
      headers: [.contentDisposition: "attachment; filename=\"\(district)-v\(version).tar\""],
      bytes: TarArchive.write(Dictionary(uniqueKeysWithValues: own)))
  }

  private func asked(_ context: AuthenticatedContext) throws -> (UnitCode, Int32) {
    let view = try console.viewOfWholeDistricts(context)
    let district = UnitCode(context.parameters.get("district") ?? "")
    guard view.territory.districts.contains(district), let version = context.parameters.get("version", as: Int32.self)
    else { throw Problem.notFound("There is no such version.") }
    return (district, version)
  }

  private func upload(_ request: Request) async throws -> [UInt8] {
    try request.requireContentType(Self.mediaTypes)
    let body = try await request.collectBody(maxBytes: PolicyDesk.maxUploadBytes)
    return Array(body.readableBytesView)
  }

  /// The words for people who ask for a language; programs that ask for none get what the files have.
  private func texts(_ request: Request) -> PageTexts? {
    PageLanguage.asked(request).map { console.site.files.texts.texts($0) }
  }

  private func words(_ request: Request) -> NetworkFaultWords? {
    PageLanguage.asked(request).map { NetworkFaultWords(console.site.files.texts, $0) }
  }

  private func write(_ faults: [NetworkFault], _ words: NetworkFaultWords?, to writer: inout JSONWriter) {
    writer.objects("faults", faults.prefix(PolicyDesk.maxFaults)) { writer, fault in
      writer.member("file", fault.file)
      writer.member("line", fault.line)
      writer.member("message", words?(fault.message) ?? fault.message)
      writer.member("remedy", words?(fault.remedy) ?? fault.remedy)
    }
  }
}

/// What a version changes, as JSON.
enum PolicyDocument {
  /// - Parameter texts: the words for limits; nil writes them as the files do.
  static func write(
    _ difference: NetworkDifference, _ files: [FileDifference], texts: PageTexts?, to writer: inout JSONWriter
  ) {
    writer.objects("counts", difference.counts) { writer, count in
      writer.member("kind", count.kind.rawValue)
      writer.member("before", count.before)
      writer.member("after", count.after)
      writer.member("changed", difference.changed[count.kind] ?? 0)
    }
    writer.objects("changes", difference.entries) { writer, entry in
      writer.member("kind", entry.kind.rawValue)
      writer.member("way", entry.way.rawValue)
      writer.member("key", entry.key)
      let isTimed = entry.kind == .limit || entry.kind == .rung
      writer.member("before", isTimed ? limits(in: entry.before, texts) : entry.before)
      writer.member("after", isTimed ? limits(in: entry.after, texts) : entry.after)
    }
    writer.objects("files", files) { writer, file in
      writer.member("name", file.name)
      writer.member("way", file.way.rawValue)
      writer.member("added_lines", file.addedLines)
      writer.member("removed_lines", file.removedLines)
      writer.objects("lines", file.lines) { writer, line in
        writer.member("number", line.number)
        writer.member("added", line.isAdded)
        writer.member("text", line.text)
      }
    }
  }

  /// `5 work_days` → `5 个工作日`.
  static func limits(in text: String?, _ texts: PageTexts?) -> String? {
    guard let texts else { return text }
    return text?.replacing(/(\d+) ((?:work|urgent)_(?:minute|hour|day))s?\b/) { match in
      Int64(match.1).map { texts.counted("words.limit.\(match.2)s", $0) } ?? String(match.0)
    }
  }

  static func write(_ preview: PolicyPreview, to writer: inout JSONWriter) {
    writer.object("open_cases") { writer in
      writer.member("cases", preview.cases)
      writer.member("moved", preview.movedCases)
      writer.member("overdue", preview.overdueCases)
      writer.member("provisional", preview.calendar.provisional)
      writer.member("provisional_moved", preview.calendar.moved)
      let clocks = ClockName.allCases.compactMap { name in preview.clocks[name].map { (name, $0) } }
      writer.objects("clocks", clocks) { writer, clock in
        writer.member("clock", clock.0.rawValue)
        writer.member("running", clock.1.running)
        writer.member("earlier", clock.1.earlier)
        writer.member("later", clock.1.later)
        writer.member("without_limit", clock.1.withoutLimit)
        writer.member("become_overdue", clock.1.becomeOverdue)
      }
    }
  }
}
