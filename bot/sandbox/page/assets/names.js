// Who is who: names, initials and colours.
import { html } from "./ui.js";

export const person = (s, id) => s.people.find((p) => p.id === id);

export const personName = (s, id) => {
  const p = person(s, id);
  if (p) return p.realName || p.name;
  return s.app?.userId === id ? s.app.name : id;
};

// isApp says whether the app wrote a message.
export const isApp = (s, m) => Boolean(m.botId) || (s.app && m.user === s.app.userId);

export const authorName = (s, m) => {
  if (m.slackbot) return "Slackbot";
  return isApp(s, m) ? s.app?.name ?? "App" : personName(s, m.user);
};

export const channelName = (s, c) => (c.im ? s.app?.name ?? "App" : c.name);

export const channelById = (s, id) => s.channels.find((c) => c.id === id);

const initials = (name) => name.split(/\s+/).filter(Boolean).slice(0, 2).map((w) => w[0].toUpperCase()).join("");

const tints = 7;

function tint(id) {
  let sum = 0;
  for (const c of id) sum = (sum * 31 + c.codePointAt(0)) % 9973;
  return sum % tints;
}

// Avatar is a coloured square with initials; the app has its own sign.
export function Avatar({ name, id, app = false, size = "m" }) {
  return html`<span class=${`avatar avatar-${size} ${app ? "avatar-app" : `tint-${tint(id || name)}`}`}
    aria-hidden="true">${app ? "↻" : initials(name)}</span>`;
}
