// The sandbox's page: a Slack workspace, and beside it what is behind it. This file puts the parts together.
//
// Hooks for tests, which stay what they are:
//   [data-entry=ID]            an entry of the sidebar: a channel's id, or "home"
//   [data-channel=ID]          the channel that is shown
//   [data-testid=messages], [data-testid=thread], [data-testid=thread-messages]
//   [data-message-ts=TS]       a message; [data-ephemeral] if only this person sees it;
//                              [data-testid=replies] in it opens its thread
//   [data-block-id=ID], [data-action-id=ID]    a block and an element, wherever it stands
//   [data-testid=composer], [data-testid=thread-composer], [data-testid=composer-error], [data-testid=offers]
//   [data-testid=modal]        the dialog; [data-view-id], [data-callback-id], [data-view-hash] in it;
//                              its name is the title
//   [data-testid=modal-submit], [data-testid=modal-close], [data-testid=field-error], [data-testid=trouble]
//   [data-testid=options] [role=option][data-value=V]    what an open select offers
//   [data-testid=confirm], [data-testid=confirm-yes], [data-testid=confirm-no]
//   [data-testid=acting], [data-person=ID]     whom one acts as; also ?as=ID in the address
//   [data-dock=portal|bot], [data-testid=portal-pane], [data-testid=bot-pane], [data-tab=NAME]
//   [data-fault=ID], [data-order-no=NO], [data-partner-id=ID], [data-testid=audit], [data-code=CODE]
//   [data-testid=customer-search], [data-testid=restart], [data-testid=reset], [data-testid=theme], [data-testid=toast]
//   [data-testid=clock], [data-testid=advance-hour], [data-testid=advance-day]
//   [data-testid=tour], [data-tour-step=NAME]
//   [data-testid=tour-start], [data-testid=tour-next], [data-testid=tour-leave]
//   [data-pane=nav|main|portal|bot]            a phone's panes
//   [data-ready=true] on <html>                the stream has said everything once
import { html, render, useEffect } from "./ui.js";
import { Question } from "./confirm.js";
import { Dock, Rail } from "./dock.js";
import { Floating } from "./floating.js";
import { LiveRegion } from "./live.js";
import { Main } from "./channel.js";
import { Modals } from "./modals.js";
import { start } from "./route.js";
import { Sidebar } from "./sidebar.js";
import { useStore } from "./store.js";
import { applyTheme } from "./theme.js";
import { Thread } from "./thread.js";
import { BottomBar, TopBar } from "./topbar.js";
import { offerTour } from "./tour.js";
import { useTitle } from "./title.js";

function App() {
  const layers = useStore((s) => s.layers.length);
  const phone = useStore((s) => s.phone);
  const thread = useStore((s) => Boolean(s.thread));
  const dock = useStore((s) => Boolean(s.dock));
  const loaded = useStore((s) => s.loaded);
  useTitle();
  useEffect(() => {
    document.documentElement.dataset.ready = String(loaded);
    if (loaded) offerTour();
  }, [loaded]);
  return html`
    <a class="skip" href="#main">Skip to the messages</a>
    <div class="page" data-pane-on=${phone} data-thread=${thread ? "open" : "closed"}
      data-dock-open=${dock ? "yes" : "no"}>
      <${TopBar} />
      <div class="window"><${Sidebar} /><${Main} /><${Thread} /></div>
      <${Dock} />
      <${Rail} />
      <${BottomBar} />
    </div>
    <${LiveRegion} />
    <${Modals} />
    <${Question} />
    ${layers === 0 && html`<${Floating} />`}`;
}

applyTheme();
start();
const place = /** @type {HTMLElement} */ (document.getElementById("app"));
place.replaceChildren(); // what stood there while the modules were loaded
render(html`<${App} />`, place);
