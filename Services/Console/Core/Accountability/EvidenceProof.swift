import Cryptography
import Domain
import Journal
import Wire

/// That the evidence was not changed since it was written: the chain of the record's steps, and the journal's own chain
/// from the case's first event on.
struct EvidenceProof: Sendable {
  /// Events of the journal recomputed at most; of an old case in a busy district the chain is proved so far, and the
  /// rest by `gridctl journal verify`, which also compares signed checkpoints.
  static let maxProofEvents: Int64 = 20_000

  let stepFaults: [AccountabilityChain.Fault]
  /// Where the journal ended when the evidence was gathered.
  let end: JournalPosition?
  let firstSeq: Int64?
  /// The event up to which the chain was recomputed.
  private(set) var provedSeq: Int64?
  /// The first event that is not what was hashed, or does not continue the one before it.
  private(set) var brokenSeq: Int64?
  /// Signed ends of the journal that bind the case's events, each with whether the journal still has what was signed.
  private(set) var checkpoints: [(signed: CheckpointShelf.Signed, matches: Bool)] = []

  /// - Parameter events: of the case, with the hashes that stand in the bundle.
  static func gather(
    _ record: AccountabilityRecord, steps: [AccountabilityChain.Step], events: [(seq: Int64, hash: [UInt8])],
    reader: JournalReader, shelf: CheckpointShelf
  ) async throws -> EvidenceProof {
    let opening = AccountabilityChain.Opening(
      caseID: record.caseID, id: record.id, clock: record.clock, rung: record.rung, unit: record.unit,
      department: record.department, dueAt: record.dueAt, openedAt: record.openedAt)
    var proof = EvidenceProof(
      stepFaults: AccountabilityChain.faults(opening, steps, end: record.chain),
      end: try await reader.ends()[record.caseID.district], firstSeq: events.first?.seq)
    try await proof.recompute(record.caseID.district, events, reader)
    if let first = events.first?.seq, let last = events.last?.seq {
      for signed in shelf.covering(record.caseID.district, from: first, through: last) {
        let stored = try await reader.hash(record.caseID.district, at: signed.checkpoint.position.seq)
        proof.checkpoints.append((signed, stored == signed.checkpoint.position.hash))
      }
    }
    return proof
  }

  private mutating func recompute(
    _ district: UnitCode, _ events: [(seq: Int64, hash: [UInt8])], _ reader: JournalReader
  ) async throws {
    guard let first = firstSeq, let end else { return }
    let stored = Dictionary(events.map { ($0.seq, $0.hash) }, uniquingKeysWith: { first, _ in first })
    let last = min(end.seq, first + Self.maxProofEvents - 1)
    var link: [UInt8]?
    var seq = first - 1
    while seq < last, brokenSeq == nil, let slice = try await reader.events(district, after: seq) {
      if let link, slice.previousHash != link || slice.firstSeq != seq + 1 {
        brokenSeq = slice.firstSeq
        return
      }
      var hash = slice.previousHash
      for event in slice.events {
        hash = JournalHash.of(
          district: district, seq: event.seq, epoch: event.epoch, at: event.at, previousHash: hash,
          caseNumber: event.caseNumber, kind: event.kind, actor: event.actor, body: event.body)
        if let known = stored[event.seq], known != hash {
          brokenSeq = event.seq
          return
        }
      }
      if hash != slice.lastHash {
        brokenSeq = slice.lastSeq
        return
      }
      link = hash
      seq = slice.lastSeq
      provedSeq = seq
    }
  }

  func write(to writer: inout JSONWriter) {
    writer.object("proof") { writer in
      writer.object("steps") { writer in
        writer.member("whole", stepFaults.isEmpty)
        writer.member("faults", texts: stepFaults.map(\.description))
      }
      writer.object("journal") { writer in
        writer.member("whole", brokenSeq == nil)
        writer.member("from_seq", firstSeq)
        writer.member("proved_seq", provedSeq)
        writer.member("broken_seq", brokenSeq)
        writer.member("head_seq", end?.seq)
        writer.member("head_epoch", end?.epoch)
        writer.member("head_hash", end.map { Hexadecimal.encode($0.hash) })
      }
      writer.objects("checkpoints", checkpoints) { writer, entry in
        writer.member("seq", entry.signed.checkpoint.position.seq)
        writer.member("matches", entry.matches)
        // As it was signed, to be checked without this system (docs/evidence.md).
        writer.member("document", String(decoding: entry.signed.document, as: UTF8.self))
      }
    }
  }
}
