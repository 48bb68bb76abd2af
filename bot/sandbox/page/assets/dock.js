// What is behind Slack: the Partner Portal and the bot. A rail opens one or the other beside the workspace.
import { cls, html, Icon, useRef } from "./ui.js";
import { BotPane } from "./botpane.js";
import { Portal } from "./portal.js";
import { openDock } from "./route.js";
import { useStore } from "./store.js";

const panes = [["portal", "portal", "Partner Portal"], ["bot", "bot", "The bot"]];

export function Rail() {
  const dock = useStore((s) => s.dock);
  const orders = useStore((s) => s.portal.orders.length);
  const faults = useStore((s) => s.faults.filter((f) => f.on).length);
  const running = useStore((s) => s.bot?.running !== false);
  const loaded = useStore((s) => s.loaded);
  const seen = useRef(null); // how many orders there were when one last looked; those from before the visit are not new
  if (loaded && (seen.current === null || orders < seen.current || dock === "portal")) seen.current = orders;
  const fresh = loaded ? orders - seen.current : 0;
  /** @type {Record<string, string[] | null>} */
  const marks = { portal: null, bot: running ? null : ["fault", "stopped"] };
  if (faults) marks.portal = ["fault", `${faults} ${faults === 1 ? "fault" : "faults"} on`];
  else if (fresh > 0) marks.portal = ["new", `${fresh} new ${fresh === 1 ? "order" : "orders"}`];
  return html`<nav class="rail" aria-label="Behind the scenes">
    ${panes.map(([id, icon, name]) => html`<button type="button" key=${id}
      class=${cls("rail-btn", dock === id && "rail-on")} data-dock=${id} aria-pressed=${dock === id ? "true" : "false"}
      onClick=${() => openDock(id)}>
      <${Icon} name=${icon} size=${20} /><span>${name}</span>
      ${marks[id] && html`<span class=${`rail-mark rail-mark-${marks[id][0]}`}>
        <span class="sr-only">, ${marks[id][1]}</span></span>`}
    </button>`)}
  </nav>`;
}

export function Dock() {
  const dock = useStore((s) => s.dock);
  if (!dock) return null;
  const [, , name] = panes.find(([id]) => id === dock) ?? panes[0];
  return html`<aside class="dock" aria-label=${name} data-testid=${dock === "bot" ? "bot-pane" : "portal-pane"}>
    <header class="head"><h2 class="head-title">${name}</h2>
      <button type="button" class="icon-btn not-phone" aria-label=${`Close: ${name}`} title="Close"
        onClick=${() => openDock(dock)}><${Icon} name="close" /></button></header>
    ${dock === "bot" ? html`<${BotPane} />` : html`<${Portal} />`}
  </aside>`;
}
