/// The frame between topic and content: which form the message has and how many frames follow. A receiver refuses
/// what it does not know.
enum Envelope {
  static let version: UInt8 = 1

  /// The envelope of a message with `frameCount` frames of content, at most 255.
  static func encode(frameCount: Int) -> [UInt8] {
    [version, UInt8(frameCount)]
  }

  /// The published message in the received parts, or nil if they are malformed.
  static func decodePublished(_ parts: [[UInt8]], limits: BusLimits) -> BusMessage? {
    guard parts.count >= 2, parts[0].last == BusMessage.topicTerminator, isValid(parts[1], parts.count - 2) else {
      return nil
    }
    let message = BusMessage(topic: parts[0], frames: Array(parts[2...]))
    return limits.admits(message) ? message : nil
  }

  /// The pushed message in the received parts, or nil if they are malformed.
  static func decodePushed(_ parts: [[UInt8]], limits: BusLimits) -> BusMessage? {
    guard let envelope = parts.first, isValid(envelope, parts.count - 1) else { return nil }
    let message = BusMessage(topic: [], frames: Array(parts[1...]))
    return limits.admits(message) ? message : nil
  }

  private static func isValid(_ envelope: [UInt8], _ frameCount: Int) -> Bool {
    envelope.count == 2 && envelope[0] == version && Int(envelope[1]) == frameCount
  }
}
