// Slack's mrkdwn, drawn. https://docs.slack.dev/messaging/formatting-message-text
import { html } from "./ui.js";
import { dateText, fullTime } from "./dates.js";
import { fromName, withCodes, withEmoji } from "./emoji.js";
import { channelById, channelName, personName } from "./names.js";
import { split } from "./plain.js";
import { goTo, ownLink } from "./route.js";
import { state } from "./store.js";

const unescape = (text) => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

// mrkdwn draws text; verbatim leaves bare addresses alone.
export function mrkdwn(text, { verbatim = false } = {}) {
  return text.split(/```/).map((part, i, all) => {
    if (i % 2 === 1 && i < all.length - 1) return html`<pre class="pre">
      ${unescape(part.replace(/^\n/, "").replace(/\n$/, ""))}</pre>`;
    const open = i % 2 === 1 ? "```" : ""; // an odd fence is no fence
    return quoted(trimAround(open + part, i, all.length), verbatim);
  });
}

// trimAround takes the line breaks next to a fence away, which the box makes anyway.
function trimAround(text, i, count) {
  let out = text;
  if (i > 0) out = out.replace(/^\n/, "");
  if (i < count - 1) out = out.replace(/\n$/, "");
  return out;
}

// quoted draws lines that begin with > as quotations.
function quoted(text, verbatim) {
  const out = [];
  let quote = null;
  let lines = null;
  for (const line of text.split("\n")) {
    const found = /^(?:&gt;|>) ?(.*)$/.exec(line);
    if (found) {
      if (!quote) out.push(html`<blockquote class="quote">${(quote = [])}</blockquote>`);
      if (quote.length) quote.push(html`<br />`);
      quote.push(inline(found[1], verbatim));
      lines = null;
      continue;
    }
    quote = null;
    if (lines) out.push(html`<br />`);
    out.push(inline(line, verbatim));
    lines = true;
  }
  return out;
}

const wordChar = /[\p{L}\p{N}]/u;
const styles = { "*": "strong", _: "em", "~": "s" };
const bareLink = /^https?:\/\/[^\s<>|]+[^\s<>|.,;:!?)\]'"]/;

// inline draws one line.
function inline(line, verbatim) {
  const out = [];
  let plain = "";
  const flush = () => {
    if (plain) out.push(withEmoji(unescape(plain)));
    plain = "";
  };
  const put = (drawn, length) => {
    flush();
    out.push(drawn);
    return length;
  };
  for (let at = 0; at < line.length;) {
    const taken = special(line, at, verbatim, put);
    if (taken) {
      at += taken;
    } else {
      plain += line[at];
      at += 1;
    }
  }
  flush();
  return out;
}

// special draws what begins at a place, if it is anything but text, and says how long it was.
function special(line, at, verbatim, put) {
  const c = line[at];
  const rest = line.slice(at);
  if (c === "`") {
    const found = /^`([^`]+)`/.exec(rest);
    return found && put(html`<code class="code">${unescape(found[1])}</code>`, found[0].length);
  }
  if (c === "<") {
    const found = /^<([^<>]+)>/.exec(rest);
    return found && put(angle(found[1], verbatim), found[0].length);
  }
  if (c === ":") {
    const found = /^:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/.exec(rest);
    const emoji = found && fromName(found[1]);
    return emoji && put(withEmoji(emoji), found[0].length);
  }
  if (c === "h" && !verbatim && !wordChar.test(line[at - 1] ?? " ")) {
    const found = bareLink.exec(rest);
    return found && put(html`<${Link} url=${unescape(found[0])} />`, found[0].length);
  }
  if (styles[c] && !wordChar.test(line[at - 1] ?? " ")) {
    const end = closing(line, at);
    return end > 0 && put(html`<${styles[c]}>${inline(line.slice(at + 1, end), verbatim)}</${styles[c]}>`,
      end - at + 1);
  }
  return 0;
}

// closing finds the end of bold, italic or struck text that opens at a place, or -1.
function closing(line, at) {
  const c = line[at];
  if (at + 1 >= line.length || /\s/.test(line[at + 1]) || line[at + 1] === c) return -1;
  for (let i = at + 2; i < line.length; i += 1) {
    if (line[i] === "<") { // markup inside <…> closes nothing
      const end = line.indexOf(">", i);
      if (end > 0) i = end;
    } else if (line[i] === c && !/\s/.test(line[i - 1]) && !wordChar.test(line[i + 1] ?? " ")) {
      return i;
    }
  }
  return -1;
}

// angle draws what stands between < and >.
function angle(inner, verbatim) {
  const [target, label] = split(inner);
  if (target.startsWith("@")) return html`<${Mention} id=${target.slice(1)} />`;
  if (target.startsWith("#")) return html`<${ChannelLink} id=${target.slice(1)} label=${label} />`;
  if (target.startsWith("!date^")) return html`<${DateText} target=${target.slice(6)} label=${label} />`;
  if (target.startsWith("!subteam^")) return html`<${GroupMention} id=${target.slice(9)} label=${label} />`;
  if (target.startsWith("!")) return html`<span class="mention mention-me">@${label ?? target.slice(1)}</span>`;
  return html`<${Link} url=${unescape(target)}>
    ${label === undefined ? unescape(target).replace(/^mailto:/, "") : inline(label, verbatim)}<//>`;
}

function Link({ url, children }) {
  const inside = ownLink(url);
  const go = inside && ((e) => {
    e.preventDefault();
    inside();
  });
  if (inside) return html`<a class="link" href=${url} onClick=${go}>${children ?? url}</a>`;
  if (!/^(https?|mailto|tel):/i.test(url)) return children ?? url; // nothing else is followed
  return html`<a class="link" href=${url} target="_blank" rel="noopener noreferrer">${children ?? url}</a>`;
}

export function Mention({ id }) {
  return html`<span class=${id === state.me ? "mention mention-me" : "mention"}>@${personName(state, id)}</span>`;
}

export function GroupMention({ id, label }) {
  const group = state.groups.find((g) => g.id === id);
  const mine = group?.members?.includes(state.me);
  return html`<span class=${mine ? "mention mention-me" : "mention"}
    title=${group?.name}>@${group?.handle ?? label?.replace(/^@/, "") ?? id}</span>`;
}

export function ChannelLink({ id, label }) {
  const c = channelById(state, id);
  if (!c) return html`<span class="mention">#${label ?? "private-channel"}</span>`;
  return html`<button type="button" class="mention mention-link"
    onClick=${() => goTo(id)}>#${channelName(state, c)}</button>`;
}

function DateText({ target, label }) {
  const [seconds, , link] = target.split("^");
  const text = dateText(state, target, label);
  const drawn = html`<time class="date" dateTime=${isoOf(seconds)} title=${fullTime(state, Number(seconds) * 1000)}>
    ${text}</time>`;
  return link ? html`<${Link} url=${unescape(link)}>${drawn}<//>` : drawn;
}

function isoOf(seconds) {
  const when = new Date(Number(seconds) * 1000);
  return Number.isNaN(when.getTime()) ? undefined : when.toISOString();
}

// Text draws a text object of either kind.
export function Text({ text }) {
  if (!text) return null;
  if (text.type === "mrkdwn") return mrkdwn(text.text ?? "", { verbatim: text.verbatim });
  const words = text.text ?? "";
  return withEmoji(text.emoji === false ? words : withCodes(words));
}
