// Light or dark: as the system has it, unless one was chosen.
import { html, Icon, useState } from "./ui.js";
import { recall, remember } from "./memory.js";

const system = window.matchMedia("(prefers-color-scheme: dark)");

const chosen = () => recall("theme", "") || (system.matches ? "dark" : "light");

export function applyTheme() {
  document.documentElement.dataset.theme = chosen(); // the style sheet does without until then
}

system.addEventListener("change", applyTheme);

export function ThemeButton() {
  const [, draw] = useState(0);
  const dark = chosen() === "dark";
  const turn = () => {
    remember("theme", dark ? "light" : "dark");
    applyTheme();
    draw((n) => n + 1);
  };
  return html`<button type="button" class="icon-btn" data-testid="theme"
    aria-label=${dark ? "Light colours" : "Dark colours"} title=${dark ? "Light colours" : "Dark colours"}
    onClick=${turn}>
    <${Icon} name=${dark ? "sun" : "moon"} /></button>`;
}
