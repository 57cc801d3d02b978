/// What an attached image may cost.
enum ImageLimits {
  static let maxImageBytes = 10 << 20
  /// Of a multipart body, beyond the image.
  static let maxEnvelopeBytes = 64 << 10
  /// Width times height, looked at before anything is decoded.
  static let maxPixels = 50_000_000
  static let maxSidePixels = 16_384
  /// Images that are cleaned at the same time, and that may wait for it.
  static let maxCleaners = 2
  static let maxWaitingImages = 64
  static let maxCleanerCPUSeconds = 10
  static let maxCleanerSeconds = 20
  static let maxCleanerMemoryBytes = 1 << 30
}

/// Why an image is not taken.
enum ImageFault: Error, Equatable {
  /// None of the kinds that are taken, by its content.
  case unknownKind
  case tooManyPixels(width: Int, height: Int)
  /// It says that it is an image, and cannot be decoded.
  case damaged
  /// Decoding it took more time or memory than an image may.
  case tooCostly
  /// Too many images are being cleaned.
  case busy
  /// The tool that cleans images is not installed or cannot be started.
  case unavailable
}
