// The markdown block: standard Markdown, as far as messages use it.
import { html } from "./ui.js";
import { mrkdwn } from "./mrkdwn.js";

// markdown draws headings and lists itself and leaves the rest to mrkdwn.
export function markdown(text) {
  const out = [];
  let list = null;
  for (const line of text.split("\n")) {
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    const item = /^\s*(?:[-*+]|(\d+)[.)])\s+(.*)$/.exec(line);
    if (item) {
      if (!list) out.push(html`<ul class="rich-list">${(list = [])}</ul>`);
      list.push(html`<li>${mrkdwn(inSlack(item[2]))}</li>`);
      continue;
    }
    list = null;
    if (heading) out.push(html`<p class=${`md-h md-h${heading[1].length}`}>${mrkdwn(inSlack(heading[2]))}</p>`);
    else if (line.trim()) out.push(html`<p>${mrkdwn(inSlack(line))}</p>`);
  }
  return out;
}

// inSlack turns Markdown's bold, struck text and links into Slack's own.
const inSlack = (line) => line
  .replace(/\[([^\]]+)\]\(([^)\s]+)\)/g, "<$2|$1>")
  .replace(/\*\*([^*]+)\*\*/g, "\u0001$1\u0001")
  .replace(/(^|[^*])\*([^*\s][^*]*)\*/g, "$1_$2_")
  .replaceAll("\u0001", "*")
  .replace(/~~([^~]+)~~/g, "~$1~");
