// What the browser remembers between visits: the theme, the open pane, the tour, what was read. A browser that
// keeps nothing (private windows) is no reason to fail.
const prefix = "renewbot.sandbox.";

export function recall(key, otherwise) {
  try {
    const kept = localStorage.getItem(prefix + key);
    return kept === null ? otherwise : JSON.parse(kept);
  } catch {
    return otherwise;
  }
}

export function remember(key, value) {
  try {
    localStorage.setItem(prefix + key, JSON.stringify(value));
  } catch {
    // nothing is kept then
  }
}
