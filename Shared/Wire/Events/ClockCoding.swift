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
        }
      }
      if clock.stage != 0 { writer.unsigned(6, UInt64(clock.stage)) }
      if let stoppedAt = clock.stoppedAt { writer.signed(7, stoppedAt.microseconds) }
      writer.unsigned(8, clock.state.wireCode)
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
      default: break
      }
    }
    guard let name else { throw .missing(field: 1, of: "clock") }
    guard let startedAt else { throw .missing(field: 4, of: "clock") }
    guard !stages.isEmpty else { throw .missing(field: 5, of: "clock") }
    guard stage < UInt64(stages.count) else { throw .unknownValue(String(stage), of: "stage of the clock") }
    return CaseClock(
      name: name, department: department, version: version, startedAt: startedAt, stages: stages, stage: Int(stage),
      stoppedAt: stoppedAt, state: state)
  }

  private mutating func clockStage() throws(CanonicalFault) -> ClockStage {
    var name = ""
    var limit: Limit?
    var dueAt: Instant?
    var provisional = false
    while let field = try next() {
      switch field.number {
      case 1: name = try field.text()
      case 2:
        let text = try field.text()
        guard let parsed = try? Limit(text) else { throw .unknownValue(text, of: "limit") }
        limit = parsed
      case 3: dueAt = Instant(microseconds: field.signed)
      case 4: provisional = field.flag
      default: break
      }
    }
    guard let limit else { throw .missing(field: 2, of: "clock stage") }
    guard let dueAt else { throw .missing(field: 3, of: "clock stage") }
    return ClockStage(name: name, limit: limit, dueAt: dueAt, provisional: provisional)
  }
}
