// Attachments, the older way to add to a message: blocks or lines beside a coloured bar.
import { html } from "./ui.js";
import { Blocks } from "./blocks.js";
import { mrkdwn } from "./mrkdwn.js";

const named = { good: "bar-good", warning: "bar-warning", danger: "bar-danger" };

// paint gives the bar a colour that has no name: #36a64f.
function paint(box, color = "") {
  if (box && !named[color] && /^#?[0-9a-f]{6}$/i.test(color)) box.style.borderLeftColor = `#${color.replace("#", "")}`;
}

export const Attachments = ({ attachments, surface }) => html`<div class="attachments">
  ${attachments.map((a) => html`<div class=${`attachment ${named[a.color] ?? ""}`} ref=${(box) => paint(box, a.color)}>
    ${a.pretext && html`<div>${mrkdwn(a.pretext)}</div>`}
    ${a.author_name && html`<div class="attachment-author">${a.author_name}</div>`}
    ${a.title && html`<div class="attachment-title">
      ${mrkdwn(a.title_link ? `<${a.title_link}|${a.title}>` : a.title)}</div>`}
    ${a.blocks ? html`<${Blocks} blocks=${a.blocks} surface=${surface} />`
      : html`<div>${mrkdwn(a.text ?? a.fallback ?? "")}</div>`}
    ${a.fields && html`<div class="fields">
      ${a.fields.map((f) => html`<div class="field-text">
        <strong>${f.title}</strong><br />${mrkdwn(f.value ?? "")}</div>`)}</div>`}
    ${a.footer && html`<div class="attachment-footer">${a.footer}</div>`}
  </div>`)}
</div>`;
