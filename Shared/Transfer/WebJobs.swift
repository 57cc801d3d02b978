import CCurl

/// What all web transfers have in common: options from the request, status and headers.
class WebJob: TransferJob, @unchecked Sendable {
  /// Most header bytes of a response.
  static let maxHeaderBytes = 64 << 10

  let request: OutgoingRequest
  private let settings: HTTPClientOptions
  private var status = 0
  private var headers: [OutgoingRequest.Header] = []
  private var headerBytes = 0

  init(number: Int, request: OutgoingRequest, settings: HTTPClientOptions) {
    self.request = request
    self.settings = settings
    super.init(number: number)
  }

  /// What was received so far of status and headers.
  var head: ResponseHead { ResponseHead(status: status, headers: headers) }

  override func prepare(_ handle: EasyHandle) {
    super.prepare(handle)
    handle.allow(mail: false)
    handle.set(CURLOPT_URL, request.url)
    handle.set(CURLOPT_FOLLOWLOCATION, 0)
    handle.set(CURLOPT_PROXY, settings.proxy ?? "")
    handle.set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
    handle.set(CURLOPT_CONNECTTIMEOUT_MS, request.connectTimeoutMilliseconds)
    handle.set(CURLOPT_TIMEOUT_MS, request.totalTimeoutMilliseconds)
    handle.set(CURLOPT_LOW_SPEED_LIMIT, request.idleTimeoutSeconds > 0 ? 1 : 0)
    handle.set(CURLOPT_LOW_SPEED_TIME, request.idleTimeoutSeconds)
    handle.set(CURLOPT_SSL_VERIFYPEER, 1)
    handle.set(CURLOPT_SSL_VERIFYHOST, 2)
    if let authorities = settings.authoritiesFile { handle.set(CURLOPT_CAINFO, authorities) }
    prepareMethod(handle)
    handle.set(CURLOPT_HTTPHEADER, pointer: list(headerLines()))
  }

  /// Sets method and body.
  func prepareMethod(_ handle: EasyHandle) {
    switch (request.method, request.body) {
    case ("GET", nil): handle.set(CURLOPT_HTTPGET, 1)
    case ("HEAD", nil): handle.set(CURLOPT_NOBODY, 1)
    case (_, nil) where request.method != "POST": handle.set(CURLOPT_CUSTOMREQUEST, request.method)
    default:
      let body = request.body ?? []
      handle.set(CURLOPT_POST, 1)
      handle.set(CURLOPT_POSTFIELDSIZE_LARGE, bytes: body.count)
      // One byte more than is sent, since an empty array may have no address, which would mean no body at all.
      (body + [0]).withUnsafeBytes { handle.set(CURLOPT_COPYPOSTFIELDS, pointer: $0.baseAddress) }
      if request.method != "POST" { handle.set(CURLOPT_CUSTOMREQUEST, request.method) }
    }
  }

  /// The request's headers, and without those the library would add unasked.
  func headerLines() -> [String] {
    let names = Set(request.headers.map { $0.name.lowercased() })
    var lines = request.headers.map { $0.value.isEmpty ? "\($0.name);" : "\($0.name): \($0.value)" }
    for name in ["Expect", "Content-Type"] where !names.contains(name.lowercased()) { lines.append("\(name):") }
    if !names.contains("user-agent") { lines.append("User-Agent: \(settings.userAgent)") }
    return lines
  }

  override func receive(headerLine line: UnsafeRawBufferPointer) -> Bool {
    headerBytes += line.count
    guard headerBytes <= Self.maxHeaderBytes else {
      failure = TransferError(.responseTooLarge, "the response's headers exceed \(Self.maxHeaderBytes) bytes")
      return false
    }
    let text = String(decoding: line, as: UTF8.self)
    if text.hasPrefix("HTTP/") {
      // Each response begins anew; those before the last are interim (100 Continue).
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) } ?? 0
      headers = []
    } else if text.isEmpty {
      if status >= 200 { receivedHead() }
    } else if let colon = text.firstIndex(of: ":") {
      let value = text[text.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      headers.append(OutgoingRequest.Header(text[..<colon].lowercased(), String(value)))
    }
    return true
  }

  /// Status and headers are complete.
  func receivedHead() {}
}

/// A web transfer whose response is collected.
final class WholeJob: WebJob, @unchecked Sendable {
  private var body: [UInt8] = []
  private var completion: ((Result<IncomingResponse, TransferError>) -> Void)?

  init(
    number: Int, request: OutgoingRequest, settings: HTTPClientOptions,
    completion: @escaping @Sendable (Result<IncomingResponse, TransferError>) -> Void
  ) {
    self.completion = completion
    super.init(number: number, request: request, settings: settings)
  }

  override func receive(_ bytes: UnsafeRawBufferPointer) -> ReceiveOutcome {
    guard body.count + bytes.count <= request.maxResponseBytes else {
      failure = TransferError(.responseTooLarge, "the response exceeds \(request.maxResponseBytes) bytes")
      return .abort
    }
    body.append(contentsOf: bytes)
    return .taken
  }

  override func finish(_ error: TransferError?, handle: EasyHandle?) {
    let result: Result<IncomingResponse, TransferError> =
      error.map { .failure($0) } ?? .success(IncomingResponse(head: head, body: body))
    completion?(result)
    completion = nil
  }
}
