// Block Kit's elements. https://docs.slack.dev/reference/block-kit/block-elements
import { html, Spinner, useContext, useId, useState } from "./ui.js";
import { askFirst } from "./confirm.js";
import { MenuButton } from "./menu.js";
import { Text } from "./mrkdwn.js";
import { ownLink } from "./route.js";
import { Select } from "./select.js";
import { keyOf, Surface } from "./surface.js";
import { TextInput } from "./textinput.js";
import { Unknown } from "./unknown.js";

const kinds = {
  button: Button, workflow_button: Button, overflow: Overflow, image: Thumbnail,
  static_select: Select, external_select: Select, users_select: Select, conversations_select: Select,
  channels_select: Select,
  multi_static_select: Select, multi_external_select: Select, multi_users_select: Select,
  multi_conversations_select: Select, multi_channels_select: Select,
  radio_buttons: Choices, checkboxes: Choices,
  plain_text_input: TextInput, number_input: TextInput, email_text_input: TextInput, url_text_input: TextInput,
  rich_text_input: TextInput,
  datepicker: Picker, timepicker: Picker, datetimepicker: Picker, file_input: Files,
};

// stateful says whether there is something in an element, so that a label can belong to it.
export const stateful = (type) =>
  Object.hasOwn(kinds, type ?? "") && !["button", "workflow_button", "overflow", "image"].includes(type);

// Element draws one element. Those in an input block have an id, a label and a description from it.
export function Element(props) {
  const { el } = props;
  const Kind = Object.hasOwn(kinds, el.type ?? "") ? kinds[el.type] : null;
  if (!Kind) return html`<${Unknown} what="Element" type=${el.type} value=${el} />`;
  return html`<div class=${`element element-${el.type}`} data-action-id=${el.action_id} data-element-type=${el.type}>
    <${Kind} ...${props} /></div>`;
}

// Failure is Slack's warning beside what did not reach the app.
const Failure = ({ text }) => html`<span class="press-failure" role="alert">⚠ ${text}</span>`;

function Button({ el, block }) {
  const surface = useContext(Surface);
  const key = keyOf(block, el);
  const busy = surface.busy?.(key);
  const failure = surface.failure?.(key);
  const press = async () => {
    if (busy || surface.locked) return;
    if (!(await askFirst(el.confirm))) return;
    const answer = await surface.press(block, el);
    const url = answer?.url || el.url;
    if (!url || answer?.ok === false) return;
    const inside = ownLink(url);
    if (inside) inside();
    else window.open(url, "_blank", "noopener,noreferrer");
  };
  return html`
    <button type="button" class=${`btn btn-${el.style ?? "default"}`} onClick=${press}
      aria-busy=${busy ? "true" : undefined}
      aria-disabled=${busy || surface.locked ? "true" : undefined} aria-label=${el.accessibility_label}>
      <span class=${busy ? "btn-text btn-waiting" : "btn-text"}><${Text} text=${el.text} /></span>
      ${busy && html`<${Spinner} label="Waiting for the app" />`}
    </button>
    ${failure && html`<${Failure} text=${failure} />`}`;
}

function Overflow({ el, block }) {
  const surface = useContext(Surface);
  const choose = async (option) => {
    if (option.url) window.open(option.url, "_blank", "noopener,noreferrer");
    if (await askFirst(el.confirm)) await surface.choose(block, el, [option]);
  };
  const items = (el.options ?? [])
    .map((o) => ({ key: o.value, label: html`<${Text} text=${o.text} />`, act: () => choose(o) }));
  const failure = surface.failure?.(keyOf(block, el));
  return html`<${MenuButton} label=${el.accessibility_label ?? "More actions"} icon="dots"
    class="btn btn-default btn-icon" items=${items} />
    ${failure && html`<${Failure} text=${failure} />`}`;
}

function Thumbnail({ el }) {
  return html`<img class="thumbnail" src=${el.image_url} alt=${el.alt_text} />`;
}

// Choices are radio buttons and checkboxes.
function Choices({ el, block, id, labelled, invalid }) {
  const surface = useContext(Surface);
  const own = useId("choice");
  const many = el.type === "checkboxes";
  const selected = surface.field(block, el).selected ?? [];
  const has = (o) => selected.some((c) => c.value === o.value);
  const change = async (o) => {
    if (!(await askFirst(el.confirm))) return;
    const next = !many ? [o] : has(o) ? selected.filter((c) => c.value !== o.value) : [...selected, o];
    surface.choose(block, el, next);
  };
  return html`<div class="choices" id=${id} role=${labelled ? undefined : "group"}
    aria-label=${labelled ? undefined : "Choices"}>
    ${(el.options ?? []).map((o) => html`
      <label class="choice" key=${o.value}>
        <input type=${many ? "checkbox" : "radio"} name=${own} value=${o.value} checked=${has(o)}
          disabled=${surface.locked}
          aria-invalid=${invalid ? "true" : undefined} onChange=${() => change(o)} />
        <span><${Text} text=${o.text} />
          ${o.description && html`<span class="choice-about"><${Text} text=${o.description} /></span>`}</span>
      </label>`)}
  </div>`;
}

// Files is where files are put in from one's own machine.
function Files({ el, block, id, labelled, described, invalid }) {
  const surface = useContext(Surface);
  const chosen = surface.field(block, el).selected ?? [];
  const busy = surface.busy?.(keyOf(block, el));
  const put = (e) => {
    const list = [...e.target.files];
    e.target.value = "";
    if (list.length) surface.upload?.(block, el, list);
  };
  return html`<div class="files">
    <input type="file" class="text-field" id=${id} multiple=${el.max_files !== 1} disabled=${surface.locked}
      accept=${el.filetypes?.map((t) => `.${t}`).join(",")} onChange=${put}
      aria-label=${labelled ? undefined : "Choose a file"} aria-describedby=${described}
      aria-invalid=${invalid ? "true" : undefined} />
    ${busy && html`<${Spinner} label="Uploading" />`}
    ${chosen.map((f) => html`<div class="file-chosen" key=${f.value} data-testid="file">📄 ${f.text}</div>`)}
    ${chosen.length > 0 && html`<button type="button" class="link-btn"
      onClick=${() => surface.upload?.(block, el, [])}>Remove</button>`}
  </div>`;
}

const pickers = { datepicker: "date", timepicker: "time", datetimepicker: "datetime-local" };

function Picker({ el, block, id, labelled, described, invalid }) {
  const surface = useContext(Surface);
  const [local, setLocal] = useState(null);
  const kept = surface.field(block, el).value ?? "";
  const shown = local ?? (el.type === "datetimepicker" && kept ? localTime(kept) : kept);
  const change = async (e) => {
    const picked = e.target.value;
    setLocal(picked);
    if (!(await askFirst(el.confirm))) return setLocal(null);
    const value = el.type === "datetimepicker" && picked ? String(Math.floor(new Date(picked).getTime() / 1000))
      : picked;
    await surface.choose(block, el, value ? [{ text: { type: "plain_text", text: value }, value }] : []);
    return setLocal(null);
  };
  return html`<input class="text-field picker" type=${pickers[el.type]} id=${id} value=${shown} onChange=${change}
    disabled=${surface.locked}
    aria-label=${labelled ? undefined : el.placeholder?.text ?? "Pick a date or time"} aria-describedby=${described}
    aria-invalid=${invalid ? "true" : undefined} />`;
}

function localTime(seconds) {
  const when = new Date(Number(seconds) * 1000);
  return new Date(when.getTime() - when.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
