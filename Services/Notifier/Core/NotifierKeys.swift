public import Operations

/// The notifier's own settings.
public enum NotifierKeys {
  public static let webhookURL = SettingKey<String?>(
    "GRIDLOOP_WEBHOOK_URL", help: "where notices are posted; in place of the network's channels.yaml")
  public static let webhookSecret = SettingKey<String?>(
    "GRIDLOOP_WEBHOOK_SECRET", isSecret: true, help: "signs webhooks: whsec_ and the base64 of 24 to 64 bytes")
  public static let smtpServer = SettingKey<String?>(
    "GRIDLOOP_SMTP_SERVER", help: "smtp://host:port or smtps://host:port; in place of the network's channels.yaml")
  public static let smtpSender = SettingKey<String?>("GRIDLOOP_SMTP_SENDER", help: "the address that mail comes from")
  public static let smtpUser = SettingKey<String?>("GRIDLOOP_SMTP_USER", help: "user at the mail server")
  public static let smtpPassword = SettingKey<String?>(
    "GRIDLOOP_SMTP_PASSWORD", isSecret: true, help: "password at the mail server")
  public static let smtpEncryption = SettingKey(
    "GRIDLOOP_SMTP_ENCRYPTION", default: "require", help: "STARTTLS: require, whenOffered or never",
    refusal: { ["require", "whenOffered", "never"].contains($0) ? nil : "must be require, whenOffered or never" })

  public static let consoleURL = SettingKey<String?>(
    "GRIDLOOP_CONSOLE_URL",
    help: "where people reach the console, such as https://grid.example: links in mails lead there",
    refusal: { url in
      url.map { $0.hasPrefix("https://") || $0.hasPrefix("http://") } ?? true
        ? nil : "must begin with https:// or http://"
    })

  public static let all: [any AnySettingKey] = [
    webhookURL, webhookSecret, smtpServer, smtpSender, smtpUser, smtpPassword, smtpEncryption,
    consoleURL,
  ]
}
