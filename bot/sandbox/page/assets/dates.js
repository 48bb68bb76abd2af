// Dates as the acting person reads them: in their time zone, by the sandbox's clock.
import { person } from "./names.js";

const formats = new Map();

function format(options, zone) {
  const key = zone + JSON.stringify(options);
  if (!formats.has(key)) {
    try {
      formats.set(key, new Intl.DateTimeFormat("en-US", { ...options, timeZone: zone }));
    } catch { // a zone the browser does not know
      formats.set(key, new Intl.DateTimeFormat("en-US", { ...options, timeZone: "UTC" }));
    }
  }
  return formats.get(key);
}

export const zone = (s) => person(s, s.me)?.tz || "UTC";

// now is the sandbox's time in milliseconds.
export const now = (s) => (s.clock.now ? Date.parse(s.clock.now) + (Date.now() - s.clock.heard) : Date.now());

export const ofTs = (ts) => Number(ts) * 1000;

const month = { year: "numeric", month: "long", day: "numeric" };
const short = { year: "numeric", month: "short", day: "numeric" };
const long = { weekday: "long", ...month };
const time = { hour: "numeric", minute: "2-digit" };

export const timeOf = (s, ms) => format(time, zone(s)).format(ms);
export const fullTime = (s, ms) =>
  `${format(long, zone(s)).format(ms)} at ${format({ ...time, second: "2-digit" }, zone(s)).format(ms)}`;
export const dayKey = (s, ms) => format({ year: "numeric", month: "2-digit", day: "2-digit" }, zone(s)).format(ms);
export const shortDate = (s, ms) => format(short, zone(s)).format(ms);
export const stamp = (s, ms) => `${format({ month: "short", day: "numeric" }, zone(s)).format(ms)}, ${timeOf(s, ms)}`;
export const clockText = (s, ms) =>
  format({ weekday: "short", month: "short", day: "numeric", ...time }, zone(s)).format(ms);

const day = 86_400_000;

// near is yesterday, today or tomorrow, if it is one of them.
function near(s, ms) {
  const today = now(s);
  const key = dayKey(s, ms);
  if (key === dayKey(s, today)) return "Today";
  if (key === dayKey(s, today - day)) return "Yesterday";
  if (key === dayKey(s, today + day)) return "Tomorrow";
  return "";
}

export const dayLabel = (s, ms) =>
  near(s, ms) || format({ weekday: "long", month: "long", day: "numeric" }, zone(s)).format(ms);

// ago is a distance in words.
export function ago(s, ms) {
  const minutes = Math.round((now(s) - ms) / 60_000);
  const [n, unit] = Math.abs(minutes) < 60 ? [minutes, "minute"]
    : Math.abs(minutes) < 1440 ? [Math.round(minutes / 60), "hour"] : [Math.round(minutes / 1440), "day"];
  if (n === 0) return "just now";
  const words = `${Math.abs(n)} ${unit}${Math.abs(n) === 1 ? "" : "s"}`;
  return n > 0 ? `${words} ago` : `in ${words}`;
}

const ordinals = (text) => text.replace(/(\d+),/, (_, n) => {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? "th" : ["th", "st", "nd", "rd"][n % 10] ?? "th";
  return `${n}${suffix},`;
});

const tokens = {
  "{date_num}": (s, ms) => format({ year: "numeric", month: "2-digit", day: "2-digit" }, zone(s)).formatToParts(ms)
    .reduce((out, p) => out.replace(p.type, p.value), "year-month-day"),
  "{date}": (s, ms) => ordinals(format(month, zone(s)).format(ms)),
  "{date_short}": shortDate,
  "{date_long}": (s, ms) => ordinals(format(long, zone(s)).format(ms)),
  "{date_pretty}": (s, ms) => near(s, ms).toLowerCase() || tokens["{date}"](s, ms),
  "{date_short_pretty}": (s, ms) => near(s, ms).toLowerCase() || shortDate(s, ms),
  "{date_long_pretty}": (s, ms) => near(s, ms).toLowerCase() || tokens["{date_long}"](s, ms),
  "{time}": timeOf,
  "{time_secs}": (s, ms) => format({ ...time, second: "2-digit" }, zone(s)).format(ms),
  "{ago}": ago,
};

// dateText draws Slack's <!date^seconds^format^link|fallback>; of the target only what follows "!date^".
export function dateText(s, target, fallback) {
  const [seconds, pattern = ""] = target.split("^");
  const ms = Number(seconds) * 1000;
  if (!Number.isFinite(ms) || !seconds) return fallback ?? "";
  return pattern.replace(/\{[a-z_]+\}/g, (token) => tokens[token]?.(s, ms) ?? token) || (fallback ?? "");
}
