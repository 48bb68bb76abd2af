// Confirm dialogs: the app's own, as Slack draws them, and the page's for what cannot be undone.
import { html, useId } from "./ui.js";
import { Dialog } from "./dialog.js";
import { Text } from "./mrkdwn.js";
import { state, update, useStore } from "./store.js";

// askFirst shows a confirm object, if there is one, and says whether the person goes on.
export function askFirst(confirm) {
  if (!confirm) return Promise.resolve(true);
  state.question?.answer(false);
  return new Promise((resolve) => {
    const answer = (yes) => {
      update({ question: null });
      resolve(yes);
    };
    update({ question: { confirm, answer } });
  });
}

// ask is askFirst for the page's own questions, in plain sentences.
export const ask = (title, text, yes, no, style = "danger") =>
  askFirst({ title: words(title), text: words(text), confirm: words(yes), deny: words(no), style });

const words = (text) => ({ type: "plain_text", text, emoji: false });

export function Question() {
  const question = useStore((s) => s.question);
  return question && html`<${Confirm} key=${question} ...${question} />`;
}

function Confirm({ confirm, answer }) {
  const id = useId("confirm");
  return html`<${Dialog} class="overlay" role="alertdialog" labelledby=${`${id}-title`} describedby=${`${id}-text`}
    onCancel=${() => answer(false)} testid="confirm" focusFirst="[data-testid=confirm-yes]">
    <div class="modal modal-small">
      <header class="dialog-head"><h2 id=${`${id}-title`}><${Text} text=${confirm.title} /></h2></header>
      <div class="dialog-body confirm-text" id=${`${id}-text`}><${Text} text=${confirm.text} /></div>
      <footer class="dialog-foot">
        <button type="button" class="btn btn-default" data-testid="confirm-no" onClick=${() => answer(false)}>
          <${Text} text=${confirm.deny} /></button>
        <button type="button" class=${`btn btn-${confirm.style === "danger" ? "danger-fill" : "primary"}`}
          data-testid="confirm-yes" onClick=${() => answer(true)}><${Text} text=${confirm.confirm} /></button>
      </footer>
    </div>
  <//>`;
}
