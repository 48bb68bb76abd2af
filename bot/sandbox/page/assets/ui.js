// The drawing library, and the few small things every part of the page draws with.
import {
  Component, createContext, h, html, render,
  useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState,
} from "./vendor/preact.js";

export {
  Component, createContext, h, html, render,
  useCallback, useContext, useEffect, useLayoutEffect, useMemo, useRef, useState,
};

// memo draws a component again only when one of its properties is another value.
export function memo(view) {
  return class extends Component {
    shouldComponentUpdate(next) {
      const keys = Object.keys(next);
      return keys.length !== Object.keys(this.props).length || keys.some((k) => next[k] !== this.props[k]);
    }

    render(props) {
      return h(view, props);
    }
  };
}

// cls joins class names and leaves out what is false.
export const cls = (...names) => names.filter(Boolean).join(" ");

/**
 * focusOn gives the focus to the first element that fits.
 * @param {string} selector
 * @param {FocusOptions} [options]
 */
export function focusOn(selector, options) {
  const element = document.querySelector(selector);
  if (element instanceof HTMLElement) element.focus(options);
}

let lastId = 0;

// useId is an id for this place in the page, for labels and descriptions.
export function useId(prefix = "i") {
  const ref = useRef("");
  if (!ref.current) ref.current = `${prefix}${++lastId}`;
  return ref.current;
}

// useLatest gives event handlers what was drawn last, without being made anew.
export function useLatest(value) {
  const ref = useRef(value);
  ref.current = value;
  return ref;
}

// useOutside calls back on a press outside of the element, and on Escape.
export function useOutside(ref, open, close) {
  const latest = useLatest(close);
  useEffect(() => {
    if (!open) return undefined;
    const press = (e) => {
      if (ref.current && !ref.current.contains(e.target)) latest.current();
    };
    const key = (e) => {
      if (e.key !== "Escape") return;
      e.preventDefault();
      e.stopPropagation();
      latest.current(true);
    };
    document.addEventListener("pointerdown", press, true);
    document.addEventListener("keydown", key, true);
    return () => {
      document.removeEventListener("pointerdown", press, true);
      document.removeEventListener("keydown", key, true);
    };
  }, [open]);
}

const paths = {
  alert: "M12 3 2 20h20L12 3zm0 6v5m0 3v.5",
  arrowDown: "M12 5v14m-6-6 6 6 6-6",
  back: "M15 5l-7 7 7 7",
  bolt: "M13 3 5 14h6l-1 7 8-11h-6l1-7z",
  bot: "M6 9h12a2 2 0 0 1 2 2v6a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-6a2 2 0 0 1 2-2zm6 0V5m-3 8.5v1m6-1v1",
  check: "M5 12.5l4.5 4.5L19 7.5",
  chevron: "M7 10l5 5 5-5",
  clock: "M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18zm0 4.5V12l3 2",
  close: "M6 6l12 12M18 6L6 18",
  dots: "M6 12h.01M12 12h.01M18 12h.01",
  flag: "M6 21V4m0 0h11l-2 4 2 4H6",
  hash: "M9 4L7 20M17 4l-2 16M4.5 9h16M3.5 15h16",
  home: "M4 11l8-7 8 7v9h-5v-6H9v6H4v-9z",
  lock: "M7 11V8a5 5 0 0 1 10 0v3m-11 0h12a1 1 0 0 1 1 1v8H5v-8a1 1 0 0 1 1-1z",
  menu: "M4 7h16M4 12h16M4 17h16",
  message: "M4 5h16v11H9l-5 4V5z",
  moon: "M20 14.5A8.5 8.5 0 0 1 9.5 4 8.5 8.5 0 1 0 20 14.5z",
  open: "M14 4h6v6m0-6l-9 9M18 13v6H5V6h6",
  portal: "M4 6h16v12H4V6zm0 4h16M8 14h4",
  refresh: "M19 12a7 7 0 1 1-2-5m2-3v4h-4",
  reset: "M5 12a7 7 0 1 0 2-5M5 4v4h4",
  search: "M11 4a7 7 0 1 0 0 14 7 7 0 0 0 0-14zm5 12l5 5",
  send: "M4 4l17 8-17 8 3-8-3-8zm3 8h8",
  sun: "M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8z"
    + "m0-5v1.5m0 15V21m9-9h-1.5m-15 0H3m15.4-6.4-1 1m-10.8 10.8-1 1m12.8 0-1-1M6.6 6.6l-1-1",
  thread: "M4 5h16v10H10l-4 4v-4H4V5zm4 4h8m-8 3h5",
};

// Icon is a line drawing for the eye only; whatever bears it has a name of its own.
export const Icon = ({ name, size = 18 }) => html`
  <svg class="icon" width=${size} height=${size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
    <path d=${paths[name]} /></svg>`;

// Spinner says that something is under way; label is for screen readers.
export const Spinner = ({ label = "Waiting" }) => html`<span class="spinner" role="img" aria-label=${label}></span>`;
