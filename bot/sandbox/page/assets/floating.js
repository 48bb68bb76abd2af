// What floats above everything: the tour and short notes.
import { html, Icon } from "./ui.js";
import { dismiss } from "./actions.js";
import { useStore } from "./store.js";
import { Tour } from "./tour.js";

export const Floating = () => html`<${Tour} /><${Toasts} />`;

function Toasts() {
  const toasts = useStore((s) => s.toasts);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${toasts.map((t) => html`<div key=${t.id} class=${`toast toast-${t.tone}`} data-testid="toast">
      <span>${t.text}</span>
      <button type="button" class="icon-btn" aria-label="Dismiss" onClick=${() => dismiss(t.id)}>
        <${Icon} name="close" size=${14} /></button>
    </div>`)}
  </div>`;
}
