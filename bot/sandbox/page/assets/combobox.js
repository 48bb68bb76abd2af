// A combobox with a list, after the ARIA pattern: the field keeps the focus, arrows move in the list, Enter
// chooses, Escape closes the list only. https://www.w3.org/WAI/ARIA/apg/patterns/combobox/
import { html, Icon, Spinner, useEffect, useId, useLatest, useLayoutEffect, useRef, useState } from "./ui.js";

const typingPause = 150; // milliseconds after a key before the app is asked

export function Combobox(props) {
  const { label, described, invalid, required, locked, many, most = Infinity, selected, placeholder, clearable,
    onChoose } = props;
  const own = useId("combo");
  const id = props.id ?? own;
  const field = useRef(null);
  const frame = useRef(null);
  const combo = useCombo(props, field);
  const { open, query, active, options, show, remove } = combo;
  const shown = !many && query === null ? selected[0]?.text ?? "" : query ?? "";

  useEffect(() => {
    if (props.autofocus) field.current?.focus();
  }, []);

  const activeId = open && options[active] ? `${id}-o${active}` : undefined;

  return html`<div class=${`combo ${many ? "combo-many" : ""} ${invalid ? "combo-bad" : ""}`} ref=${frame}
      onMouseDown=${(e) => e.target === e.currentTarget && (e.preventDefault(), field.current?.focus(), show())}>
    ${many && selected.map((o) => html`<span class="chip" key=${o.value}>${o.text}
      <button type="button" class="chip-remove" aria-label=${`Remove ${o.text}`} onClick=${() => remove(o)}>
        <${Icon} name="close" size=${12} /></button></span>`)}
    <input ref=${field} id=${id} class="combo-field" type="text" role="combobox" autocomplete="off" spellcheck=${false}
      value=${shown}
      placeholder=${many && selected.length ? "" : placeholder} readOnly=${locked}
      aria-expanded=${open ? "true" : "false"} aria-controls=${`${id}-list`}
      aria-autocomplete="list" aria-haspopup="listbox" aria-activedescendant=${activeId} aria-label=${label}
      aria-describedby=${described}
      aria-invalid=${invalid ? "true" : undefined} aria-required=${required ? "true" : undefined}
      onClick=${show} onKeyDown=${(e) => keyDown(e, combo, props)} onBlur=${combo.hide}
      onInput=${(e) => combo.type(e.target.value)} />
    ${!many && clearable && selected.length > 0 && !locked && html`<button type="button" class="combo-clear"
      aria-label="Clear" onClick=${() => {
    onChoose([]);
    field.current?.focus();
  }}><${Icon} name="close" size=${14} /></button>`}
    <span class="combo-mark" aria-hidden="true"><${Icon} name="chevron" size=${16} /></span>
    ${open && html`<${List} id=${id} frame=${frame} combo=${combo} most=${most} label=${label ?? placeholder} />`}
  </div>`;
}

// useCombo is what happens in a combobox: its list opens and closes, an option is chosen, a key is pressed.
function useCombo(props, field) {
  const { locked, many, most = Infinity, selected, onChoose } = props;
  const [open, setOpen] = useState(false);
  const [query, setQuery] = useState(null); // null: nothing typed since the list opened
  const [active, setActive] = useState(-1);
  const found = useOptions(props, open, query ?? "");
  const options = found.groups.flatMap((g) => g.options);
  const chosen = (o) => selected.some((c) => c.value === o.value);
  const full = many && selected.length >= most;

  useEffect(() => setActive(options.length ? Math.max(0, many ? 0 : options.findIndex(chosen)) : -1), [found]);

  const show = () => {
    if (locked || open) return;
    setOpen(true);
    if (!many) field.current?.select();
  };
  const hide = () => {
    setOpen(false);
    setQuery(null);
  };
  const type = (text) => {
    setQuery(text);
    setOpen(true);
  };
  const pick = (o) => {
    if (many && chosen(o)) onChoose(selected.filter((c) => c.value !== o.value));
    else if (many && full) return;
    else onChoose(many ? [...selected, o] : [o]);
    if (many) setQuery(null);
    else hide();
  };
  const remove = (o) => {
    if (!locked) onChoose(selected.filter((c) => c.value !== o.value));
    field.current?.focus();
  };
  const move = (to) => {
    if (!open) show();
    else if (options.length) setActive((to + options.length) % options.length);
  };
  return { open, query, active, setActive, found, options, chosen, full, show, hide, type, pick, remove, move };
}

// keyDown is what a key does in the field of a combobox; what it has nothing to do with goes on to whoever is above.
function keyDown(e, combo, { many, selected }) {
  if (e.isComposing) return;
  const { open, active, options } = combo;
  const keys = {
    ArrowDown: () => combo.move(active + 1),
    ArrowUp: () => combo.move(active - 1),
    Enter: () => (open ? options[active] && !combo.found.waiting && combo.pick(options[active]) : combo.show()),
    Escape: () => combo.hide(),
  };
  if (e.key === "Escape" && !open) return;
  if (keys[e.key]) {
    e.preventDefault();
    e.stopPropagation();
    keys[e.key]();
  } else if (e.key === "Backspace" && many && !combo.query && selected.length) {
    combo.remove(selected[selected.length - 1]);
  } else if (e.key === "Tab") {
    combo.hide();
  }
}

// useOptions asks the source. Of a source that takes time, one question is under way at a time and the next one is
// about what then stands in the field, because Slack lets one choose only what the last answer offered.
function useOptions({ source, live, shortest }, open, query) {
  const [found, setFound] = useState(/** @type {import("./shapes.js").Found} */ ({ groups: [] }));
  const asking = useRef(false);
  const wanted = useLatest({ open, query, source });
  const ask = async (text) => {
    if (asking.current) return;
    asking.current = true;
    const answer = await wanted.current.source(text);
    asking.current = false;
    if (!wanted.current.open) return;
    if (wanted.current.query !== text && wanted.current.query.length >= shortest) ask(wanted.current.query);
    else setFound(answer);
  };
  useEffect(() => {
    if (!open) return undefined;
    if (!live) {
      setFound(source(query));
      return undefined;
    }
    if (query.length < shortest) {
      setFound({ groups: [], hint: `Type at least ${shortest} ${shortest === 1 ? "character" : "characters"}` });
      return undefined;
    }
    setFound((f) => ({ ...f, waiting: true }));
    const timer = setTimeout(() => ask(query), query ? typingPause : 0);
    return () => clearTimeout(timer);
  }, [open, query]);
  return found;
}

// place puts the list under its field, or above it where there is more room.
function place(list, frame) {
  const box = frame.getBoundingClientRect();
  const below = window.innerHeight - box.bottom - 12;
  const above = box.top - 12;
  const up = below < Math.min(list.scrollHeight, 240) && above > below;
  list.style.width = `${box.width}px`;
  list.style.left = `${box.left}px`;
  list.style.maxHeight = `${Math.max(96, Math.min(300, up ? above : below))}px`;
  list.style.top = up ? "auto" : `${box.bottom + 4}px`;
  list.style.bottom = up ? `${window.innerHeight - box.top + 4}px` : "auto";
}

function List({ id, frame, combo, most, label }) {
  const { found, options, active, chosen, full, setActive, pick } = combo;
  const list = useRef(null);
  useLayoutEffect(() => {
    const put = () => list.current && frame.current && place(list.current, frame.current);
    put();
    window.addEventListener("resize", put);
    document.addEventListener("scroll", put, true);
    return () => {
      window.removeEventListener("resize", put);
      document.removeEventListener("scroll", put, true);
    };
  }, [found, options.length]);
  useEffect(() => {
    list.current?.querySelector(".option-active")?.scrollIntoView({ block: "nearest" });
  }, [active, found]);
  let n = -1;
  const option = (o) => {
    n += 1;
    const at = n;
    const off = full && !chosen(o);
    return html`<li key=${o.value} id=${`${id}-o${at}`} role="option" data-value=${o.value}
      aria-selected=${chosen(o) ? "true" : "false"} aria-disabled=${off ? "true" : undefined}
        class=${`option ${at === active ? "option-active" : ""} ${off ? "option-off" : ""}`}
        onMouseMove=${() => at !== active && setActive(at)} onClick=${() => !off && pick(o)}>
      <span class="option-text">${o.text}
        ${o.description && html`<span class="option-about">${o.description}</span>`}</span>
      ${chosen(o) && html`<${Icon} name="check" size=${16} />`}
    </li>`;
  };
  const late = found.failure === "operation_timeout";
  const status = found.failure
    ? `${late ? "The app did not answer in time" : "The app could not be asked"} (${found.failure})`
    : found.hint ?? (options.length ? "" : found.waiting ? "Loading…" : "No results");
  return html`<div class="combo-pop" ref=${list} onMouseDown=${(e) => e.preventDefault()} data-testid="options">
    ${found.waiting && options.length > 0 && html`<div class="combo-wait"><${Spinner} label="Loading" /></div>`}
    ${full && html`<div class="combo-status">No more than ${most} can be chosen</div>`}
    <ul id=${`${id}-list`} role="listbox" aria-label=${label}>
      ${found.groups.map((g) => (g.label
    ? html`<li role="presentation" key=${g.label}>
        <div class="option-group" id=${`${id}-g-${g.label}`}>${g.label}</div>
        <ul role="group" aria-label=${g.label}>${g.options.map(option)}</ul></li>`
    : g.options.map(option)))}
    </ul>
    ${status && html`<div class="combo-status" role="status">
      ${found.waiting && !found.failure && html`<${Spinner} label="" />`} ${status}</div>`}
  </div>`;
}
