// A modal dialog on the browser's own <dialog>, which keeps the focus inside and gives it back afterwards.
import { createContext, focusOn, html, useContext, useEffect, useLatest, useLayoutEffect, useRef } from "./ui.js";
import { update, useStore } from "./store.js";
import { Floating } from "./floating.js";

let lastLayer = 0;

// Dialog covers the page. onCancel is called upon Escape. What floats above everything (the tour, notes) is drawn
// inside the dialog on top, because nothing outside of it can be used.
export function Dialog({ class: className, labelledby, describedby, role, onCancel, testid, children, focusFirst }) {
  const box = useRef(null);
  const layer = useRef(0);
  const before = useRef(null);
  const cancel = useLatest(onCancel);
  const top = useStore((s) => s.layers[s.layers.length - 1]);
  useLayoutEffect(() => {
    layer.current = ++lastLayer;
    before.current = document.activeElement;
    box.current.showModal();
    focusInside(box.current, focusFirst);
    update((s) => ({ layers: [...s.layers, layer.current] }));
    return () => {
      const back = before.current;
      update((s) => ({ layers: s.layers.filter((l) => l !== layer.current) }));
      setTimeout(() => giveBack(back));
    };
  }, []);
  const keyDown = (e) => {
    if (e.key !== "Escape" || e.defaultPrevented) return;
    e.preventDefault();
    e.stopPropagation();
    cancel.current();
  };
  return html`<dialog ref=${box} class=${className} role=${role} aria-labelledby=${labelledby}
    aria-describedby=${describedby} aria-modal="true" data-testid=${testid}
      onKeyDown=${keyDown} onCancel=${(e) => {
    e.preventDefault();
    cancel.current();
  }}>
    ${children}
    ${top === layer.current && html`<${Floating} />`}
  </dialog>`;
}

const usable = "input:not([type=hidden]), textarea, select, [role=combobox], .btn-primary, .btn-danger, button";

function focusInside(box, first) {
  const target = (first && box.querySelector(first)) || box.querySelector("[autofocus]")
    || box.querySelector(`.dialog-body :is(${usable})`) || box.querySelector(`.dialog-foot :is(${usable})`);
  (target ?? box).focus({ preventScroll: true });
}

// giveBack puts the focus where it was, or to the composer when that place is gone.
function giveBack(element) {
  if (document.querySelector("dialog[open]") && !document.querySelector("dialog[open]")?.contains(element)) return;
  if (element?.isConnected && element !== document.body) element.focus();
  else if (document.activeElement === document.body) focusOn(".composer textarea, main");
}
