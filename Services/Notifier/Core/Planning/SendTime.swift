import Domain
import GridNetwork

/// When a notice may leave. Pure.
enum SendTime {
  /// At once when it is urgent; a digest waits for the next digest time; in quiet hours all else waits for their end.
  static func of(
    _ notice: PlannedNotice, at now: Instant, channels: ChannelPolicy, zone: ZoneRules
  ) -> Instant {
    if notice.urgent { return now }
    if notice.digest, let next = nextDigest(after: now, channels: channels, zone: zone) { return next }
    return endOfQuiet(now, channels: channels, zone: zone)
  }

  private static func nextDigest(after now: Instant, channels: ChannelPolicy, zone: ZoneRules) -> Instant? {
    let date = zone.date(of: now)
    return [date, date.adding(days: 1)].flatMap { day in
      channels.digestMinutes.compactMap { minute in
        TimeOfDay(secondsSinceMidnight: minute * 60).map { zone.instant(of: day, $0) }
      }
    }.filter { $0 > now }.min()
  }

  private static func endOfQuiet(_ now: Instant, channels: ChannelPolicy, zone: ZoneRules) -> Instant {
    let (date, time) = zone.local(now)
    let minute = time.secondsSinceMidnight / 60
    for quiet in channels.quietHours {
      let passesMidnight = quiet.fromMinute > quiet.toMinute
      let isQuiet =
        passesMidnight
        ? minute >= quiet.fromMinute || minute < quiet.toMinute : minute >= quiet.fromMinute && minute < quiet.toMinute
      guard isQuiet, let end = TimeOfDay(secondsSinceMidnight: quiet.toMinute * 60) else { continue }
      let day = passesMidnight && minute >= quiet.fromMinute ? date.adding(days: 1) : date
      return zone.instant(of: day, end)
    }
    return now
  }
}
