// Slack's rich_text block. https://docs.slack.dev/reference/block-kit/blocks/rich-text-block
import { html } from "./ui.js";
import { dateText } from "./dates.js";
import { fromName, withEmoji } from "./emoji.js";
import { ChannelLink, GroupMention, Mention, mrkdwn } from "./mrkdwn.js";
import { state } from "./store.js";
import { Unknown } from "./unknown.js";

export const RichText = ({ block }) => html`<div class="rich">
  ${(block.elements ?? []).map((e) => html`<${Part} part=${e} />`)}</div>`;

function Part({ part }) {
  const inside = () => (part.elements ?? []).map((e) => html`<${Piece} piece=${e} />`);
  switch (part.type) {
    case "rich_text_section":
      return html`<div class="rich-section">${inside()}</div>`;
    case "rich_text_quote":
      return html`<blockquote class="quote">${inside()}</blockquote>`;
    case "rich_text_preformatted":
      return html`<pre class="pre">${inside()}</pre>`;
    case "rich_text_list": {
      const tag = part.style === "ordered" ? "ol" : "ul";
      return html`<${tag} class=${`rich-list indent-${Math.min(part.indent ?? 0, 5)}`}
        start=${tag === "ol" ? (part.offset ?? 0) + 1 : undefined}>
        ${(part.elements ?? []).map((e) => html`<li><${Part} part=${e} /></li>`)}
      </${tag}>`;
    }
    default:
      return html`<${Unknown} what="Rich text" type=${part.type} value=${part} />`;
  }
}

function Piece({ piece }) {
  return styled(drawn(piece), piece.style);
}

function drawn(piece) {
  switch (piece.type) {
    case "text":
      return withEmoji(piece.text ?? "");
    case "link":
      return mrkdwn(
        `<${piece.url}|${(piece.text ?? piece.url).replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g,
        "&gt;")}>`);
    case "emoji":
      return withEmoji(fromName(piece.name ?? "") ?? `:${piece.name}:`);
    case "user":
      return html`<${Mention} id=${piece.user_id} />`;
    case "usergroup":
      return html`<${GroupMention} id=${piece.usergroup_id} />`;
    case "channel":
      return html`<${ChannelLink} id=${piece.channel_id} />`;
    case "broadcast":
      return html`<span class="mention mention-me">@${piece.range}</span>`;
    case "date":
      return html`<time class="date">${dateText(state, `${piece.timestamp}^${piece.format}`, piece.fallback)}</time>`;
    case "color":
      return html`<code class="code">${piece.value}</code>`;
    default:
      return html`<${Unknown} what="Rich text" type=${piece.type} value=${piece} />`;
  }
}

function styled(inner, style = {}) {
  let out = inner;
  if (style.code) out = html`<code class="code">${out}</code>`;
  if (style.strike) out = html`<s>${out}</s>`;
  if (style.italic) out = html`<em>${out}</em>`;
  if (style.bold) out = html`<strong>${out}</strong>`;
  if (style.underline) out = html`<u>${out}</u>`;
  return out;
}
