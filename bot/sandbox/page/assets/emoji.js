// Emoji. Those that the app writes are pictures, so that they look the same everywhere; the other ones stay the
// characters that they are.
import { html } from "./ui.js";

const byName = {
  "white_check_mark": "✅",
  "hourglass_flowing_sand": "⏳",
  "hourglass": "⌛",
  "alarm_clock": "⏰",
  "test_tube": "🧪",
  "no_entry_sign": "🚫",
  "clock4": "🕓",
  "question": "❓",
  "warning": "⚠",
  "heavy_multiplication_x": "✖",
  "x": "❌",
  "+1": "👍",
  "thumbsup": "👍",
  "-1": "👎",
  "thumbsdown": "👎",
  "memo": "📝",
  "pencil": "📝",
  "pencil2": "✏",
  "outbox_tray": "📤",
  "repeat": "🔁",
  "mag_right": "🔎",
  "mag": "🔍",
  "bell": "🔔",
  "rocket": "🚀",
  "rotating_light": "🚨",
  "no_entry": "⛔",
  "ballot_box_with_check": "☑",
  "heavy_check_mark": "✔",
  "information_source": "ℹ",
  "exclamation": "❗",
  "tada": "🎉",
  "wave": "👋",
  "pray": "🙏",
  "slightly_smiling_face": "🙂",
  "grinning": "😀",
  "smile": "😄",
  "blush": "😊",
  "wink": "😉",
  "joy": "😂",
  "sweat_smile": "😅",
  "heart_eyes": "😍",
  "thinking_face": "🤔",
  "cry": "😢",
  "confused": "😕",
  "eyes": "👀",
  "heart": "❤",
  "fire": "🔥",
  "100": "💯",
  "clap": "👏",
  "muscle": "💪",
  "raised_hands": "🙌",
  "ok_hand": "👌",
  "star": "⭐",
  "sparkles": "✨",
  "bulb": "💡",
  "pushpin": "📌",
  "paperclip": "📎",
  "date": "📅",
  "calendar": "📆",
  "chart_with_upwards_trend": "📈",
  "mega": "📣",
  "telephone_receiver": "📞",
  "e-mail": "📧",
  "email": "📧",
  "speech_balloon": "💬",
  "moneybag": "💰",
  "credit_card": "💳",
  "euro": "💶",
  "receipt": "🧾",
  "package": "📦",
  "lock": "🔒",
  "key": "🔑",
  "link": "🔗",
  "wrench": "🔧",
  "gear": "⚙",
  "octagonal_sign": "🛑",
  "red_circle": "🔴",
  "large_red_circle": "🔴",
  "large_orange_circle": "🟠",
  "large_yellow_circle": "🟡",
  "large_green_circle": "🟢",
  "large_blue_circle": "🔵",
  "white_circle": "⚪",
  "arrow_forward": "▶",
  "arrow_right": "➡",
  "arrow_left": "⬅",
  "arrow_up": "⬆",
  "arrow_down": "⬇",
  "robot_face": "🤖",
  "house": "🏠",
  "office": "🏢",
  "bust_in_silhouette": "👤",
  "busts_in_silhouette": "👥",
  "coffee": "☕",
  "broom": "🧹",
  "wastebasket": "🗑",
  "boom": "💥",
  "bug": "🐛",
  "birthday": "🎂",
};

const pictures = new Set([..."✅⏳⌛⏰🧪🚫🕓❓⚠✖❌👍👎📝📤🔁🔔🚨⛔☑✔ℹ❗"]); // of vendor/emoji
const skinTone = /[\u{1F3FB}-\u{1F3FF}\uFE0F]/gu;
const emojiChar = /\p{Extended_Pictographic}[\u{1F3FB}-\u{1F3FF}\uFE0F]?/gu;
const shortCode = /:([a-z0-9_+'-]+(?:::skin-tone-\d)?):/g;

// fromName is the emoji of a short code without its colons.
export const fromName = (name) => byName[name.replace(/::skin-tone-\d$/, "")];

// withCodes puts emoji in place of short codes that are known; other ones stay as they are.
export const withCodes = (text) => text.replace(shortCode, (all, name) => fromName(name) ?? all);

function Emoji({ char }) {
  const code = [...char.replace(skinTone, "")].map((c) => c.codePointAt(0).toString(16)).join("-");
  return html`<img class="emoji" src=${`/assets/vendor/emoji/${code}.svg`} alt=${char} width="18" height="18"
    draggable=${false} />`;
}

// withEmoji puts pictures in place of emoji characters that have one.
export function withEmoji(text) {
  const out = [];
  let at = 0;
  for (const found of text.matchAll(emojiChar)) {
    if (!pictures.has(found[0].replace(skinTone, ""))) continue;
    if (found.index > at) out.push(text.slice(at, found.index));
    out.push(html`<${Emoji} char=${found[0]} />`);
    at = found.index + found[0].length;
  }
  if (at === 0) return text;
  if (at < text.length) out.push(text.slice(at));
  return out;
}
