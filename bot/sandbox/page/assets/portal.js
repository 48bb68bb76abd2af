// The vendor's side: what can go wrong there, its orders, its customers, and what the bot asked it.
import { cls, html, Icon, useState } from "./ui.js";
import { attempt } from "./actions.js";
import { Customers } from "./customers.js";
import { ofTime, shortTime } from "./vendordates.js";
import { Orders } from "./orders.js";
import { useStore } from "./store.js";
import { Tabs } from "./tabs.js";

export function Portal() {
  const orders = useStore((s) => s.portal.orders.length);
  const customers = useStore((s) => s.portal.customerCount);
  return html`<div class="dock-body">
    <${Faults} />
    <${Tabs} label="Partner Portal" pages=${[
    { id: "orders", label: "Orders", count: orders, page: Orders },
    { id: "customers", label: "Customers", count: customers.toLocaleString("en-US"), page: Customers },
    { id: "calls", label: "API calls", page: Calls },
  ]} />
  </div>`;
}

function Faults() {
  const faults = useStore((s) => s.faults);
  const on = faults.filter((f) => f.on);
  return html`<details class="faults" open>
    <summary><span class="faults-title">What goes wrong</span>
      <span class=${on.length ? "faults-on" : "faults-off"}>
      ${on.length ? on.map((f) => f.name).join(", ") : "nothing"}</span><${Icon} name="chevron" size=${16} /></summary>
    <ul>${faults.map((f) => html`<${Fault} key=${f.id} fault=${f} />`)}</ul>
  </details>`;
}

function Fault({ fault }) {
  const [busy, setBusy] = useState(false);
  const turn = async () => {
    if (busy) return;
    setBusy(true);
    await attempt("fault", { id: fault.id, on: !fault.on });
    setBusy(false);
  };
  return html`<li class="fault">
    <button type="button" role="switch" class="switch" data-fault=${fault.id}
    aria-checked=${fault.on ? "true" : "false"} aria-labelledby=${`fault-${fault.id}`}
    aria-describedby=${`fault-${fault.id}-about`} aria-busy=${busy ? "true" : undefined} onClick=${turn}>
    <i></i></button>
    <div class="fault-text" onClick=${turn}><strong id=${`fault-${fault.id}`}>${fault.name}</strong>
      <span id=${`fault-${fault.id}-about`}>${fault.about}</span></div></li>`;
}

// Calls are the newest calls of the Partner API.
function Calls() {
  const calls = useStore((s) => s.portal.calls);
  if (!calls.length) return html`<p class="nothing">The bot has asked nothing yet.</p>`;
  return html`<ol class="calls">${calls.map((c) => html`<li key=${c.seq} class="call">
    <span class=${cls("status", c.done === false ? "status-wait" : c.status >= 400 || !c.status ? "status-bad"
      : "status-good")}>${c.done === false ? "…" : c.status || "lost"}</span>
    <span class="call-what"><code>${c.method} ${c.endpoint}</code>
      <span class="call-about">${[c.code, ...(c.faults ?? [])].filter(Boolean).join(" · ")}</span></span>
    <time title=${ofTime(c.at)}>${shortTime(c.at)}</time>
  </li>`)}</ol>`;
}
