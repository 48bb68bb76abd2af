// New messages for people who hear the page: one polite live region, and never a message twice.
import { html } from "./ui.js";
import { isReply, state, update, useStore } from "./store.js";
import { authorName } from "./names.js";
import { plain } from "./plain.js";

const longest = 200;

// announceNew reads out what others wrote where the person is looking.
export function announceNew(messages, before) {
  const texts = messages.filter((m) => isNews(m, before))
    .map((m) => `${authorName(state, m)}: ${plain(state, m).slice(0, longest)}`);
  if (texts.length) say(texts.join(". "));
}

function isNews(m, before) {
  if (m.deleted || m.user === state.me || before.get(m.channel)?.byTs.has(m.ts)) return false;
  if (isReply(m) && state.thread?.ts === m.threadTs) return true;
  return state.place.kind === "channel" && state.place.id === m.channel && (!isReply(m) || m.broadcast);
}

// say reads out a sentence.
export const say = (text) => update({ said: { text } });

export function LiveRegion() {
  const said = useStore((s) => s.said);
  return html`<div class="sr-only" role="status" aria-live="polite" data-testid="live">${said?.text ?? ""}</div>`;
}
