extension WorkingCalendar {
  /// Minutes after local midnight: what conditions on hours compare.
  public func minuteOfDay(at moment: Instant) -> Int {
    zone.local(moment).time.secondsSinceMidnight / 60
  }
}
