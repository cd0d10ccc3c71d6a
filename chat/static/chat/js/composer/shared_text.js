/** What another app has shared into the installed chat (the manifest's share_target), as a text to send. */

/** The text in the page's address, which a reload no longer finds there. */
export function takeShared() {
  const text = sharedText(location.search);
  if (text !== "") history.replaceState(history.state, "", location.pathname + location.hash);
  return text;
}

export function sharedText(search) {
  const given = new URLSearchParams(search);
  const [url, text, title] = ["url", "text", "title"].map((name) => given.get(name)?.trim() ?? "");
  const said = [title, text].filter(
    (part, index, all) => part !== "" && all.indexOf(part) === index,
  );
  return [...said, ...(url === "" || text.includes(url) ? [] : [url])].join("\n");
}
