// The stack of modals. As in Slack only the one on top is seen; behind it peep those it was pushed upon.
import { html, Icon, Spinner, useEffect, useId, useLayoutEffect, useRef, useState } from "./ui.js";
import { Blocks } from "./blocks.js";
import { Dialog } from "./dialog.js";
import { Form } from "./form.js";
import { Avatar } from "./names.js";
import { state, useStore } from "./store.js";
import { drawnAnew } from "./surface.js";

const forms = new Map(); // by view id, as long as the view is in the stack

function formOf(view) {
  if (!forms.has(view.id)) forms.set(view.id, new Form(view, () => {}));
  const form = forms.get(view.id);
  form.show(view);
  return form;
}

export function Modals() {
  const stack = useStore((s) => s.stack);
  useEffect(() => {
    for (const [id, form] of forms) {
      if (stack.some((v) => v.id === id)) continue;
      form.dispose();
      forms.delete(id);
    }
  }, [stack]);
  if (!stack.length) return null;
  return html`<${Modal} key=${stack[0].id} stack=${stack} />`;
}

// Modal is one dialog for the whole stack, so that the focus stays in it when views are pushed and popped.
function Modal({ stack }) {
  const view = stack[stack.length - 1];
  const below = stack[stack.length - 2];
  const form = formOf(view);
  const id = useId("modal");
  const frame = useRef(null);
  const [, draw] = useState(0);
  form.changed = () => draw((n) => n + 1);
  form.onErrors = () => requestAnimationFrame(() => frame.current?.querySelector("[aria-invalid=true]")?.focus());
  useFocusKept(frame, view);
  const trouble = form.trouble || view.trouble;
  const title = view.title || "Untitled";
  return html`<${Dialog} class="overlay" labelledby=${`${id}-title`} onCancel=${() => form.close(false)} testid="modal">
    <div class=${`modal depth-${stack.length}`} ref=${frame} data-view-id=${view.id} data-callback-id=${view.callbackId}
      data-view-hash=${view.hash} aria-busy=${form.submitting ? "true" : "false"}
        onKeyDown=${(e) => {
    if (e.key === "Enter" && (e.ctrlKey || e.metaKey) && !e.defaultPrevented) form.submit();
  }}>
      <header class="dialog-head">
        ${below && html`<button type="button" class="icon-btn"
          aria-label=${`Back to ${below.title || "the view before"}`} title="Back" onClick=${() => form.close(false)}>
          <${Icon} name="back" /></button>`}
        <${Avatar} app id="app" name="app" size="s" />
        <h2 id=${`${id}-title`}>${title}</h2>
        <button type="button" class="icon-btn" aria-label="Close" title="Close" onClick=${() => form.close(true)}>
          <${Icon} name="close" /></button>
      </header>
      <div class="dialog-body" key=${view.id} tabindex="-1">
        <${Blocks} blocks=${view.blocks} surface=${drawnAnew(form)} />
      </div>
      ${(view.submit || view.close || trouble) && html`<footer class="dialog-foot">
        ${trouble && html`<div class="trouble" role="alert" data-testid="trouble">⚠ ${trouble}</div>`}
        <div class="foot-note">${state.people.find((p) => p.id === state.me)?.realName}</div>
        <button type="button" class="btn btn-default" data-testid="modal-close" onClick=${() => form.close(false)}>
          ${view.close || "Cancel"}</button>
        ${view.submit && html`<button type="button" class="btn btn-primary" data-testid="modal-submit"
          aria-disabled=${form.submitting ? "true" : undefined} onClick=${() => form.submit()}>
          <span class=${form.submitting ? "btn-text btn-waiting" : "btn-text"}>${view.submit}</span>
            ${form.submitting && html`<${Spinner} label="Sending" />`}
        </button>`}
      </footer>`}
    </div>
  <//>`;
}

// useFocusKept puts the focus back when what had it was drawn anew under another id, and to the first field of a
// view that was pushed or uncovered.
function useFocusKept(frame, view) {
  const last = useRef({ action: "", view: view.id });
  useEffect(() => {
    const note = (e) => {
      last.current.action = e.target.closest?.("[data-action-id]")?.dataset.actionId ?? "";
    };
    frame.current.addEventListener("focusin", note);
    return () => frame.current?.removeEventListener("focusin", note);
  }, []);
  useLayoutEffect(() => {
    const box = frame.current;
    const another = last.current.view !== view.id;
    last.current.view = view.id;
    if (!another && box.contains(document.activeElement)) return;
    if (!another && document.activeElement !== document.body
      && !document.activeElement?.closest("dialog")?.contains(box)) return;
    const same = !another && last.current.action
      && box.querySelector(`[data-action-id="${CSS.escape(last.current.action)}"] :is(input, textarea, button)`);
    const target = same || box.querySelector(".dialog-body :is(input, textarea)")
      || box.querySelector(".dialog-foot .btn-primary, .dialog-foot .btn");
    target?.focus({ preventScroll: !same });
  }, [view]);
}
