// Whom this window acts as, and the way to become somebody else.
import { html, Icon, useId, useOutside, useRef, useState } from "./ui.js";
import { Avatar, person } from "./names.js";
import { actAs, addressAs } from "./route.js";
import { useStore } from "./store.js";

export function Acting() {
  const id = useId("acting");
  const frame = useRef(null);
  const button = useRef(null);
  const people = useStore((s) => s.people);
  const me = useStore((s) => s.me);
  const [open, setOpen] = useState(false);
  const self = person({ people }, me);
  const close = (back) => {
    setOpen(false);
    if (back) button.current?.focus();
  };
  useOutside(frame, open, close);
  if (!self) return html`<div class="acting acting-wait" aria-hidden="true"></div>`;
  return html`<div class="acting" ref=${frame}>
    <button type="button" ref=${button} class="acting-button" data-testid="acting"
      aria-expanded=${open ? "true" : "false"} aria-controls=${open ? id : undefined} onClick=${() => setOpen(!open)}>
      <span class="sr-only">Acting as</span>
      <${Avatar} name=${self.realName} id=${self.id} size="s" />
      <span class="acting-who"><strong>${self.realName}</strong><span>${self.role}</span></span>
      <${Icon} name="chevron" size=${16} />
    </button>
    ${open && html`<div class="acting-pop" id=${id} role="dialog" aria-label="Acting as">
      <h2>Acting as</h2>
      <p class="acting-tip">Everybody has their own rights. A second window can be somebody else.</p>
      <ul>${people.filter((p) => p.kind !== "app")
        .map((p) => html`<li key=${p.id} class=${p.id === me ? "acting-one acting-on" : "acting-one"}>
        <button type="button" data-person=${p.id} aria-pressed=${p.id === me ? "true" : "false"} onClick=${() => {
    close(true);
    actAs(p.id);
  }}>
          <${Avatar} name=${p.realName} id=${p.id} />
          <span class="acting-text">
            <span class="acting-name"><strong>${p.realName}</strong> <span class="tag">${p.role}</span></span>
            <span class="acting-about">${p.about}</span></span>
        </button>
        <a class="icon-btn" href=${addressAs(p.id)} target="_blank" rel="opener"
          aria-label=${`${p.realName} in a new window`} title="In a new window"><${Icon} name="open" size=${16} /></a>
      </li>`)}</ul>
    </div>`}
  </div>`;
}
