import Glibc
import Platform
import Testing

/// A path below /tmp that no file has yet; removed with the value.
private final class TemporaryPath {
  let path: String

  init() throws {
    var template = Array("/tmp/gl-clock-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw SystemError(code: errno, operation: "mkdtemp") }
    path = String(decoding: template.dropLast().map(UInt8.init(bitPattern:)), as: UTF8.self)
  }

  var file: String { path + "/clock" }

  func write(_ bytes: [UInt8]) {
    let file = fopen(file, "w")
    fwrite(bytes, 1, bytes.count, file)
    fclose(file)
  }

  func read() -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: 64)
    let file = fopen(file, "r")
    let count = fread(&bytes, 1, bytes.count, file)
    fclose(file)
    return Array(bytes.prefix(count))
  }

  deinit {
    unlink(file)
    rmdir(path)
  }
}

@Suite struct FileClockTests {
  private let noon: Int64 = 1_715_000_000_000_000

  @Test func aReaderSeesWhatTheOwnerSets() throws {
    let place = try TemporaryPath()
    let owner = try FileClock.create(path: place.file, microseconds: noon)
    let reader = try FileClock(path: place.file)
    #expect(reader.microseconds == noon)
    #expect(owner.set(microseconds: noon + 1))
    #expect(reader.microseconds == noon + 1)
  }

  @Test func theFileHoldsEightLittleEndianBytes() throws {
    let place = try TemporaryPath()
    let owner = try FileClock.create(path: place.file, microseconds: 0x0102_0304_0506_0708)
    #expect(place.read() == [8, 7, 6, 5, 4, 3, 2, 1])
    #expect(owner.microseconds == 0x0102_0304_0506_0708)
  }

  @Test func itNeverGoesBack() throws {
    let place = try TemporaryPath()
    let owner = try FileClock.create(path: place.file, microseconds: noon)
    #expect(!owner.set(microseconds: noon - 1))
    #expect(owner.microseconds == noon)
    #expect(owner.set(microseconds: noon), "the same time again is no step back")
    let later = try FileClock.create(path: place.file, microseconds: noon - 500)
    #expect(later.microseconds == noon)
  }

  @Test func aMissingOrBrokenFileIsRefused() throws {
    let place = try TemporaryPath()
    #expect(throws: SystemError.self) { try FileClock(path: place.file) }
    place.write([1, 2, 3])
    #expect(throws: SystemError.self) { try FileClock(path: place.file) }
    #expect(throws: SystemError.self) { try FileClock.create(path: place.file, microseconds: noon) }
  }
}

@Suite struct WallClockTests {
  @Test func theManualClockStandsStillUntilMoved() {
    let clock = ManualClock(microseconds: 10)
    #expect(clock.microseconds == 10)
    clock.advance(microseconds: 5)
    #expect(clock.microseconds == 15)
    clock.set(microseconds: 20)
    #expect(clock.microseconds == 20)
  }

  @Test func theSystemClockShowsThisCentury() {
    #expect(SystemClock().microseconds > 1_700_000_000_000_000)
    #expect(SystemClock().microseconds < 4_102_444_800_000_000)
  }

  @Test func waitingEndsNotBeforeItsTime() async throws {
    let due = MonotonicClock.microseconds + 2_000
    try await MonotonicClock.wait(until: due)
    #expect(MonotonicClock.microseconds >= due)
  }

  @Test func waitingEndsWithItsTask() async {
    let task = Task { try await MonotonicClock.wait(until: MonotonicClock.microseconds + 3_600_000_000) }
    task.cancel()
    await #expect(throws: CancellationError.self) { try await task.value }
  }
}

@Suite struct ProcessUsageTests {
  @Test func theProcessKnowsItsMemoryAndProcessorTime() throws {
    #expect(try #require(ProcessUsage.residentBytes) > 1_000_000)
    #expect(try #require(ProcessUsage.cpuMicroseconds) > 0)
  }
}
