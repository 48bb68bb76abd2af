// Times of the portal and the bot, in the acting person's zone.
import { fullTime, shortDate, stamp, timeOf } from "./dates.js";
import { state } from "./store.js";

// millis reads a time as the server sends it: an ISO text, or seconds or milliseconds.
function millis(at) {
  if (typeof at === "number") return at < 1e11 ? at * 1000 : at;
  return /^\d+$/.test(at) ? millis(Number(at)) : Date.parse(at);
}

const reading = (draw) => (at) => {
  const ms = at ? millis(at) : NaN;
  return Number.isFinite(ms) ? draw(state, ms) : at || "–";
};

export const ofTime = reading(fullTime);
export const shortTime = reading(timeOf);
export const ofDay = reading(shortDate);
export const dayAndTime = reading(stamp);
