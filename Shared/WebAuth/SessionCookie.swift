public import Hummingbird

/// The cookie that holds a session's token for the web pages.
public enum SessionCookie {
  public static let name = "gridloop_session"

  /// The cookie that signs a browser in: not readable by scripts, not sent by other sites' pages.
  ///
  /// - Parameter isSecure: whether the pages are served over TLS, so that the browser must not send it otherwise.
  public static func issue(_ session: Session, maxAgeSeconds: Int64, isSecure: Bool) -> Cookie {
    Cookie(
      name: name, value: session.token.text, maxAge: Int(maxAgeSeconds), path: "/", secure: isSecure, httpOnly: true,
      sameSite: .strict)
  }

  /// The cookie that signs a browser out.
  public static func clear(isSecure: Bool) -> Cookie {
    Cookie(name: name, value: "", maxAge: 0, path: "/", secure: isSecure, httpOnly: true, sameSite: .strict)
  }
}
