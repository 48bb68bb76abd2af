// The bot's side: whether it runs and is connected, its jobs, its audit trail, and what Slack refused of it.
import { html, Icon, Spinner, useState } from "./ui.js";
import { attempt, toast } from "./actions.js";
import { plainMrkdwn } from "./plain.js";
import { personName } from "./names.js";
import { state, useStore } from "./store.js";
import { Tabs } from "./tabs.js";
import { dayAndTime, ofTime, shortTime } from "./vendordates.js";

export function BotPane() {
  const bot = useStore((s) => s.bot);
  const refusals = useStore((s) => s.refusals.length);
  if (!bot) return html`<p class="nothing"><${Spinner} label="Loading" /> Loading…</p>`;
  return html`<div class="dock-body">
    <${Health} bot=${bot} />
    <${Tabs} label="The bot" pages=${[
    { id: "audit", label: "Audit trail", count: bot.audit?.length ?? 0, page: Audit },
    { id: "refusals", label: "Refused by Slack", count: refusals, page: Refusals },
  ]} />
  </div>`;
}

function Health({ bot }) {
  const [busy, setBusy] = useState(false);
  const restart = async () => {
    if (busy) return;
    setBusy(true);
    const answer = await attempt("restart");
    setBusy(false);
    if (answer.ok) toast("The bot was stopped and started again.");
  };
  const connected = bot.slackSockets ?? bot.sockets;
  const jobs = bot.jobs ?? {};
  return html`<section class="health" aria-label="State of the bot">
    <dl class="tiles">
      <div class="tile"><dt>Bot</dt>
        <dd class=${bot.running ? "good" : "bad"}>${bot.running ? "running" : "stopped"}</dd></div>
      <div class="tile"><dt>Sockets</dt><dd class=${connected ? "good" : "bad"}>${connected} open</dd></div>
      <div class="tile"><dt>Jobs</dt><dd>${jobs.running ?? 0} running</dd>
        <dd class="tile-more">${jobs.waiting ?? 0} waiting${
          jobs.failed ? html`, <span class="bad">${jobs.failed} failed</span>` : ""}</dd></div>
    </dl>
    <button type="button" class="btn btn-default" data-testid="restart" aria-disabled=${busy ? "true" : undefined}
      aria-busy=${busy ? "true" : undefined} onClick=${restart}>
      ${busy ? html`<${Spinner} label="Restarting" />` : html`<${Icon} name="refresh" size=${15} />`
      } Restart the bot</button>
  </section>`;
}

function Audit() {
  const audit = useStore((s) => s.bot?.audit) ?? [];
  if (!audit.length) return html`<p class="nothing">Nothing has happened yet.</p>`;
  return html`<ol class="audit" data-testid="audit">
    ${audit.map((a) => html`<li key=${a.seq} class="audit-entry" data-code=${a.code}>
    <div class="audit-head"><code>${a.code}</code>
      ${a.requestId ? html`<span class="tag">${reference(a.requestId)}</span>` : null}
      <time title=${ofTime(a.at)}>${dayAndTime(a.at)}</time></div>
    <div class="audit-about">
      ${a.actor && html`<span>by ${/^[UW][A-Z0-9]+$/.test(a.actor) ? personName(state, a.actor) : a.actor}</span>`}
      ${a.to && a.from !== a.to && html`<span class="audit-move">
        ${a.from && html`${a.from} → `}<strong>${a.to}</strong></span>`}</div>
    ${a.details && Object.keys(a.details).length > 0 && html`<details class="raw"><summary>Details</summary>
      <dl class="facts">${Object.entries(a.details).map(([k, v]) => html`<div key=${k}><dt>${k}</dt>
        <dd>${typeof v === "string" ? plainMrkdwn(state, v) : JSON.stringify(v)}</dd></div>`)}</dl></details>`}
  </li>`)}</ol>`;
}

const reference = (id) => (/^\d+$/.test(String(id)) ? `RNW-${String(id).padStart(6, "0")}` : id);

function Refusals() {
  const refusals = useStore((s) => s.refusals);
  if (!refusals.length) return html`<p class="nothing">Slack refused nothing of what the bot did.</p>`;
  return html`<ol class="refusals" data-testid="refusals">
    ${refusals.map((r, i) => html`<li key=${`${r.at}${i}`} class="refusal">
    <div class="audit-head"><span class="status status-bad">${r.error}</span>
      <time title=${ofTime(r.at)}>${shortTime(r.at)}</time></div>
    <code>${r.method}</code>
    ${(r.details ?? []).length > 0 && html`<ul class="refusal-details">
      ${r.details.map((d) => html`<li>${d}</li>`)}</ul>`}
  </li>`)}</ol>`;
}
