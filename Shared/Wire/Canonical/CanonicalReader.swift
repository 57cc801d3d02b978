/// What is wrong with bytes that should be a canonical encoding.
public enum CanonicalFault: Error, Sendable, Hashable, CustomStringConvertible {
  case truncated
  case malformedNumber
  case unknownForm(UInt8)
  case fieldsOutOfOrder
  case invalidText
  case missing(field: UInt8, of: String)
  case unknownValue(String, of: String)

  public var description: String {
    switch self {
    case .truncated: "the encoding ends within a field"
    case .malformedNumber: "a number is longer than 64 bits, or longer than it need be"
    case .unknownForm(let form): "\(form) is no form of a field"
    case .fieldsOutOfOrder: "the fields are not in rising order"
    case .invalidText: "a text is not UTF-8"
    case .missing(let field, let message): "\(message) lacks its field \(field)"
    case .unknownValue(let value, let type): "\(value) is no \(type)"
    }
  }
}

/// One field as it stands in the bytes.
public struct CanonicalField: Sendable {
  public let number: UInt8
  let scalar: UInt64
  /// A number or eight fixed bytes, rather than a run of bytes.
  let isScalar: Bool
  let range: Range<Int>
  /// What the range is of; empty for a scalar, which need not hold on to it.
  let source: [UInt8]

  public var unsigned: UInt64 { scalar }
  public var signed: Int64 { Int64(bitPattern: scalar >> 1) ^ -Int64(bitPattern: scalar & 1) }
  public var flag: Bool { scalar != 0 }
  public var double: Double { Double(bitPattern: scalar) }

  public func text() throws(CanonicalFault) -> String {
    let text = source.withUnsafeBufferPointer {
      String(validating: UnsafeBufferPointer(rebasing: $0[range]), as: UTF8.self)
    }
    guard let text else { throw .invalidText }
    return text
  }

  public var blob: [UInt8] {
    source.withUnsafeBufferPointer { Array(UnsafeBufferPointer(rebasing: $0[range])) }
  }
  public var message: CanonicalReader { CanonicalReader(source, in: range) }
}

/// Reads the canonical encoding field by field (``CanonicalWriter`` says how it is written).
public struct CanonicalReader: Sendable {
  private let bytes: [UInt8]
  private var position: Int
  private let end: Int
  private var lastField: UInt8 = 0

  public init(_ bytes: [UInt8]) { self.init(bytes, in: 0..<bytes.count) }

  init(_ bytes: [UInt8], in range: Range<Int>) {
    self.bytes = bytes
    position = range.lowerBound
    end = range.upperBound
  }

  private mutating func variable() throws(CanonicalFault) -> UInt64 {
    var value: UInt64 = 0
    var shift: UInt64 = 0
    while position < end {
      let byte = bytes[position]
      position += 1
      guard shift < 63 || byte <= 1 else { throw .malformedNumber }
      value |= UInt64(byte & 0x7f) << shift
      if byte < 0x80 {
        guard byte > 0 || shift == 0 else { throw .malformedNumber }
        return value
      }
      shift += 7
    }
    throw .truncated
  }

  /// The next field, or nil at the end.
  public mutating func next() throws(CanonicalFault) -> CanonicalField? {
    guard position < end else { return nil }
    let head = bytes[position]
    position += 1
    let number = head >> 2
    guard number >= lastField, number > 0 else { throw .fieldsOutOfOrder }
    lastField = number
    switch head & 3 {
    case CanonicalWriter.Form.number.rawValue:
      return CanonicalField(number: number, scalar: try variable(), isScalar: true, range: 0..<0, source: [])
    case CanonicalWriter.Form.fixed.rawValue:
      guard end - position >= 8 else { throw .truncated }
      var value: UInt64 = 0
      for offset in 0..<8 { value |= UInt64(bytes[position + offset]) << UInt64(offset * 8) }
      position += 8
      return CanonicalField(number: number, scalar: value, isScalar: true, range: 0..<0, source: [])
    case CanonicalWriter.Form.bytes.rawValue:
      let length = try variable()
      guard length <= UInt64(end - position) else { throw .truncated }
      let range = position..<(position + Int(length))
      position = range.upperBound
      return CanonicalField(number: number, scalar: 0, isScalar: false, range: range, source: bytes)
    default: throw .unknownForm(head & 3)
    }
  }
}
