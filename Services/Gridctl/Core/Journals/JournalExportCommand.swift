import ArgumentParser
import Cryptography
import Domain
import Foundation
import Journal
import Wire

struct JournalExportCommand: OperatorCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a district's events, oldest first, one JSON object a line.",
    discussion: """
      Each line holds every column that the hash covers, the body in hexadecimal, so that the chain can be checked \
      elsewhere. With --json the events stand in one array instead.
      """)

  @Option(help: "The district.")
  var district: String
  @Option(help: "The first event.")
  var from: Int64 = 1
  @Option(help: "The last event; the journal's end if missing.")
  var to: Int64?
  @Option(help: ArgumentHelp("File to write; standard output if missing.", valueName: "file"))
  var out: String?
  @OptionGroup var common: CommonOptions

  func validate() throws {
    guard from >= 1, (to ?? from) >= from else {
      throw ValidationError("Events count from 1, and --to is not before --from.")
    }
  }

  func answer() async throws -> Answer {
    let terminal = Terminal.current
    let file = try out.map(openFile)
    let lines = !common.json || out != nil
    return try await common.stack().withDatabase { pool in
      let code = UnitCode(district)
      let end = try await JournalVerifyCommand.ends(pool, district: district)[code]?.seq ?? 0
      let last = min(to ?? end, end)
      let progress = Progress("export", unit: "events", total: max(last - from + 1, 0))
      var seq = from - 1
      var events: [JSONValue] = []
      while seq < last, let slice = try await JournalReader(pool: pool).events(code, after: seq) {
        var previous = slice.previousHash
        var bytes: [UInt8] = []
        for event in slice.events where event.seq <= last {
          let line = Self.json(event, previousHash: previous)
          previous = line.hash
          if lines { bytes += JSONWriter.line(line.json) } else { events.append(line.json) }
        }
        if let file { try file.write(contentsOf: Data(bytes)) } else if lines { terminal.write(bytes: bytes) }
        seq = slice.lastSeq
        progress.set(min(seq, last) - from + 1)
      }
      try file?.close()
      guard lines else { return Answer(.array(events), text: "") }
      return Answer(
        ["out": .text(out), "events": .integer(progress.done)],
        text: out.map { "wrote \(Figures.grouped(progress.done)) events to \($0)" } ?? "")
    }
  }

  private func openFile(_ path: String) throws -> FileHandle {
    guard FileManager.default.createFile(atPath: path, contents: nil, attributes: [.posixPermissions: 0o600]),
      let file = FileHandle(forWritingAtPath: path)
    else { throw Refusal("unwritable", "\(path) cannot be written") }
    return file
  }

  private static func json(_ event: JournalEvent, previousHash: [UInt8]) -> (json: JSONValue, hash: [UInt8]) {
    let hash = JournalHash.of(
      district: event.district, seq: event.seq, epoch: event.epoch, at: event.at, previousHash: previousHash,
      caseNumber: event.caseNumber, kind: event.kind, actor: event.actor, body: event.body)
    let json: JSONValue = [
      "district": .string(event.district.text), "seq": .integer(event.seq), "epoch": .integer(Int64(event.epoch)),
      "at": .string(event.at.rfc3339()), "at_microseconds": .integer(event.at.microseconds),
      "case_id": .string(event.caseID.description), "kind": .string(event.kind), "actor": .string(event.actor),
      "body": .string(Hexadecimal.encode(event.body)), "prev_hash": .string(Hexadecimal.encode(previousHash)),
      "hash": .string(Hexadecimal.encode(hash)),
    ]
    return (json, hash)
  }
}
