import CPostgres

/// The parameters of one statement in the form libpq wants them, in buffers that are used again and again.
struct ParameterBuffer {
  private var bytes: [UInt8] = []
  private var offsets: [Int] = []
  private var values: [UnsafePointer<CChar>?] = []
  private(set) var lengths: [Int32] = []
  private(set) var formats: [Int32] = []
  private(set) var types: [Oid] = []

  /// Encodes the parameters, replacing what was there.
  mutating func load(_ parameters: [PostgresParameter]) throws(PostgresError) {
    clear()
    for parameter in parameters {
      let offset = bytes.count
      let isPresent = parameter.encode(into: &bytes)
      guard bytes.count <= PostgresLimits.maxRequestBytes else {
        clear()
        throw .requestTooLarge
      }
      offsets.append(isPresent ? offset : -1)
      lengths.append(Int32(bytes.count - offset))
      formats.append(1)
      types.append(parameter.type.oid)
    }
  }

  /// Lends pointers to the encoded parameters.
  mutating func withPointers<Result>(_ body: (Int32, UnsafePointer<UnsafePointer<CChar>?>?) -> Result) -> Result {
    // An empty value still needs an address: libpq takes a null pointer for NULL.
    if bytes.isEmpty { bytes.append(0) }
    return bytes.withUnsafeBufferPointer { buffer in
      buffer.withMemoryRebound(to: CChar.self) { characters in
        for offset in offsets { values.append(offset < 0 ? nil : characters.baseAddress.map { $0 + offset }) }
        defer { values.removeAll(keepingCapacity: true) }
        return values.withUnsafeBufferPointer { body(Int32(offsets.count), $0.baseAddress) }
      }
    }
  }

  private mutating func clear() {
    bytes.removeAll(keepingCapacity: bytes.capacity <= PostgresLimits.maxRetainedParameterBytes)
    offsets.removeAll(keepingCapacity: true)
    lengths.removeAll(keepingCapacity: true)
    formats.removeAll(keepingCapacity: true)
    types.removeAll(keepingCapacity: true)
  }

  /// Gives back what a very large statement took.
  mutating func trim() {
    if bytes.capacity > PostgresLimits.maxRetainedParameterBytes { bytes = [] }
  }
}
