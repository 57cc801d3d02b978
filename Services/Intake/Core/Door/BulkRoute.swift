import Domain
import HTTPTypes
import Hummingbird
import Journal
import NIOCore
import Operations
import Platform
import WebAuth
import Wire

/// `POST /v1/reports/bulk`: lines of JSON in, one line of result for each, in order, while the stream goes on.
///
/// Of a key that is limited each line counts; those beyond the limit are refused one by one, as bad ones are.
///
/// What has been read while a commit is under way is filed with the next; a sender that waits for each answer gets it
/// at once.
struct BulkRoute: Sendable {
  static let mediaTypes = ["application/x-ndjson", "application/ndjson", "application/jsonl"]
  static let maxLineBytes = ReportLimits.maxReportBytes
  static let maxLines = 1_000_000
  /// How often a group of lines is offered to a queue that is full, and how long it waits in between.
  static let maxOffers = 100
  static let offerMilliseconds: Int64 = 50

  let intake: ReportIntake
  let desk: FilingDesk
  let metrics: IntakeMetrics

  func post(_ request: Request, _ context: AuthenticatedContext) async throws -> Response {
    let caller = try context.requireCaller()
    _ = try intake.sender(caller)
    if let problem = intake.meter.refusal(of: caller) { throw problem }
    let key = try ReportIntake.key(request.headers[.idempotencyKey])
    try request.requireContentType(Self.mediaTypes)
    let body = request.body
    return Response(
      status: .ok, headers: [.contentType: "application/x-ndjson"],
      body: ResponseBody { writer in
        let queue = BulkQueue()
        try await withThrowingTaskGroup(of: Void.self) { group in
          group.addTask { await read(body, key: key, caller: caller, into: queue) }
          do {
            while let lines = await queue.take(FilingDesk.maxParcelReports) {
              try await writer.write(await file(lines))
            }
          } catch {
            await queue.end()
            throw error
          }
        }
        try await writer.finish(nil)
      })
  }

  // MARK: Reading

  private func read(_ body: RequestBody, key: String?, caller: Caller, into queue: BulkQueue) async {
    var splitter = LineSplitter(maxLineBytes: Self.maxLineBytes)
    var isCut = false
    var count = 0
    do {
      for try await bytes in body {
        let lines = splitter.lines(bytes)
        count += lines.count
        guard !lines.isEmpty else { continue }
        guard await queue.put(prepare(lines, key: key, caller: caller)) else { return }
        if count >= Self.maxLines {
          _ = await queue.put([.refused(number: count + 1, .tooManyLines)])
          await queue.end()
          return
        }
      }
    } catch {
      isCut = true
    }
    if let last = splitter.last() {
      // Half a line can be whole JSON, as a number is: what was cut is not filed.
      let line = isCut ? [.refused(number: last.number, .incomplete)] : prepare([last], key: key, caller: caller)
      _ = await queue.put(line)
    }
    await queue.end()
  }

  private func prepare(_ lines: [LineSplitter.Line], key: String?, caller: Caller) -> [BulkQueue.Line] {
    lines.map { line in
      if let problem = intake.meter.beginReport(of: caller) { return .refused(number: line.number, .problem(problem)) }
      switch line {
      case .tooLong(let number): return .refused(number: number, .tooLong)
      case .whole(let number, let bytes):
        do throws(Problem) {
          let sender = try intake.sender(caller)
          let request = try bytes.request { bytes throws(Problem) in
            try intake.request(bytes, key: key.map { "\($0):\(number)" }, sender: sender)
          }
          return .ready(number: number, request)
        } catch {
          return .refused(number: number, .problem(error))
        }
      }
    }
  }

  // MARK: Filing

  private func file(_ lines: [BulkQueue.Line]) async -> ByteBuffer {
    let requests = lines.compactMap { line in
      if case .ready(_, let request) = line { return request }
      return nil
    }
    var outcomes = await file(requests)[...]
    var writer = JSONWriter(capacity: lines.count * 96)
    for line in lines {
      switch line {
      case .refused(let number, let fault): refuse(number, fault.problem, &writer)
      case .ready(let number, _):
        switch outcomes.removeFirst() {
        case .success(let outcome): answer(number, outcome, &writer)
        case .failure(let error): refuse(number, Problem(filing: error), &writer)
        }
      }
    }
    return ByteBuffer(bytes: writer.bytes)
  }

  /// Files each report in its district's journal; a sender of a whole city has lines for several, which commit side by
  /// side. Within a district the order of the lines is kept.
  private func file(_ requests: [FilingRequest]) async -> FilingDesk.Outcomes {
    guard let district = requests.first?.district else { return [] }
    if requests.allSatisfy({ $0.district == district }) { return await file(requests, district: district) }
    let places = Dictionary(grouping: requests.indices) { requests[$0].district }
    return await withTaskGroup(of: (places: [Int], outcomes: FilingDesk.Outcomes).self) { group in
      for (district, places) in places {
        group.addTask { (places, await file(places.map { requests[$0] }, district: district)) }
      }
      var answers = [Int: Result<FilingOutcome, any Error>](minimumCapacity: requests.count)
      for await answered in group {
        for (place, outcome) in zip(answered.places, answered.outcomes) { answers[place] = outcome }
      }
      return requests.indices.map { answers[$0] ?? .failure(GroupCommitError.closed) }
    }
  }

  private func file(_ requests: [FilingRequest], district: UnitCode) async -> FilingDesk.Outcomes {
    for _ in 1..<Self.maxOffers {
      do {
        return try await desk.file(requests, in: district)
      } catch GroupCommitError.full {
        try? await MonotonicClock.wait(until: MonotonicClock.microseconds + Self.offerMilliseconds * 1_000)
      } catch {
        return requests.map { _ in .failure(error) }
      }
    }
    return requests.map { _ in .failure(GroupCommitError.full) }
  }

  private func answer(_ number: Int, _ outcome: FilingOutcome, _ writer: inout JSONWriter) {
    metrics.record(outcome.kind)
    writer.beginObject()
    writer.member("line", number)
    switch outcome.kind {
    case .created: writer.member("outcome", "created")
    case .merged: writer.member("outcome", "merged")
    case .repeated: writer.member("outcome", "repeated")
    }
    writer.member("case_id", outcome.caseID.description)
    writer.endObject()
    writer.newLine()
  }

  private func refuse(_ number: Int, _ problem: Problem, _ writer: inout JSONWriter) {
    metrics.count(problem.status.code >= 500 ? .unavailable : .rejected)
    writer.beginObject()
    writer.member("line", number)
    writer.member("outcome", "rejected")
    writer.key("error")
    writer.raw(problem.document)
    writer.endObject()
    writer.newLine()
  }
}

/// Why a line of a bulk request was not filed.
enum BulkFault: Sendable {
  case problem(Problem)
  case tooLong
  case incomplete
  case tooManyLines

  var problem: Problem {
    switch self {
    case .problem(let problem): problem
    case .tooLong: .tooLarge(maxBytes: BulkRoute.maxLineBytes)
    case .incomplete: .malformed(code: "incomplete_line", "The stream was cut within this line.")
    case .tooManyLines:
      Problem(
        .contentTooLarge, code: "too_many_lines", detail: "One request may have \(BulkRoute.maxLines) lines.")
    }
  }
}

extension LineSplitter.Line {
  fileprivate var number: Int {
    switch self {
    case .whole(let number, _), .tooLong(let number): number
    }
  }
}

extension ByteBuffer {
  fileprivate func request(
    _ body: (UnsafeRawBufferPointer) throws(Problem) -> FilingRequest
  ) throws(Problem) -> FilingRequest {
    let result = withUnsafeReadableBytes { bytes in
      Result { () throws(Problem) in try body(bytes) }
    }
    return try result.get()
  }
}
