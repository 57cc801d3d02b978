/// The pages' one style sheet.
enum StyleSheet {
  static let text = """
    :root { color-scheme: light dark; font: 16px/1.5 system-ui, "Noto Sans CJK SC", sans-serif; }
    body { margin: 0; }
    nav { display: flex; flex-wrap: wrap; gap: 1rem; align-items: center; padding: .75rem 1rem; background: #14532d; }
    nav a { color: #fff; text-decoration: none; }
    nav a:hover, nav a:focus { text-decoration: underline; }
    main { max-width: 72rem; margin: 0 auto; padding: 1rem; }
    label { display: block; margin: 0 0 .75rem; }
    input { display: block; width: 100%; max-width: 24rem; padding: .5rem; font: inherit; }
    button { padding: .5rem 1.25rem; font: inherit; }
    form.inline { display: inline; margin-left: auto; }
    .error { color: #b91c1c; }
    table { border-collapse: collapse; margin: 0 0 1.5rem; }
    th, td { padding: .25rem .75rem; border-bottom: 1px solid #8884; text-align: right; }
    th[scope="row"] { text-align: left; }
    """
}
