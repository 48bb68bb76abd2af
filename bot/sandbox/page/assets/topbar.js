// The bar above everything: the clock, the tour, beginning anew, the theme, and whom one acts as.
import { html, Icon, useState } from "./ui.js";
import { Acting } from "./acting.js";
import { attempt, toast } from "./actions.js";
import { Clock } from "./clock.js";
import { ask } from "./confirm.js";
import { showPane } from "./route.js";
import { useStore } from "./store.js";
import { ThemeButton } from "./theme.js";
import { startTour } from "./tour.js";

export function TopBar() {
  const connection = useStore((s) => s.connection);
  return html`<header class="topbar">
    <div class="brand"><span class="brand-sign" aria-hidden="true">↻</span>
      <span class="brand-name">Renewbot <span>sandbox</span></span></div>
    ${connection !== "live" && html`<span class=${`connection connection-${connection}`} role="status"><i></i>
      ${connection === "lost" ? "Connection lost, trying again…" : "Connecting…"}</span>`}
    <div class="topbar-space"></div>
    <${Clock} />
    <button type="button" class="btn btn-small btn-tour" data-testid="tour-start" onClick=${startTour}>
      <${Icon} name="flag" size=${15} /> Tour</button>
    <${Reset} />
    <${ThemeButton} />
    <${Acting} />
  </header>`;
}

function Reset() {
  const [busy, setBusy] = useState(false);
  const reset = async () => {
    const text = "All messages, requests and orders of the sandbox go away, for every window. Nothing of it was real.";
    if (busy || !(await ask("Begin anew?", text, "Reset the sandbox", "Keep everything"))) return;
    setBusy(true);
    const answer = await attempt("reset");
    setBusy(false);
    if (answer.ok) toast("The sandbox is as at the start.");
  };
  return html`<button type="button" class="icon-btn" data-testid="reset" aria-label="Reset the sandbox"
    title="Reset the sandbox" aria-busy=${busy ? "true" : undefined} onClick=${reset}>
    <${Icon} name="reset" /></button>`;
}

const panes = [["nav", "menu", "Channels"], ["main", "message", "Chat"], ["portal", "portal", "Portal"],
  ["bot", "bot", "Bot"]];

// BottomBar is how a phone goes from pane to pane.
export function BottomBar() {
  const phone = useStore((s) => s.phone);
  return html`<nav class="bottombar" aria-label="Panes">
    ${panes.map(([id, icon, label]) => html`<button type="button" key=${id} data-pane=${id}
      aria-current=${phone === id ? "page" : undefined} onClick=${() => showPane(id)}>
      <${Icon} name=${icon} size=${20} /><span>${label}</span></button>`)}
  </nav>`;
}
