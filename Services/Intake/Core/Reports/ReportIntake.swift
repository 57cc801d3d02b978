import Casework
import Cryptography
import Domain
import GridNetwork
import HTTPTypes
import Operations
import Platform
import WebAuth
import Wire

/// From the bytes of one report to a request that can be filed; what every way in has in common.
struct ReportIntake: Sendable {
  let policies: PolicyStore
  let clock: any WallClock
  let metrics: IntakeMetrics
  let meter = SenderMeter()

  /// The sender with the network as it is now.
  ///
  /// - Throws: `Problem` 403 for senders that may not report, 503 before the network is loaded.
  func sender(_ caller: Caller) throws(Problem) -> ReportSender {
    guard Caller.reportingRoles.contains(caller.role) else {
      throw .forbidden(code: "role", "The role \(caller.role.rawValue) hands in no reports.")
    }
    guard let network = policies.current(caller.district) ?? policies.network(ofCity: caller.district) else {
      throw .unavailable(code: "no_network", retryAfterSeconds: 5, "The district's network is not loaded yet.")
    }
    return ReportSender(caller, network: network)
  }

  /// - Throws: `Problem` with every fault.
  func request(
    _ bytes: UnsafeRawBufferPointer, key: String?, sender: ReportSender
  ) throws(Problem) -> FilingRequest {
    let draft: ReportDraft
    do throws(JSONFault) {
      draft = try ReportParser.parse(bytes, now: Instant(microseconds: clock.microseconds))
    } catch {
      metrics.malformed.increment()
      throw error.reportProblem
    }
    let identity = ReportIdentity(key: key, externalID: draft.externalID, bodyHash: SHA256.digest(of: bytes))
    return try ReportCheck(sender).accept(draft, identity: identity)
  }

  /// The value of an `Idempotency-Key`; nil when there is none.
  ///
  /// - Throws: `Problem` 400 unless it is 1 to 200 visible ASCII characters and does not begin with `~`.
  static func key(_ header: String?) throws(Problem) -> String? {
    guard let header else { return nil }
    let isVisible = header.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    guard isVisible, (1...ReportLimits.maxIdempotencyKeyBytes).contains(header.utf8.count),
      header.first != OwnKeys.mark
    else {
      throw .malformed(
        code: "invalid_idempotency_key",
        "An Idempotency-Key has 1 to \(ReportLimits.maxIdempotencyKeyBytes) visible ASCII characters, the first not ~.")
    }
    return header
  }
}

extension JSONFault {
  /// As the JSON door has it; what cannot be stored and what is no UTF-8 have codes of their own.
  var reportProblem: Problem {
    var problem = problem
    switch code {
    case .nulCharacter, .invalidUTF8: problem.code = code.rawValue
    default: break
    }
    return problem
  }
}
