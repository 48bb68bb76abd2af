// Fields to type in: text of one line or several, numbers, e-mail and web addresses.
import { html, useContext, useId } from "./ui.js";
import { Surface } from "./surface.js";

// What each kind of field lets in while one types, as Slack's own fields do.
const whole = /^-?\d*$/;
const decimal = /^-?\d*[.,]?\d*$/;

const modes = { number_input: "numeric", email_text_input: "email", url_text_input: "url" };
const types = { email_text_input: "email", url_text_input: "url" };

// entersOn says whether Enter in the field is told to the app.
function entersOn(block, el) {
  return block.dispatch_action && (el.dispatch_action_config?.trigger_actions_on ?? ["on_enter_pressed"])
    .includes("on_enter_pressed");
}

const countFrom = 50; // characters left at which the number of them is shown

export function TextInput({ el, block, id, labelled, described, invalid, required }) {
  const surface = useContext(Surface);
  const counter = useId("count");
  const value = surface.field(block, el).value ?? "";
  const many = el.multiline === true || el.type === "rich_text_input";
  const left = el.max_length ? el.max_length - [...value].length : Infinity;
  const input = (e) => {
    const text = e.target.value;
    const allowed = el.type === "number_input" ? (el.is_decimal_allowed ? decimal : whole) : null;
    if (allowed && !allowed.test(text.trim())) {
      e.target.value = value;
      return;
    }
    surface.type?.(block, el, allowed ? text.trim() : text);
  };
  const keyDown = (e) => {
    if (e.key !== "Enter" || e.isComposing || (many && !e.ctrlKey && !e.metaKey)) return;
    e.preventDefault();
    if (!many && entersOn(block, el)) surface.enter?.(block, el);
    else surface.submit?.();
  };
  const shared = {
    id, value, class: many ? "text-field text-area" : "text-field", onInput: input, onKeyDown: keyDown,
      onBlur: () => surface.flush?.(),
    placeholder: el.placeholder?.text, maxLength: el.max_length, readOnly: surface.locked, autocomplete: "off",
    autofocus: el.focus_on_load || undefined, "aria-label": labelled ? undefined : el.placeholder?.text ?? "Text",
    "aria-describedby": [described, left <= countFrom && counter].filter(Boolean).join(" ") || undefined,
    "aria-invalid": invalid ? "true" : undefined, "aria-required": required ? "true" : undefined,
  };
  return html`
    ${many
    ? html`<textarea ...${shared} rows="3"></textarea>`
    : html`<input ...${shared} type=${types[el.type] ?? "text"}
      inputMode=${el.type === "number_input" && el.is_decimal_allowed ? "decimal" : modes[el.type]} />`}
    ${left <= countFrom && html`<div class="count" id=${counter}>
      ${left} ${left === 1 ? "character" : "characters"} left</div>`}`;
}
