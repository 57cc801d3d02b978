public import HTTPTypes
public import Hummingbird
import NIOCore
public import Wire

extension Response {
  /// An answer in JSON, written straight into bytes.
  public static func json(
    _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], _ write: (inout JSONWriter) throws -> Void
  ) rethrows -> Response {
    var writer = JSONWriter()
    try write(&writer)
    return json(status, headers: headers, bytes: writer.bytes)
  }

  /// An answer of `bytes`, which must be JSON.
  public static func json(
    _ status: HTTPResponse.Status = .ok, headers: HTTPFields = [:], bytes: [UInt8]
  ) -> Response {
    Response.of(status, contentType: "application/json", headers: headers, bytes: bytes)
  }

  /// An answer of any content type.
  public static func of(
    _ status: HTTPResponse.Status = .ok, contentType: String, headers: HTTPFields = [:], bytes: [UInt8]
  ) -> Response {
    var headers = headers
    headers[.contentType] = contentType
    return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
  }
}
