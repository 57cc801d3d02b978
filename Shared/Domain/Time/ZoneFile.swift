extension ZoneRules {
  /// No file of the zone database comes near it.
  public static let maximumZoneFileBytes = 262_144

  /// Reads a compiled zone file (TZif version 2 or later, RFC 9636), as systems keep them under `zoneinfo`.
  ///
  /// Rules that go on for ever, which the file gives as a text in its last line, are written out through `throughYear`.
  ///
  /// - Throws: `invalid_zone` for anything else: another format, version 1, leap seconds, a rule that cannot be read.
  public init(
    zoneFile bytes: [UInt8], throughYear: Int = WorkingCalendar.lastYear + 1
  ) throws(TimeError) {
    guard bytes.count <= Self.maximumZoneFileBytes else {
      throw TimeError(.invalidZone, "the zone file is larger than \(Self.maximumZoneFileBytes) bytes")
    }
    var reader = ZoneFileReader(bytes)
    let old = try reader.header()
    guard old.version >= UInt8(ascii: "2") else {
      throw TimeError(.invalidZone, "the zone file is of version 1, which ends in 2037")
    }
    try reader.skip(old.dataBytes(timeBytes: 4))
    let header = try reader.header()
    let data = try reader.data(header)
    let footer = try reader.footer()

    var transitions = data.transitions
    if !footer.isEmpty {
      let rule = try RecurringRule(footer)
      let last = transitions.last?.at ?? Instant(microseconds: Int64.min)
      let firstYear = transitions.isEmpty ? 1970 : ZoneRules.utc.date(of: last).year
      for year in firstYear...max(firstYear, throughYear) {
        transitions += rule.transitions(inYear: year).filter { $0.at > last }
      }
    }
    try self.init(initialOffsetSeconds: data.initialOffset, transitions: transitions)
  }
}

/// The fields of a TZif file, big-endian, one after the other.
private struct ZoneFileReader {
  struct Header {
    let version: UInt8
    let universalFlags: Int
    let standardFlags: Int
    let leapSeconds: Int
    let times: Int
    let types: Int
    let characters: Int

    func dataBytes(timeBytes: Int) -> Int {
      times * (timeBytes + 1) + types * 6 + characters + leapSeconds * (timeBytes + 4) + standardFlags + universalFlags
    }
  }

  private let bytes: [UInt8]
  private var position = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  mutating func skip(_ count: Int) throws(TimeError) {
    guard count <= bytes.count - position else { throw TimeError(.invalidZone, "the zone file is cut short") }
    position += count
  }

  private mutating func integer(_ width: Int) throws(TimeError) -> Int64 {
    let start = position
    try skip(width)
    var value = Int64(Int8(bitPattern: bytes[start]))
    for index in (start + 1)..<position { value = value << 8 | Int64(bytes[index]) }
    return value
  }

  private mutating func byte() throws(TimeError) -> UInt8 {
    try skip(1)
    return bytes[position - 1]
  }

  mutating func header() throws(TimeError) -> Header {
    let start = position
    try skip(20)
    guard bytes[start..<(start + 4)].elementsEqual("TZif".utf8) else {
      throw TimeError(.invalidZone, "this is no zone file")
    }
    var counts: [Int] = []
    for _ in 0..<6 {
      let count = try integer(4)
      guard (0...Int64(ZoneRules.maximumZoneFileBytes)).contains(count) else {
        throw TimeError(.invalidZone, "a count in the zone file is out of range")
      }
      counts.append(Int(count))
    }
    return Header(
      version: bytes[start + 4], universalFlags: counts[0], standardFlags: counts[1], leapSeconds: counts[2],
      times: counts[3], types: counts[4], characters: counts[5])
  }

  mutating func data(
    _ header: Header
  ) throws(TimeError) -> (initialOffset: Int, transitions: [ZoneRules.Transition]) {
    guard header.leapSeconds == 0, header.types > 0 else {
      throw TimeError(.invalidZone, "the zone file counts leap seconds or has no offset")
    }
    let end = position
    try skip(header.dataBytes(timeBytes: 8))
    position = end
    var times: [Int64] = []
    for _ in 0..<header.times { times.append(try integer(8)) }
    var kinds: [Int] = []
    for _ in 0..<header.times { kinds.append(Int(try byte())) }
    var offsets: [Int] = []
    for _ in 0..<header.types {
      offsets.append(Int(try integer(4)))
      try skip(2)
    }
    try skip(header.characters + header.standardFlags + header.universalFlags)
    var transitions: [ZoneRules.Transition] = []
    for (time, kind) in zip(times, kinds) {
      guard kind < offsets.count else { throw TimeError(.invalidZone, "the zone file names an offset it has not") }
      // Some files begin with a marker at the beginning of time, which microseconds cannot hold.
      guard abs(time / 2) < Int64.max / 4 / Instant.microsecondsPerSecond else { continue }
      transitions.append(.init(at: Instant(secondsSince1970: time), offsetSeconds: offsets[kind]))
    }
    return (offsets[0], transitions)
  }

  /// The line after the data: the rule that goes on, or nothing.
  mutating func footer() throws(TimeError) -> [UInt8] {
    guard try byte() == UInt8(ascii: "\n"),
      let end = bytes[position...].firstIndex(of: UInt8(ascii: "\n"))
    else { throw TimeError(.invalidZone, "the zone file has no last line") }
    return Array(bytes[position..<end])
  }
}
