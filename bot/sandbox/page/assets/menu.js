// A button that opens a menu, after the ARIA pattern: arrows move, Enter acts, Escape closes and goes back.
import { cls, html, Icon, useEffect, useId, useOutside, useRef, useState } from "./ui.js";

// MenuButton's items are {key, label, about, act, href, checked}; icon or children are what the button shows.
export function MenuButton({ label, icon, items, class: className, children, side = "down", title }) {
  const id = useId("menu");
  const frame = useRef(null);
  const button = useRef(null);
  const [open, setOpen] = useState(false);
  const close = (back) => {
    setOpen(false);
    if (back) button.current?.focus();
  };
  useOutside(frame, open, close);
  const openKey = (e) => {
    if (e.key === "ArrowDown" || e.key === "ArrowUp") {
      e.preventDefault();
      setOpen(true);
    }
  };
  return html`<span class="menu-frame" ref=${frame}>
    <button type="button" ref=${button} class=${className} aria-haspopup="menu" aria-expanded=${open ? "true" : "false"}
      aria-controls=${open ? id : undefined}
      aria-label=${label} title=${title} onClick=${() => setOpen(!open)} onKeyDown=${openKey}>
        ${children ?? html`<${Icon} name=${icon} />`}</button>
    ${open && html`<${Items} id=${id} label=${label} items=${items} side=${side} close=${close} />`}
  </span>`;
}

function Items({ id, label, items, side, close }) {
  const list = useRef(null);
  const all = () => [...list.current.querySelectorAll("[role^=menuitem]")];
  useEffect(() => {
    const every = all();
    (every.find((e) => e.getAttribute("aria-checked") === "true") ?? every[0])?.focus();
  }, []);
  const keyDown = (e) => {
    const every = all();
    const at = every.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: every.length - 1 }[e.key];
    if (e.key === "Tab") close(false);
    if (to === undefined) return;
    e.preventDefault();
    every[(to + every.length) % every.length]?.focus();
  };
  return html`<div class=${`menu menu-${side}`} role="menu" id=${id} aria-label=${label} ref=${list}
    onKeyDown=${keyDown}>
    ${items.map((item) => html`
      <button type="button" key=${item.key} class=${cls("menu-item", item.checked && "menu-item-on")} tabindex="-1"
        data-key=${item.key}
        role=${item.checked === undefined ? "menuitem" : "menuitemradio"}
        aria-checked=${item.checked === undefined ? undefined : String(item.checked)}
        onClick=${() => {
    close(true);
    item.act();
  }}>
        ${item.before}
          <span class="menu-label">${item.label}
          ${item.about && html`<span class="menu-about">${item.about}</span>`}</span>
        ${item.checked && html`<${Icon} name="check" size=${16} />`}
      </button>`)}
  </div>`;
}
