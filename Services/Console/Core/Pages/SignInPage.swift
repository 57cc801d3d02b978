import Domain
import Hummingbird
import Operations
import WebAuth

/// Asks for username and password.
struct SignInPage {
  let language: PageLanguage
  var error: AuthenticationError?

  func response() -> Response {
    let frame = PageFrame(language: language, title: language.text("登录", "Sign in"))
    return frame.response(status, content: content)
  }

  private var status: HTTPResponse.Status { error?.problem.status ?? .ok }

  private var content: String {
    """
    \(message)
    <form method="post" action="/sign-in?lang=\(language.rawValue)">
    <label>\(language.text("用户名", "Username"))
    <input name="username" autocomplete="username" required autofocus maxlength="64"></label>
    <label>\(language.text("密码", "Password"))
    <input name="password" type="password" autocomplete="current-password" required></label>
    <button>\(language.text("登录", "Sign in"))</button>
    </form>
    """
  }

  private var message: String {
    let text: String
    switch error {
    case nil: return ""
    case .tooManyAttempts(let seconds)?:
      text = language.text(
        "登录失败次数过多，请在 \(seconds) 秒后再试。", "Too many failed sign-ins. Try again in \(seconds) seconds.")
    case .busy?: text = language.text("系统繁忙，请稍后再试。", "Too many sign-ins at once. Try again soon.")
    default: text = language.text("用户名或密码不正确。", "Username and password do not belong together.")
    }
    return "<p role=\"alert\" class=\"error\">\(escaped(text))</p>"
  }
}

/// Where someone stands after sign-in.
struct HomePage {
  let language: PageLanguage
  let authentication: Authentication

  func response() -> Response {
    let caller = authentication.caller
    var frame = PageFrame(language: language, title: language.text("首页", "Home"))
    frame.links = links(caller.role)
    frame.account = signOutForm
    return frame.response(
      content: """
        <p>\(escaped(caller.name)) · \(escaped(caller.role.rawValue)) · \(escaped(caller.unit.text))</p>
        """)
  }

  /// What the role may see.
  private func links(_ role: Role) -> [PageFrame.Link] {
    var links = [PageFrame.Link(path: "/v1/cases", label: language.text("案件", "Cases"))]
    if [.officer, .hotline, .dispatcher, .supervisor].contains(role) {
      links.append(PageFrame.Link(path: "/v1/tasks", label: language.text("核查任务", "Tasks")))
    }
    if [.inspector, .auditor, .admin, .supervisor, .dispatcher, .handler].contains(role) {
      links.append(PageFrame.Link(path: "/v1/accountability", label: language.text("问责", "Accountability")))
    }
    if role != .inspector, role != .source {
      links.append(PageFrame.Link(path: "/v1/stats/indicators", label: language.text("统计", "Statistics")))
    }
    links.append(PageFrame.Link(path: "/v1/inbox", label: language.text("消息", "Inbox")))
    return links
  }

  private var signOutForm: String {
    guard case .cookie(let token) = authentication.credential else { return "" }
    return """
      <form method="post" action="/sign-out" class="inline">
      <input type="hidden" name="\(CrossSite.fieldName)" value="\(escaped(CrossSite.token(of: token)))">
      <button>\(language.text("退出", "Sign out"))</button>
      </form>
      """
  }
}
