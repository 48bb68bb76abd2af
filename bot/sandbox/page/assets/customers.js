// The customers of the Partner Portal, found by company, e-mail, account or serial number, a page at a time.
import { html, Icon, Spinner, useEffect, useRef, useState } from "./ui.js";
import { useStore } from "./store.js";
import { ofDay } from "./vendordates.js";

const typingPause = 200;

export function Customers() {
  const [query, setQuery] = useState("");
  const [found, setFound] = useState(null); // {total, customers}
  const [error, setError] = useState("");
  const [more, setMore] = useState(false);
  const count = useStore((s) => s.portal.customerCount);
  const orders = useStore((s) => s.portal.orders); // an order changes when something expires
  const question = useRef(0);
  const ask = async (from) => {
    const mine = ++question.current;
    try {
      const answer = await fetch(`/api/customers?q=${encodeURIComponent(query.trim())}&from=${from}`);
      const body = await answer.json();
      if (mine !== question.current) return;
      setError("");
      setFound((f) => ({ total: body.total, customers: from ? [...f.customers, ...body.customers] : body.customers }));
    } catch {
      if (mine === question.current) setError("The customers could not be read.");
    }
  };
  useEffect(() => {
    const timer = setTimeout(() => ask(0), query ? typingPause : 0);
    return () => clearTimeout(timer);
  }, [query, count, orders]);
  const next = async () => {
    setMore(true);
    await ask(found.customers.length);
    setMore(false);
  };
  return html`<div class="customers">
    <label class="search-box"><${Icon} name="search" size=${16} /><span class="sr-only">Find a customer</span>
      <input type="search" placeholder="Find a customer" value=${query} data-testid="customer-search"
        onInput=${(e) => setQuery(e.target.value)} /></label>
    ${error && html`<p class="nothing" role="alert">${error}</p>`}
    ${!found && !error && html`<p class="nothing"><${Spinner} label="Loading" /> Loading…</p>`}
    ${found && html`<p class="found" role="status">
      ${found.total.toLocaleString("en-US")} ${found.total === 1 ? "customer" : "customers"}</p>
      <ul class="customer-list">
        ${found.customers.map((c) => html`<${Customer} key=${c.partnerId || "own"} customer=${c} />`)}</ul>
      ${found.customers.length < found.total && html`<button type="button" class="btn btn-default more"
        aria-busy=${more ? "true" : undefined} onClick=${next}>Show more</button>`}`}
  </div>`;
}

// contents are what a package has, in one line.
const contents = (p) => [
  p.plan && p.productName,
  p.serial && p.productNo,
  p.cycle === "monthly" && "paid monthly",
  p.autoRenew && "renews itself",
  p.extensions && `${p.extensions} extensions`,
  ...(p.services ?? []).map((x) => `${x.name}${x.quantity ? ` × ${x.quantity}` : ""}`),
].filter(Boolean).join(" · ");

function Customer({ customer: c }) {
  return html`<li class="customer" data-partner-id=${c.partnerId}>
    <div class="customer-head"><strong>${c.company || c.email}</strong>
      ${!c.partnerId && html`<span class="tag">own account</span>`}</div>
    <div class="customer-about">${c.email}${c.accountId && html` · ${c.accountId}`}</div>
    ${(c.packages ?? []).map((p) => html`<div class="package" key=${`${p.productName} ${p.productNo}`}>
      <div class="package-head"><span>${p.plan || p.productName}</span>
        <span class="package-expiry">expires ${ofDay(p.expires)}</span></div>
      <div class="package-about">${contents(p)}</div>
    </div>`)}
    ${!(c.packages ?? []).length && html`<div class="package-about">No packages</div>`}
  </li>`;
}
