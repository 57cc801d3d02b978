import Casework
import Cryptography
import Domain
import Hummingbird
import Journal
import Operations
import PostgresClient
import WebAuth
import Wire

/// Whether the journal of a case is what was written: the hash of each event is computed again from what stands there,
/// and compared with the one that is stored, with the event before it in the district's journal and the one after.
struct CaseProof: Sendable {
  struct Link: Sendable {
    let seq: Int64
    let hash: [UInt8]
    /// The stored hash is that of the content.
    let isOwn: Bool
    /// The neighbours in the journal name it, and it them.
    let isLinked: Bool
  }

  let links: [Link]

  var isWhole: Bool { links.allSatisfy { $0.isOwn && $0.isLinked } }

  private static let read = Statement(
    "case_proof",
    """
    SELECT j.seq, j.epoch, j.at, j.kind, j.actor, j.body, j.prev_hash, j.hash, before.hash, after.prev_hash, h.last_seq,
      h.last_hash
    FROM journal j
      JOIN journal_head h ON h.district = j.district
      LEFT JOIN journal before ON before.district = j.district AND before.seq = j.seq - 1
      LEFT JOIN journal after ON after.district = j.district AND after.seq = j.seq + 1
    WHERE j.district = $1 AND j.case_number = $2 ORDER BY j.seq
    """)

  static func gather(_ id: CaseID, pool: PostgresPool) async throws -> CaseProof {
    let rows = try await pool.query(Self.read, [.text(id.district.text), .int64(id.number)])
    return CaseProof(
      links: try rows.map { row in
        let (seq, previous, hash) = (try row.int64(0), try row.bytes(6), try row.bytes(7))
        let computed = JournalHash.of(
          district: id.district, seq: seq, epoch: try row.int32(1), at: try row.timestamp(2).instant,
          previousHash: previous, caseNumber: id.number, kind: try row.text(3), actor: try row.text(4),
          body: try row.bytes(5))
        let before = try row.bytesOrNil(8)
        // The last event of the journal has no successor: the head names it.
        let after = try seq == row.int64(10) ? row.bytes(11) : row.bytesOrNil(9)
        return Link(
          seq: seq, hash: hash, isOwn: computed == hash,
          isLinked: (before == previous || seq == 1) && after == hash)
      })
  }
}

/// `GET /v1/cases/{id}/proof`: `{whole, events: [{seq, hash, whole}]}`.
struct CaseProofRoute: Sendable {
  let console: Console

  func add(to group: RouterGroup<AuthenticatedContext>) {
    group.get("cases/:id/proof") { _, context in
      let view = try console.view(context)
      let id = try await console.findCase(context, view).loaded.id
      let proof = try await CaseProof.gather(id, pool: console.pool)
      return Response.json { writer in
        writer.beginObject()
        writer.member("whole", proof.isWhole)
        writer.objects("events", proof.links) { writer, link in
          writer.member("seq", link.seq)
          writer.member("hash", Hexadecimal.encode(link.hash))
          writer.member("whole", link.isOwn && link.isLinked)
        }
        writer.endObject()
      }
    }
  }
}
