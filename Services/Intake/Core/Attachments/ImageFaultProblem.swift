import HTTPTypes
import Operations

extension ImageFault: ProblemConvertible {
  var problem: Problem {
    switch self {
    case .unknownKind:
      return .unsupportedMediaType(expected: ImageHeader.Kind.allCases.map(\.rawValue))
    case .tooManyPixels(let width, let height):
      return .unprocessable(
        code: "too_many_pixels",
        "The image has \(width) × \(height) pixels; it may have \(ImageLimits.maxPixels), and "
          + "\(ImageLimits.maxSidePixels) on a side.")
    case .damaged: return .unprocessable(code: "invalid_image", "The image cannot be decoded.")
    case .tooCostly: return .unprocessable(code: "image_too_costly", "Decoding the image takes too much.")
    case .busy: return .unavailable(code: "overloaded", retryAfterSeconds: 2, "Too many images are being taken in.")
    case .unavailable:
      return .unavailable(code: "images_unavailable", retryAfterSeconds: 60, "Images cannot be taken in now.")
    }
  }
}
