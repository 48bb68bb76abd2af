// A message as plain words, for the live region, previews and labels.
import { dateText } from "./dates.js";
import { personName } from "./names.js";

// plainMrkdwn takes Slack's markup away and puts names in place of ids.
export function plainMrkdwn(s, text) {
  return text
    .replace(/<([^<>]+)>/g, (_, inner) => {
      const [target, label] = split(inner);
      if (target.startsWith("@")) return `@${personName(s, target.slice(1))}`;
      if (target.startsWith("#")) return `#${s.channels.find((c) => c.id === target.slice(1))?.name ?? label
        ?? target.slice(1)}`;
      if (target.startsWith("!date^")) return dateText(s, target.slice(6), label);
      if (target.startsWith("!subteam^")) return `@${s.groups.find((g) => g.id === target.slice(9))?.handle
        ?? "group"}`;
      if (target.startsWith("!")) return `@${target.slice(1)}`;
      return label ?? target.replace(/^mailto:/, "");
    })
    .replace(/[*_~`]/g, "")
    .replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
}

// split parts what is between < and > into target and label.
export function split(inner) {
  const bar = inner.indexOf("|");
  return bar < 0 ? [inner, undefined] : [inner.slice(0, bar), inner.slice(bar + 1)];
}

export function plain(s, m) {
  if (m.deleted) return "This message was deleted.";
  return plainMrkdwn(s, m.text || blockText(m.blocks)).replace(/\s+/g, " ").trim();
}

const blockText = (blocks) => (blocks ?? [])
  .map((b) => b.text?.text ?? (b.fields ?? b.elements ?? [])
  .map((e) => e.text?.text ?? e.text ?? "").join(" ")).join(" ");
