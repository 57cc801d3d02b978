/// A network's files as one run of bytes: what a version of the policy is stored as.
///
/// The same files make the same bytes: the names are sorted and nothing of the machine or the hour goes in. The format
/// is `gridloop-network-1` and a line feed, then for each file the length of its name and of its content as 32-bit
/// little-endian numbers, the name in UTF-8, and the content.
public struct ArchiveSource: NetworkSource {
  private static let header = Array("gridloop-network-1\n".utf8)

  private let bytes: [UInt8]
  private let ranges: [String: Range<Int>]

  /// - Throws: `malformedArchive`.
  public init(_ bytes: [UInt8]) throws(NetworkSourceError) {
    guard bytes.starts(with: Self.header) else { throw .malformedArchive }
    var ranges: [String: Range<Int>] = [:]
    var offset = Self.header.count
    while offset < bytes.count {
      guard let nameLength = Self.number(bytes, at: offset), let length = Self.number(bytes, at: offset + 4),
        nameLength <= bytes.count - offset - 8, length <= bytes.count - offset - 8 - nameLength,
        let name = String(validating: bytes[(offset + 8)..<(offset + 8 + nameLength)], as: UTF8.self)
      else { throw .malformedArchive }
      let start = offset + 8 + nameLength
      ranges[name] = start..<(start + length)
      offset = start + length
    }
    self.bytes = bytes
    self.ranges = ranges
  }

  /// The archive of the files.
  public static func pack(_ files: [String: [UInt8]]) -> [UInt8] {
    var bytes = header
    for (name, content) in files.sorted(by: { $0.key < $1.key }) {
      append(name.utf8.count, to: &bytes)
      append(content.count, to: &bytes)
      bytes.append(contentsOf: name.utf8)
      bytes.append(contentsOf: content)
    }
    return bytes
  }

  /// The archive of a network's files, as a reading of it names them (``LoadedNetwork/fileNames``).
  public static func pack(_ source: some NetworkSource, names: [String]) throws(NetworkSourceError) -> [UInt8] {
    var files: [String: [UInt8]] = [:]
    for name in names { files[name] = try source.bytes(of: name) }
    return pack(files)
  }

  public func names() throws(NetworkSourceError) -> [String] { ranges.keys.sorted() }

  public func bytes(of name: String) throws(NetworkSourceError) -> [UInt8]? {
    ranges[name].map { Array(bytes[$0]) }
  }

  private static func append(_ number: Int, to bytes: inout [UInt8]) {
    for shift in [0, 8, 16, 24] { bytes.append(UInt8(truncatingIfNeeded: number >> shift)) }
  }

  private static func number(_ bytes: [UInt8], at offset: Int) -> Int? {
    guard offset + 4 <= bytes.count else { return nil }
    return (0..<4).reduce(0) { $0 | Int(bytes[offset + $1]) << (8 * $1) }
  }
}
