import Glibc

/// A call to the operating system that failed.
public struct SystemError: Error, Hashable, CustomStringConvertible {
  /// The system's error number (`errno`).
  public let code: Int32
  /// What was tried, e.g. `mmap`; never a path or a value.
  public let operation: String

  /// Makes an error of a number and the name of the call.
  public init(code: Int32, operation: String) {
    self.code = code
    self.operation = operation
  }

  public var description: String {
    var text = [CChar](repeating: 0, count: 128)
    guard strerror_r(code, &text, text.count) == 0 else { return "\(operation) failed: error \(code)" }
    let reason = String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    return "\(operation) failed: \(reason) (\(code))"
  }
}
