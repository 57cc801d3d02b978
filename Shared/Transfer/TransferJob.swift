import CCurl
import Glibc

/// One transfer on its way through the engine.
///
/// The engine's thread calls every method and is the only one to touch the state, from the moment the job was handed
/// over by the mailbox; that is what makes the class and its subclasses safe to send.
class TransferJob: @unchecked Sendable {
  /// Tells the job to the engine.
  let number: Int
  private var lists: [UnsafeMutablePointer<curl_slist>] = []
  fileprivate(set) var isReceivePaused = false
  fileprivate(set) var isSendPaused = false
  /// Set by a callback that broke the transfer off.
  var failure: TransferError?

  init(number: Int) {
    self.number = number
  }

  deinit {
    for list in lists { curl_slist_free_all(list) }
  }

  /// Sets the options of a handle that is fresh or was reset.
  func prepare(_ handle: EasyHandle) {
    handle.set(CURLOPT_NOSIGNAL, 1)
    handle.set(CURLOPT_PRIVATE, pointer: Unmanaged.passUnretained(self).toOpaque())
    let pointer = Unmanaged.passUnretained(self).toOpaque()
    handle.set(CURLOPT_WRITEDATA, pointer: pointer)
    handle.set(CURLOPT_HEADERDATA, pointer: pointer)
    handle.set(CURLOPT_READDATA, pointer: pointer)
    handle.set(CURLOPT_WRITEFUNCTION, function: receiveBody)
    handle.set(CURLOPT_HEADERFUNCTION, function: receiveHeader)
    handle.set(CURLOPT_READFUNCTION, function: provideBody)
    handle.setOpenSocket(openSocket)
    handle.set(CURLOPT_TCP_KEEPALIVE, 1)
    handle.set(CURLOPT_TCP_NODELAY, 1)
  }

  /// A list of texts that lives as long as the job.
  func list(_ texts: [String]) -> UnsafeMutablePointer<curl_slist>? {
    var list: UnsafeMutablePointer<curl_slist>?
    for text in texts { list = curl_slist_append(list, text) }
    if let list { lists.append(list) }
    return list
  }

  /// Takes a header line, without its end.
  func receive(headerLine line: UnsafeRawBufferPointer) -> Bool { true }
  /// Takes a piece of the body.
  func receive(_ bytes: UnsafeRawBufferPointer) -> ReceiveOutcome { .taken }
  /// Fills the buffer with the next of the body to send.
  func provide(_ buffer: UnsafeMutableRawBufferPointer) -> ProvideOutcome { .provided(0) }
  /// The end, called once: with no error, the transfer went through.
  func finish(_ error: TransferError?, handle: EasyHandle?) {}
  /// What the result of the library means for this kind of transfer.
  func error(for result: CURLcode, handle: EasyHandle) -> TransferError { TransferError(result: result) }

  enum ReceiveOutcome {
    case taken
    /// There is no room; offer it again after `resume`.
    case pause
    /// Break off; `failure` says why.
    case abort
  }

  enum ProvideOutcome {
    /// So many bytes are in the buffer; none is the end.
    case provided(Int)
    /// Nothing is there yet; ask again after `resume`.
    case pause
    /// Break off; `failure` says why.
    case abort
  }

  /// Lets a paused transfer go on.
  final func resume(_ handle: EasyHandle) {
    isReceivePaused = false
    isSendPaused = false
    handle.resume()
  }

  /// Ends the job with what happened to it.
  final func complete(result: CURLcode, handle: EasyHandle) {
    if let failure {
      finish(failure, handle: handle)
    } else if result == CURLE_OK {
      finish(nil, handle: handle)
    } else {
      finish(error(for: result, handle: handle), handle: handle)
    }
  }
}

/// A libcurl handle for one transfer at a time. Lives on the engine's thread.
final class EasyHandle {
  let pointer: UnsafeMutableRawPointer

  init?() {
    guard let pointer = curl_easy_init() else { return nil }
    self.pointer = pointer
  }

  deinit {
    curl_easy_cleanup(pointer)
  }

  /// Forgets all options.
  func reset() {
    curl_easy_reset(pointer)
  }

  func set(_ option: CURLoption, _ value: Int) {
    check(gl_curl_set_long(pointer, option, value), option)
  }

  func set(_ option: CURLoption, bytes: Int) {
    check(gl_curl_set_size(pointer, option, curl_off_t(bytes)), option)
  }

  func set(_ option: CURLoption, _ value: String) {
    check(gl_curl_set_text(pointer, option, value), option)
  }

  func set(_ option: CURLoption, pointer value: UnsafeRawPointer?) {
    check(gl_curl_set_pointer(pointer, option, value), option)
  }

  func set(
    _ option: CURLoption,
    function: @convention(c) (UnsafeMutablePointer<CChar>?, Int, Int, UnsafeMutableRawPointer?) -> Int
  ) {
    check(gl_curl_set_data_function(pointer, option, function), option)
  }

  func setOpenSocket(
    _ function:
      @convention(c) (UnsafeMutableRawPointer?, curlsocktype, UnsafeMutablePointer<curl_sockaddr>?) ->
      curl_socket_t
  ) {
    check(gl_curl_set_open_socket_function(pointer, function), CURLOPT_OPENSOCKETFUNCTION)
  }

  /// Allows mail servers only, or web addresses only.
  func allow(mail: Bool) {
    check(gl_curl_allow_protocols(pointer, mail ? 1 : 0), CURLOPT_PROTOCOLS)
  }

  /// The status of a web response or the last reply of a mail server; 0 if there was none.
  var responseCode: Int {
    var code = 0
    gl_curl_get_long(pointer, CURLINFO_RESPONSE_CODE, &code)
    return code
  }

  func resume() {
    curl_easy_pause(pointer, CURLPAUSE_CONT)
  }

  private func check(_ result: CURLcode, _ option: CURLoption) {
    precondition(result == CURLE_OK, "libcurl refused option \(option.rawValue): result \(result.rawValue)")
  }
}

private func job(_ pointer: UnsafeMutableRawPointer?) -> TransferJob? {
  pointer.map { Unmanaged<TransferJob>.fromOpaque($0).takeUnretainedValue() }
}

private func receiveHeader(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  let length = size * count
  guard let job = job(pointer) else { return -1 }
  var line = UnsafeRawBufferPointer(start: bytes, count: length)
  while let last = line.last, last == 10 || last == 13 { line = UnsafeRawBufferPointer(rebasing: line.dropLast()) }
  return job.receive(headerLine: line) ? length : -1
}

private func receiveBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  let length = size * count
  guard let job = job(pointer) else { return -1 }
  switch job.receive(UnsafeRawBufferPointer(start: bytes, count: length)) {
  case .taken: return length
  case .abort: return -1
  case .pause:
    job.isReceivePaused = true
    return gl_curl_write_pause_code()
  }
}

private func provideBody(
  _ bytes: UnsafeMutablePointer<CChar>?, _ size: Int, _ count: Int, _ pointer: UnsafeMutableRawPointer?
) -> Int {
  guard let job = job(pointer) else { return gl_curl_read_abort_code() }
  switch job.provide(UnsafeMutableRawBufferPointer(start: bytes, count: size * count)) {
  case .provided(let count): return count
  case .abort: return gl_curl_read_abort_code()
  case .pause:
    job.isSendPaused = true
    return gl_curl_read_pause_code()
  }
}

/// As libcurl does, but of no concern to a process that is started meanwhile.
private func openSocket(
  _ pointer: UnsafeMutableRawPointer?, _ purpose: curlsocktype, _ address: UnsafeMutablePointer<curl_sockaddr>?
) -> curl_socket_t {
  guard let address = address?.pointee else { return CURL_SOCKET_BAD }
  return socket(address.family, address.socktype | Int32(SOCK_CLOEXEC.rawValue), address.protocol)
}
