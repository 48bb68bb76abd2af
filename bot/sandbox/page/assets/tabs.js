// Tabs, after the ARIA pattern: arrows go from tab to tab.
import { html, useId, useRef, useState } from "./ui.js";

// Tabs' pages are [{id, label, count, page}]; page is a component.
export function Tabs({ label, pages }) {
  const id = useId("tabs");
  const list = useRef(null);
  const [on, setOn] = useState(pages[0].id);
  const at = pages.findIndex((p) => p.id === on);
  const Page = pages[at].page;
  const keyDown = (e) => {
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: pages.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const next = (to + pages.length) % pages.length;
    setOn(pages[next].id);
    list.current.children[next].focus();
  };
  return html`
    <div class="tabs dock-tabs" role="tablist" aria-label=${label} ref=${list} onKeyDown=${keyDown}>
      ${pages.map((p) => html`<button type="button" role="tab" class="tab" key=${p.id} id=${`${id}-${p.id}`}
        data-tab=${p.id} aria-selected=${p.id === on ? "true" : "false"} aria-controls=${`${id}-page`}
        tabindex=${p.id === on ? "0" : "-1"} onClick=${() => setOn(p.id)}>${p.label}
          ${p.count !== undefined && html` <span class="tab-count">${p.count}</span>`}</button>`)}
    </div>
    <div class="dock-page" role="tabpanel" id=${`${id}-page`} aria-labelledby=${`${id}-${on}`} tabindex="0">
      <${Page} key=${on} /></div>`;
}
