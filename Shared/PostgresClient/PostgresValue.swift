/// A Swift type that has a PostgreSQL binary form.
///
/// Internal, so that the generic code is specialised in this module and the public functions are concrete.
protocol PostgresValue: Sendable {
  static var postgresType: PostgresType { get }

  /// Appends the binary form without its length.
  func encode(into buffer: inout [UInt8])

  /// Reads the binary form of a value of type `type`; nil when type or size do not fit.
  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Self?

  /// Whether a value of type `type` may be read as this.
  static func accepts(_ type: PostgresType) -> Bool
}

extension PostgresValue {
  static func accepts(_ type: PostgresType) -> Bool { type == postgresType }
}

extension [UInt8] {
  /// Appends an integer in network byte order.
  @inline(__always)
  mutating func appendInteger(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.bigEndian) { append(contentsOf: $0) }
  }

  /// Overwrites an integer in network byte order.
  @inline(__always)
  mutating func setInteger(_ value: some FixedWidthInteger, at offset: Int) {
    withUnsafeMutableBytes { $0.storeBytes(of: value.bigEndian, toByteOffset: offset, as: type(of: value)) }
  }
}

extension UnsafeRawBufferPointer {
  /// Reads an integer in network byte order; the caller has checked that it is there.
  @inline(__always)
  func integer<Value: FixedWidthInteger>(at offset: Int = 0, as type: Value.Type = Value.self) -> Value {
    Value(bigEndian: loadUnaligned(fromByteOffset: offset, as: type))
  }
}

extension Bool: PostgresValue {
  static var postgresType: PostgresType { .bool }

  func encode(into buffer: inout [UInt8]) {
    buffer.append(self ? 1 : 0)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Bool? {
    bytes.count == 1 ? bytes[0] != 0 : nil
  }
}

extension Int16: PostgresValue {
  static var postgresType: PostgresType { .int2 }

  func encode(into buffer: inout [UInt8]) {
    buffer.appendInteger(self)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Int16? {
    bytes.count == 2 ? bytes.integer() : nil
  }
}

extension Int32: PostgresValue {
  static var postgresType: PostgresType { .int4 }

  static func accepts(_ type: PostgresType) -> Bool { type == .int4 || type == .int2 }

  func encode(into buffer: inout [UInt8]) {
    buffer.appendInteger(self)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Int32? {
    switch bytes.count {
    case 4: bytes.integer()
    case 2: Int32(bytes.integer(as: Int16.self))
    default: nil
    }
  }
}

extension Int64: PostgresValue {
  static var postgresType: PostgresType { .int8 }

  static func accepts(_ type: PostgresType) -> Bool { type == .int8 || type == .int4 || type == .int2 }

  func encode(into buffer: inout [UInt8]) {
    buffer.appendInteger(self)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Int64? {
    switch bytes.count {
    case 8: bytes.integer()
    case 4: Int64(bytes.integer(as: Int32.self))
    case 2: Int64(bytes.integer(as: Int16.self))
    default: nil
    }
  }
}

extension Double: PostgresValue {
  static var postgresType: PostgresType { .float8 }

  static func accepts(_ type: PostgresType) -> Bool { type == .float8 || type.oid == 700 }

  func encode(into buffer: inout [UInt8]) {
    buffer.appendInteger(bitPattern)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> Double? {
    switch bytes.count {
    case 8: Double(bitPattern: bytes.integer())
    case 4: Double(Float(bitPattern: bytes.integer()))
    default: nil
    }
  }
}

extension PostgresTimestamp: PostgresValue {
  static var postgresType: PostgresType { .timestamptz }

  func encode(into buffer: inout [UInt8]) {
    buffer.appendInteger(wire)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> PostgresTimestamp? {
    bytes.count == 8 ? PostgresTimestamp(wire: bytes.integer()) : nil
  }
}

extension String: PostgresValue {
  static var postgresType: PostgresType { .text }

  static func accepts(_ type: PostgresType) -> Bool { type.isText || type == .jsonb }

  func encode(into buffer: inout [UInt8]) {
    buffer.append(contentsOf: utf8)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> String? {
    guard type == .jsonb else { return String(decoding: bytes, as: UTF8.self) }
    // jsonb travels as one version byte, 1, and the text.
    guard bytes.first == 1 else { return nil }
    return String(decoding: bytes.dropFirst(), as: UTF8.self)
  }
}

extension [UInt8]: PostgresValue {
  static var postgresType: PostgresType { .bytea }

  static func accepts(_ type: PostgresType) -> Bool { type.isBytes }

  func encode(into buffer: inout [UInt8]) {
    buffer.append(contentsOf: self)
  }

  static func decode(_ bytes: UnsafeRawBufferPointer, type: PostgresType) -> [UInt8]? {
    [UInt8](bytes)
  }
}
