import Casework
import Domain
import PostgresClient

/// Takes up tests of channels that administrators ask for, and queues each among the deliveries, where it goes the way of
/// every notice. The console knows neither addresses nor secrets of this deployment: only here it is known where to.
struct TestIntake: Sendable {
  let pool: PostgresPool

  private static let take = Statement(
    "channel_tests_take",
    """
    WITH taken AS (
      UPDATE channel_tests SET taken_at = $2, fault = CASE channel WHEN 'webhook' THEN $3::text ELSE $4::text END
      WHERE district = $1 AND taken_at IS NULL
      RETURNING number, channel, target, asked_by, asked_at, fault
    )
    INSERT INTO deliveries (district, seq, part, channel, target, notice, case_number, language, payload,
                            next_attempt_at, created_at)
    SELECT $1, 0, number, channel, CASE channel WHEN 'webhook' THEN $5 ELSE target END, $7, 0, $6,
           convert_to(jsonb_build_object('notice', $7::text, 'test', true, 'district', $1::text, 'asked_by', asked_by,
             'at_microseconds', (extract(epoch FROM asked_at) * 1000000)::bigint)::text, 'UTF8'),
           $2, asked_at
    FROM taken WHERE fault IS NULL
    ON CONFLICT DO NOTHING
    """)

  /// Queues what waits; what has no way out says why.
  func take(_ district: UnitCode, _ outlets: NoticeOutlets, language: String, at now: Instant) async throws {
    let noWebhook = outlets.webhookURL == nil ? "channel_off: no address is configured for webhooks" : nil
    let noMail =
      outlets.smtpServer == nil
      ? "channel_off: no mail server is configured"
      : outlets.smtpSender == nil ? "channel_off: no sender of mails is configured" : nil
    try await pool.execute(
      Self.take,
      [
        .text(district.text), .timestamp(microseconds: now.microseconds), .text(noWebhook), .text(noMail),
        .text(outlets.webhookURL ?? ""), .text(language), .text(ChannelTest.notice),
      ])
  }
}
