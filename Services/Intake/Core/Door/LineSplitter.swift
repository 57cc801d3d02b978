import NIOCore

/// Cuts a stream of bytes into lines, however the network cut it into pieces, with bounded memory.
struct LineSplitter {
  enum Line: Equatable {
    /// The bytes without the line's end.
    case whole(number: Int, ByteBuffer)
    /// Longer than a line may be; its bytes were passed over.
    case tooLong(number: Int)
  }

  private let maxLineBytes: Int
  private var partial = ByteBuffer()
  private var isSkipping = false
  private var number = 0

  init(maxLineBytes: Int) { self.maxLineBytes = maxLineBytes }

  /// The lines that these bytes complete; empty ones are counted and left out.
  mutating func lines(_ bytes: ByteBuffer) -> [Line] {
    var rest = bytes
    var lines: [Line] = []
    while let end = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")) {
      guard var line = rest.readSlice(length: end - rest.readerIndex) else { break }
      rest.moveReaderIndex(forwardBy: 1)
      keep(&line)
      if let line = endLine() { lines.append(line) }
    }
    keep(&rest)
    return lines
  }

  /// What stands after the last line's end; nil when there is nothing.
  mutating func last() -> Line? {
    partial.readableBytes == 0 && !isSkipping ? nil : endLine()
  }

  private mutating func keep(_ bytes: inout ByteBuffer) {
    guard !isSkipping else { return }
    guard partial.readableBytes + bytes.readableBytes <= maxLineBytes else {
      isSkipping = true
      partial.clear()
      return
    }
    if partial.readableBytes == 0 { partial = bytes } else { partial.writeBuffer(&bytes) }
  }

  private mutating func endLine() -> Line? {
    number += 1
    defer {
      partial = ByteBuffer()
      isSkipping = false
    }
    if isSkipping { return .tooLong(number: number) }
    let isBlank = partial.readableBytesView.allSatisfy { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
    return isBlank ? nil : .whole(number: number, partial)
  }
}
