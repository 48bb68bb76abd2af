// What a person does, told to the server. Every answer is an object with ok; act never throws.
import { state, update } from "./store.js";

/**
 * act does one thing as the person of this window.
 * @param {string} what
 * @returns {Promise<import("./shapes.js").Answer>}
 */
export async function act(what, args = {}) {
  try {
    const answer = await fetch("/api/act", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ as: state.me, do: what, ...args }),
    });
    const body = await answer.json().catch(() => null);
    return body ?? { ok: false, code: `http_${answer.status}`,
      error: `The sandbox answered with HTTP ${answer.status}.` };
  } catch {
    return { ok: false, code: "unreachable", error: "The sandbox cannot be reached. Is it still running?" };
  }
}

/**
 * attempt is act with a note for the person when it did not work.
 * @param {string} what
 * @param {object} [args]
 */
export async function attempt(what, args) {
  const answer = await act(what, args);
  if (!answer.ok) toast(answer.error ?? "That did not work.", "error");
  else if (answer.failure) toast(failureText(answer.failure), "error");
  return answer;
}

// failureText is what Slack tells people when the app did not do its part.
export function failureText(failure) {
  const app = state.app?.name ?? "The app";
  switch (failure) {
    case "operation_timeout":
      return `${app} did not answer in time. (operation_timeout)`;
    case "dispatch_failed":
      return `${app} is not connected, so it heard nothing of this. (dispatch_failed)`;
    case "invalid_response":
      return `${app} answered with something Slack does not take. (invalid_response)`;
    default:
      return `We had some trouble connecting to ${app}. (${failure})`;
  }
}

let toastId = 0;

// toast shows a sentence for some seconds; errors stay longer.
export function toast(text, tone = "info") {
  const id = ++toastId;
  update((s) => ({ toasts: [...s.toasts.slice(-2), { id, text, tone }] }));
  setTimeout(() => dismiss(id), tone === "error" ? 12_000 : 6_000);
}

export const dismiss = (id) => update((s) => ({ toasts: s.toasts.filter((t) => t.id !== id) }));
