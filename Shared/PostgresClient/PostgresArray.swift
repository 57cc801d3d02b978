/// A one-dimensional array parameter, kept in PostgreSQL's binary form from the first element on.
///
/// Appending costs no allocation per element once there is room, so a batch of rows is a handful of these, one for each
/// column, given to `unnest`. `removeAll()` keeps the room for the next batch. Elements are appended only as the type
/// the array was made for; anything else traps.
public struct PostgresArray: Hashable, Sendable {
  /// Type of the elements.
  public let elementType: PostgresType
  /// How many elements there are.
  public private(set) var count = 0
  private var storage: [UInt8]

  // Dimensions, has-NULL flag, element type, length, lower bound: five 32-bit integers before the elements.
  // With no elements only the first three are sent.
  private static let headerBytes = 20
  private static let emptyHeaderBytes = 12

  /// Makes an empty array.
  /// - Parameters:
  ///   - elementType: one of the eight types `PostgresType` names.
  ///   - reservingBytes: room to make for the elements, four bytes more than its size for each.
  public init(of elementType: PostgresType, reservingBytes: Int = 0) {
    self.elementType = elementType
    storage = []
    storage.reserveCapacity(Self.headerBytes + reservingBytes)
    storage.appendInteger(Int32(0))
    storage.appendInteger(Int32(0))
    storage.appendInteger(elementType.oid)
    storage.appendInteger(Int32(0))
    storage.appendInteger(Int32(1))
  }

  /// Whether there is no element.
  public var isEmpty: Bool { count == 0 }

  /// How many bytes the array takes on the wire.
  public var byteCount: Int { isEmpty ? Self.emptyHeaderBytes : storage.count }

  /// The binary form as it is sent.
  var wireBytes: ArraySlice<UInt8> { storage[..<byteCount] }

  /// Forgets the elements and keeps the room.
  public mutating func removeAll() {
    storage.removeSubrange(Self.headerBytes...)
    storage.setInteger(Int32(0), at: 4)
    setCount(0)
  }

  public mutating func append(_ value: Bool) { appendFixed(value) }
  public mutating func append(_ value: Int16) { appendFixed(value) }
  public mutating func append(_ value: Int32) { appendFixed(value) }
  public mutating func append(_ value: Int64) { appendFixed(value) }
  public mutating func append(_ value: Double) { appendFixed(value) }
  public mutating func append(_ value: PostgresTimestamp) { appendFixed(value) }

  /// Appends an element to an array of text.
  public mutating func append(_ value: String) {
    requireType(.text)
    appendSized(value.utf8)
  }

  /// Appends an element to an array of bytea, or UTF-8 to an array of text.
  public mutating func append(bytes: UnsafeRawBufferPointer) {
    requireBytes()
    storage.appendInteger(Int32(bytes.count))
    storage.append(contentsOf: bytes)
    setCount(count + 1)
  }

  /// Appends an element to an array of bytea, or UTF-8 to an array of text.
  public mutating func append(bytes: some Collection<UInt8>) {
    requireBytes()
    appendSized(bytes)
  }

  /// Appends NULL.
  public mutating func appendNull() {
    storage.appendInteger(Int32(-1))
    storage.setInteger(Int32(1), at: 4)
    setCount(count + 1)
  }

  private mutating func appendSized(_ bytes: some Collection<UInt8>) {
    let place = storage.count
    storage.appendInteger(Int32(0))
    storage.append(contentsOf: bytes)
    storage.setInteger(Int32(storage.count - place - 4), at: place)
    setCount(count + 1)
  }

  private mutating func appendFixed<Value: PostgresValue>(_ value: Value) {
    requireType(Value.postgresType)
    let place = storage.count
    storage.appendInteger(Int32(0))
    value.encode(into: &storage)
    storage.setInteger(Int32(storage.count - place - 4), at: place)
    setCount(count + 1)
  }

  private mutating func setCount(_ newCount: Int) {
    count = newCount
    storage.setInteger(Int32(newCount == 0 ? 0 : 1), at: 0)
    storage.setInteger(Int32(newCount), at: 12)
  }

  private func requireType(_ type: PostgresType) {
    precondition(elementType == type, "an array of type \(elementType.oid) was given a value of type \(type.oid)")
  }

  private func requireBytes() {
    precondition(
      elementType == .bytea || elementType == .text, "bytes were given to an array of type \(elementType.oid)")
  }
}

extension PostgresArray {
  /// Builds an array from values of one Swift type, sizing the buffer beforehand.
  init<Value: PostgresValue>(values: [Value], of type: PostgresType = Value.postgresType) {
    self.init(of: type, reservingBytes: values.count * (4 + MemoryLayout<Value>.size))
    for value in values { appendElement(value) }
    setCount(values.count)
  }

  /// Builds an array from values of one Swift type, nil becoming NULL.
  init<Value: PostgresValue>(values: [Value?], of type: PostgresType = Value.postgresType) {
    self.init(of: type, reservingBytes: values.count * (4 + MemoryLayout<Value>.size))
    for value in values {
      if let value { appendElement(value) } else { appendNull() }
    }
    setCount(values.count)
  }

  private mutating func appendElement(_ value: some PostgresValue) {
    let place = storage.count
    storage.appendInteger(Int32(0))
    value.encode(into: &storage)
    storage.setInteger(Int32(storage.count - place - 4), at: place)
  }
}
