import Domain

extension CanonicalWriter {
  mutating func clock(_ number: UInt8, _ clock: CaseClock) {
    message(number) { writer in
      writer.unsigned(1, clock.name.wireCode)
      writer.textIfAny(2, clock.department?.text)
      writer.signed(3, Int64(clock.version))
      writer.signed(4, clock.startedAt.microseconds)
      for stage in clock.stages {
        writer.message(5) { writer in
          writer.textIfAny(1, stage.name)
          writer.text(2, stage.limit.description)
          writer.signed(3, stage.dueAt.microseconds)
          writer.flag(4, stage.provisional)
          for granted in stage.extensions { writer.text(5, granted.description) }
        }
      }
      if clock.stage != 0 { writer.unsigned(6, UInt64(clock.stage)) }
      if let stoppedAt = clock.stoppedAt { writer.signed(7, stoppedAt.microseconds) }
      writer.unsigned(8, clock.state.wireCode)
      if clock.matter != .whole { writer.unsigned(9, clock.matter.wireCode) }
      if let pausedAt = clock.pausedAt { writer.signed(10, pausedAt.microseconds) }
      if clock.paused != 0 { writer.signed(11, clock.paused) }
      if let rebasedAt = clock.rebasedAt { writer.signed(12, rebasedAt.microseconds) }
    }
  }
}

extension CanonicalReader {
  mutating func clock() throws(CanonicalFault) -> CaseClock {
    var name: ClockName?
    var department: DepartmentCode?
    var version: Int32 = 1
    var startedAt: Instant?
    var stages: [ClockStage] = []
    var stage: UInt64 = 0
    var stoppedAt: Instant?
    var state = CaseClock.State.running
    var matter = ClockMatter.whole
    var pausedAt: Instant?
    var paused: Int64 = 0
    var rebasedAt: Instant?
    while let field = try next() {
      switch field.number {
      case 1: name = try ClockName(wireCode: field.unsigned)
      case 2: department = DepartmentCode(try field.text())
      case 3: version = Int32(truncatingIfNeeded: field.signed)
      case 4: startedAt = Instant(microseconds: field.signed)
      case 5:
        var reader = field.message
        stages.append(try reader.clockStage())
      case 6: stage = field.unsigned
      case 7: stoppedAt = Instant(microseconds: field.signed)
      case 8: state = try CaseClock.State(wireCode: field.unsigned)
      case 9: matter = try ClockMatter(wireCode: field.unsigned)
      case 10: pausedAt = Instant(microseconds: field.signed)
      case 11: paused = field.signed
      case 12: rebasedAt = Instant(microseconds: field.signed)
      default: break
      }
    }
    guard let name else { throw .missing(field: 1, of: "clock") }
    guard let startedAt else { throw .missing(field: 4, of: "clock") }
    guard !stages.isEmpty else { throw .missing(field: 5, of: "clock") }
    guard stage < UInt64(stages.count) else { throw .unknownValue(String(stage), of: "stage of the clock") }
    return CaseClock(
      name: name, matter: matter, department: department, version: version, startedAt: startedAt, stages: stages,
      stage: Int(stage), stoppedAt: stoppedAt, state: state, pausedAt: pausedAt, paused: paused, rebasedAt: rebasedAt)
  }

  private mutating func clockStage() throws(CanonicalFault) -> ClockStage {
    var name = ""
    var limit: Limit?
    var dueAt: Instant?
    var provisional = false
    var extensions: [Limit] = []
    while let field = try next() {
      switch field.number {
      case 1: name = try field.text()
      case 2: limit = try field.limit()
      case 3: dueAt = Instant(microseconds: field.signed)
      case 4: provisional = field.flag
      case 5: extensions.append(try field.limit())
      default: break
      }
    }
    guard let limit else { throw .missing(field: 2, of: "clock stage") }
    guard let dueAt else { throw .missing(field: 3, of: "clock stage") }
    return ClockStage(name: name, limit: limit, dueAt: dueAt, provisional: provisional, extensions: extensions)
  }
}

extension CanonicalField {
  /// A limit as it describes itself. Clocks are decoded for every event, so the text is read as bytes.
  func limit() throws(CanonicalFault) -> Limit {
    guard let limit = source.withUnsafeBufferPointer({ Limit(canonical: UnsafeBufferPointer(rebasing: $0[range])) })
    else { throw .unknownValue(try text(), of: "limit") }
    return limit
  }
}

extension Limit {
  fileprivate init?(canonical bytes: UnsafeBufferPointer<UInt8>) {
    var amount = 0
    var place = 0
    while place < bytes.count, place < 9, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[place]) {
      amount = amount * 10 + Int(bytes[place] - UInt8(ascii: "0"))
      place += 1
    }
    guard place > 0, place < bytes.count, bytes[place] == UInt8(ascii: " ") else { return nil }
    let name = bytes[(place + 1)...]
    for unit in LimitUnit.allCases where name.elementsEqual(unit.rawValue.utf8) {
      guard let limit = try? Limit(amount, unit) else { return nil }
      self = limit
      return
    }
    return nil
  }
}
