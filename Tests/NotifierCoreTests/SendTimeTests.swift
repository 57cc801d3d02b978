import CaseworkSupport
import Domain
import GridNetwork
import Testing

@testable import NotifierCore

@Suite struct SendTimeTests {
  private let network: LoadedNetwork

  init() throws { network = try NoticeNetwork.read() }

  private func notice(urgent: Bool = false, digest: Bool = false) -> PlannedNotice {
    PlannedNotice(
      kind: .red, hearers: [], channels: [.smtp], urgent: urgent, digest: digest, values: NoticeValues())
  }

  /// The local time in Shanghai in March 2026.
  private func at(_ day: Int, _ hour: Int, _ minute: Int) -> Instant {
    CaseworkFixture.start.adding(seconds: Int64((day - 2) * 86_400 + (hour - 9) * 3_600 + minute * 60))
  }

  private func sendTime(_ notice: PlannedNotice, _ now: Instant) -> Instant {
    SendTime.of(notice, at: now, channels: network.channels, zone: network.policy.calendar.zone)
  }

  @Test func byDayANoticeLeavesAtOnce() {
    for now in [at(2, 7, 30), at(2, 12, 0), at(2, 21, 59)] { #expect(sendTime(notice(), now) == now) }
  }

  @Test func quietHoursHoldItBackOverMidnight() {
    #expect(sendTime(notice(), at(2, 22, 0)) == at(3, 7, 30))
    #expect(sendTime(notice(), at(2, 23, 59)) == at(3, 7, 30))
    #expect(sendTime(notice(), at(3, 0, 0)) == at(3, 7, 30))
    #expect(sendTime(notice(), at(3, 7, 29)) == at(3, 7, 30))
  }

  @Test func whatIsUrgentLeavesAtNight() {
    #expect(sendTime(notice(urgent: true), at(2, 23, 0)) == at(2, 23, 0))
    #expect(sendTime(notice(urgent: true, digest: true), at(2, 23, 0)) == at(2, 23, 0))
  }

  @Test func aDigestWaitsForTheNextOfItsTimes() {
    let digest = notice(digest: true)
    #expect(sendTime(digest, at(2, 8, 0)) == at(2, 8, 30))
    #expect(sendTime(digest, at(2, 8, 30)) == at(2, 14, 0))
    #expect(sendTime(digest, at(2, 13, 59)) == at(2, 14, 0))
    #expect(sendTime(digest, at(2, 14, 0)) == at(3, 8, 30))
    #expect(sendTime(digest, at(2, 23, 0)) == at(3, 8, 30))
  }
}
