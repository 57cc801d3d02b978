/// The lines of one bulk request between their reading and their filing, in order. Bounded: a reader that is ahead
/// waits, and so does the sender behind it.
actor BulkQueue {
  /// Lines that wait to be filed at most.
  static let maxWaitingLines = 2_000

  enum Line: Sendable {
    case ready(number: Int, FilingRequest)
    case refused(number: Int, BulkFault)
  }

  private var lines: [Line] = []
  private var hasEnded = false
  private var reader: CheckedContinuation<Void, Never>?
  private var writer: CheckedContinuation<Void, Never>?

  /// Appends lines once there is room. False when nobody takes them any more.
  func put(_ more: [Line]) async -> Bool {
    while lines.count >= Self.maxWaitingLines, !hasEnded {
      await withCheckedContinuation { reader = $0 }
    }
    guard !hasEnded else { return false }
    lines += more
    resumeWriter()
    return true
  }

  /// The next lines, at least one and at most `count`; nil after the last one.
  func take(_ count: Int) async -> [Line]? {
    while lines.isEmpty {
      if hasEnded { return nil }
      await withCheckedContinuation { writer = $0 }
    }
    let taken = Array(lines.prefix(count))
    lines.removeFirst(taken.count)
    reader?.resume()
    reader = nil
    return taken
  }

  /// No more lines come, or are taken.
  func end() {
    hasEnded = true
    resumeWriter()
    reader?.resume()
    reader = nil
  }

  private func resumeWriter() {
    writer?.resume()
    writer = nil
  }
}
