import { html } from "./ui.js";

// Unknown shows what this page cannot draw, so that nothing is left out in silence.
export const Unknown = ({ what, type, value }) => html`
  <div class="unknown" role="note" data-testid="unknown-block">
    <strong>${what} type <code>${String(type)}</code> is not known to this page</strong>
    <pre>${JSON.stringify(value, null, 2)}</pre>
  </div>`;
