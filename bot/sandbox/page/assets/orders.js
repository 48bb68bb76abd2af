// The orders of the Partner Portal, the newest first.
import { cls, html, useEffect, useRef, useState } from "./ui.js";
import { attempt } from "./actions.js";
import { ask } from "./confirm.js";
import { useStore } from "./store.js";
import { dayAndTime, ofDay } from "./vendordates.js";

export function Orders() {
  const orders = useStore((s) => s.portal.orders);
  const known = useRef(null);
  const fresh = useFresh(known, orders);
  if (!orders.length) {
    return html`<p class="nothing">No orders yet. They appear here the moment the bot places them.</p>`;
  }
  return html`<ol class="orders" data-testid="orders">
    ${orders.map((o) => html`
      <${Order} key=${o.orderNo || o.transactionNo} order=${o} fresh=${fresh.has(o.orderNo)} />`)}</ol>`;
}

const freshFor = 6000; // milliseconds for which a new order stands out

// useFresh are the orders that came since this list is shown.
function useFresh(known, orders) {
  const [fresh, setFresh] = useState(new Set());
  useEffect(() => {
    const before = known.current;
    known.current = new Set(orders.map((o) => o.orderNo));
    const came = before ? orders.filter((o) => !before.has(o.orderNo)).map((o) => o.orderNo) : [];
    if (!came.length) return undefined;
    setFresh(new Set(came));
    const timer = setTimeout(() => setFresh(new Set()), freshFor);
    return () => clearTimeout(timer);
  }, [orders]);
  return fresh;
}

const tone = (status) => ({ succeed: "good", success: "good", pending: "wait" }[status] ?? "bad");

const lineText = (l) => (typeof l === "string" ? l
  : `${l.name ?? l.serviceName ?? l.productName ?? l.id ?? "Line"}${l.quantity ? ` × ${l.quantity}` : ""}`);

function Order({ order: o, fresh }) {
  const pending = o.status === "pending";
  const moved = o.expiryBefore && o.expiryBefore !== o.expiryAfter;
  const cancel = async () => {
    const text = `${o.orderNo} is cancelled in the Partner Portal, as if an administrator did it there.`;
    if (!(await ask("Cancel this order?", text, "Cancel the order", "Keep it"))) return;
    await attempt("cancelOrder", { orderNo: o.orderNo });
  };
  return html`<li class=${cls("order", fresh && "order-new")} data-order-no=${o.orderNo}>
    <div class="order-head"><strong class="order-no">${o.orderNo}</strong>
      <span class=${`status status-${tone(o.status)}`}>${o.status}</span></div>
    <div class="order-who">${o.holder || "Own account"}</div>
    <dl class="facts">
      ${fact("Lines", (o.lines ?? []).map(lineText).join(", "))}
      ${fact("PO number", o.poNumber)}
      ${fact("Placed", `${dayAndTime(o.created)}${o.viaApi === false ? ", in the portal" : ""}`)}
      ${fact("Transaction", o.transactionNo)}
      ${o.expiryAfter && fact("Expiry", `${moved ? `${ofDay(o.expiryBefore)} → ` : ""}${ofDay(o.expiryAfter)}`)}
    </dl>
    ${pending && html`<div class="order-actions">
      <button type="button" class="btn btn-small btn-primary"
        onClick=${() => attempt("pay", { orderNo: o.orderNo })}>Pay</button>
      <button type="button" class="btn btn-small" onClick=${cancel}>Cancel order</button>
    </div>`}
    <details class="raw"><summary>As it was sent</summary>
      <pre tabindex="0">${JSON.stringify(o.raw, null, 2)}</pre></details>
  </li>`;
}

const fact = (name, value) => value && html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
