/// What can go wrong when a bus is started or a key is loaded. Descriptions contain no secret key.
public struct BusError: Error, Hashable, Sendable, CustomStringConvertible {
  public enum Code: String, Hashable, Sendable {
    /// The installed libzmq was built without CURVE.
    case encryptionUnavailable = "encryption_unavailable"
    /// A key or key file is malformed.
    case invalidKey = "invalid_key"
    /// A key file is readable by others or cannot be read or written.
    case keyFile = "key_file"
    /// An endpoint is malformed or cannot be bound.
    case endpoint
    /// The library refused an operation.
    case socket
  }

  public let code: Code
  public let reason: String
  /// The error number of the system or of libzmq, 0 where there is none.
  public let errorNumber: Int32

  public init(_ code: Code, _ reason: String, errorNumber: Int32 = 0) {
    self.code = code
    self.reason = reason
    self.errorNumber = errorNumber
  }

  /// Whether the same call may succeed later.
  public var isRetriable: Bool { code == .endpoint && errorNumber != 0 }

  public var description: String {
    errorNumber == 0 ? "\(code.rawValue): \(reason)" : "\(code.rawValue): \(reason) (error \(errorNumber))"
  }
}
