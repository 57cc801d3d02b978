import Cryptography
import Domain
import Foundation
import Journal

/// The signed ends of journals that `gridctl journal checkpoint` keeps outside the database, in files named
/// `<district>-<seq>.json`. Read anew for each bundle: they are few, and made while the service runs.
struct CheckpointShelf: Sendable {
  /// The public half of the key that signs them.
  static let publicKeyName = "checkpoint.pub"
  /// What a checkpoint's file may hold.
  static let maxDocumentBytes = 4_096

  /// A checkpoint, and the document that was signed.
  struct Signed: Sendable, Hashable {
    let checkpoint: Checkpoint
    let document: [UInt8]
  }

  /// Nil: this deployment has none.
  let directory: String?

  /// The checkpoints that bind these events: the last one before them, the first that covers them all, and the newest.
  /// Whatever cannot be read, or was not signed with the key beside them, proves nothing and is left out.
  func covering(_ district: UnitCode, from first: Int64, through last: Int64) -> [Signed] {
    let all = read(district)
    let before = all.last { $0.checkpoint.position.seq < first }
    let after = all.first { $0.checkpoint.position.seq >= last }
    let newest = all.last { $0.checkpoint.position.seq >= last }
    var seen: Set<Int64> = []
    return [before, after, newest].compactMap { $0 }.filter { seen.insert($0.checkpoint.position.seq).inserted }
  }

  /// In order of their numbers.
  private func read(_ district: UnitCode) -> [Signed] {
    guard let directory, let key = verifyKey(directory),
      let names = try? FileManager.default.contentsOfDirectory(atPath: directory)
    else { return [] }
    return names.filter { $0.hasPrefix("\(district)-") && $0.hasSuffix(".json") }.compactMap { name -> Signed? in
      guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)"),
        data.count <= Self.maxDocumentBytes
      else { return nil }
      var document = [UInt8](data)
      while document.last == UInt8(ascii: "\n") { document.removeLast() }
      guard let checkpoint = try? Checkpoint.verified(document, with: key), checkpoint.district == district else {
        return nil
      }
      return Signed(checkpoint: checkpoint, document: document)
    }.sorted { $0.checkpoint.position.seq < $1.checkpoint.position.seq }
  }

  private func verifyKey(_ directory: String) -> VerifyKey? {
    guard let text = FileManager.default.contents(atPath: "\(directory)/\(Self.publicKeyName)"),
      text.count <= Self.maxDocumentBytes
    else { return nil }
    let digits = String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace).first ?? ""
    guard let bytes = try? Hexadecimal.decode(String(digits)) else { return nil }
    return try? VerifyKey(bytes: bytes)
  }
}
