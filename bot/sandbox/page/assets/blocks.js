// Block Kit's blocks. https://docs.slack.dev/reference/block-kit/blocks
import { cls, html, useContext, useId } from "./ui.js";
import { Element, stateful } from "./elements.js";
import { mrkdwn, Text } from "./mrkdwn.js";
import { markdown } from "./markdown.js";
import { RichText } from "./richtext.js";
import { Surface } from "./surface.js";
import { Unknown } from "./unknown.js";

// Blocks draws a list of blocks, each under its id, so that what somebody types survives a new drawing.
export const Blocks = ({ blocks, surface }) => html`
  <${Surface.Provider} value=${surface}>
    <div class=${`blocks blocks-${surface.kind}`}>
      ${(blocks ?? []).map((b, i) => html`<${Block} key=${b.block_id ?? i} block=${b} />`)}
    </div>
  <//>`;

const kinds = {
  section: Section, header: Header, divider: Divider, context: Context, actions: Actions, context_actions: Actions,
  input: Input, image: Picture, rich_text: RichText, markdown: Markdown, table: Table, alert: Alert,
};

function Block({ block }) {
  const Kind = Object.hasOwn(kinds, block.type) ? kinds[block.type] : null;
  return html`<div class=${`block block-${Kind ? block.type : "unknown"}`} data-block-id=${block.block_id}
    data-block-type=${block.type}>
    ${Kind ? html`<${Kind} block=${block} />` : html`<${Unknown} what="Block" type=${block.type} value=${block} />`}
  </div>`;
}

function Section({ block }) {
  return html`
    <div class="section-main">
      ${block.text && html`<div class="section-text"><${Text} text=${block.text} /></div>`}
      ${block.fields && html`<div class="fields">
        ${block.fields.map((f) => html`<div class="field-text"><${Text} text=${f} /></div>`)}</div>`}
    </div>
    ${block.accessory && html`<div class="accessory"><${Element} el=${block.accessory} block=${block} /></div>`}`;
}

function Header({ block }) {
  const level = useContext(Surface).kind === "modal" ? "h3" : "h2"; // below the modal's title, or the channel's
  return html`<${level} class="header-text"><${Text} text=${block.text} /></${level}>`;
}

function Divider() {
  return html`<hr />`;
}

function Context({ block }) {
  return html`<div class="context">
  ${(block.elements ?? []).map((e) => (e.type === "image"
    ? html`<img class="context-image" src=${e.image_url} alt=${e.alt_text} />`
    : html`<span class="context-text"><${Text} text=${e} /></span>`))}
</div>`;
}

function Actions({ block }) {
  return html`<div class="actions">
  ${(block.elements ?? []).map((e, i) => html`<${Element} key=${e.action_id ?? i} el=${e} block=${block} />`)}
</div>`;
}

// The levels of an alert, with the sign and word for each.
const levels = {
  default: ["ℹ", "Note"], info: ["ℹ", "Information"], warning: ["⚠", "Warning"], error: ["🚫", "Error"],
  success: ["✅", "Success"],
};

function Alert({ block }) {
  const level = levels[block.level] ? block.level : "default";
  const [sign, word] = levels[level];
  return html`<div class=${`alert alert-${level}`} role="note" aria-label=${word}>
    <span class="alert-sign" aria-hidden="true">${sign}</span>
    <div><${Text} text=${block.text} /></div>
  </div>`;
}

function Picture({ block }) {
  return html`<figure class="picture">
    ${block.title && html`<figcaption><${Text} text=${block.title} /></figcaption>`}
    <img src=${block.image_url} alt=${block.alt_text} />
  </figure>`;
}

function Markdown({ block }) {
  return html`<div class="markdown">${markdown(block.text ?? "")}</div>`;
}

function Table({ block }) {
  const [head = [], ...rows] = block.rows ?? [];
  const cell = (c) => {
    if (c.type === "rich_text") return html`<${RichText} block=${c} />`;
    return c.type === "raw_text" ? c.text : mrkdwn(c.text ?? "");
  };
  const align = (i) => `align-${block.column_settings?.[i]?.align ?? "left"}`;
  return html`<div class="table-frame"><table class="table">
    <thead><tr>${head.map((c, i) => html`<th scope="col" class=${align(i)}>${cell(c)}</th>`)}</tr></thead>
    <tbody>${rows.map((r) => html`<tr>${r.map((c, i) => html`<td class=${align(i)}>${cell(c)}</td>`)}</tr>`)}</tbody>
  </table></div>`;
}

// Input is a label, its element, a hint, and what is wrong with what stands in it.
function Input({ block }) {
  const surface = useContext(Surface);
  const id = useId("field");
  const error = surface.error?.(block.block_id);
  const key = `${block.block_id}/${block.element?.action_id}`;
  const failure = surface.failure?.(key);
  const grouped = block.element?.type === "checkboxes" || block.element?.type === "radio_buttons";
  const described = cls(block.hint && `${id}-hint`, error && `${id}-error`, failure && `${id}-failure`);
  const label = html`<${Text} text=${block.label} />
    ${block.optional && html`<span class="optional"> (optional)</span>`}`;
  const field = html`<${Element} el=${block.element ?? {}} block=${block} id=${id} labelled=${`${id}-label`}
    described=${described || undefined} invalid=${Boolean(error)} required=${!block.optional} />`;
  return html`<div class=${error ? "input input-bad" : "input"} role=${grouped ? "group" : undefined}
      aria-labelledby=${grouped ? `${id}-label` : undefined} aria-describedby=${(grouped && described) || undefined}>
    <div class="input-head">
      ${grouped || !stateful(block.element?.type)
    ? html`<span class="label" id=${`${id}-label`}>${label}</span>`
    : html`<label class="label" id=${`${id}-label`} for=${id}>${label}</label>`}
      ${surface.busy?.(key) && html`<span class="spinner" role="img" aria-label="The app is being told"></span>`}
    </div>
    ${field}
    ${error && html`<div class="field-error" id=${`${id}-error`} data-testid="field-error">⚠ ${error}</div>`}
    ${failure && html`<div class="field-error" id=${`${id}-failure`}>⚠ ${failure}</div>`}
    ${block.hint && html`<div class="hint" id=${`${id}-hint`}><${Text} text=${block.hint} /></div>`}
  </div>`;
}
