// The keyboard in a listing: arrows (or j and k) move, Enter opens, / searches,
// Backspace goes up. Everything else the page does without this script.
"use strict";

const links = () => document.querySelectorAll("main li a");

function move(step) {
  const all = [...links()];
  const at = all.indexOf(document.activeElement);
  const from = at >= 0 ? at : step > 0 ? -1 : all.length; // nobody is at the first or last one yet
  all[Math.min(Math.max(from + step, 0), all.length - 1)]?.focus();
}

const keys = {
  ArrowDown: () => move(1),
  j: () => move(1),
  ArrowUp: () => move(-1),
  k: () => move(-1),
  Home: () => move(-Infinity),
  End: () => move(Infinity),
  PageDown: () => move(20),
  PageUp: () => move(-20),
  "/": () => document.querySelector("input[type=search]").select(),
  Backspace: () => document.querySelector("a[rel=up]")?.click(),
};

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.target.matches("input")) {
    if (event.key === "Escape") event.target.blur();
    return;
  }
  const act = Object.hasOwn(keys, event.key) && keys[event.key];
  if (!act) return;
  event.preventDefault();
  act();
});
