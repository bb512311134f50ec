
// Patching: what changed between two versions of a page's source is done to
// the page itself. Whatever its scripts and its user did to it otherwise stays:
// where it is scrolled to, what has the focus, text in forms, what is open, what
// plays.

// lasting are elements that act once, when they are parsed, so a change of one
// takes a whole new page. (Templates are what scripts make their elements of.)
const lasting = "script, template, noscript, base, meta[http-equiv]";

// patchPage turns a page that was made of one source into that of another. It
// returns false if that cannot be done.
const patchPage = (was, now) => {
  const [before, after] = [was, now].map((text) => new DOMParser().parseFromString(text, "text/html"));
  const fixed = (page) => [...page.querySelectorAll(lasting)].map((element) => element.outerHTML).join("\n");
  if (fixed(before) !== fixed(after) || before.compatMode !== after.compatMode) return false;
  patch(document.documentElement, before.documentElement, after.documentElement);
  return true;
};

// patch does to live what makes was into now. They are of one kind.
const patch = (live, was, now) => {
  if (was.isEqualNode(now)) return;
  if (now.nodeType !== Node.ELEMENT_NODE) {
    live.data = now.data;
    return;
  }
  for (const { name, value } of now.attributes) {
    if (was.getAttribute(name) !== value) live.setAttribute(name, value);
  }
  for (const { name } of was.attributes) {
    if (!now.hasAttribute(name)) live.removeAttribute(name);
  }
  const place = counterparts(was, live);
  const origin = origins(was, now);
  const kept = new Set(origin.values());
  for (const child of was.childNodes) {
    if (!kept.has(child)) place.get(child)?.remove();
  }
  let last = null; // what the next new one goes behind
  for (const child of now.childNodes) {
    const from = origin.get(child);
    let here = place.get(from);
    if (here) {
      patch(here, from, child);
    } else if (!from) {
      here = document.importNode(child, true);
      last ? last.after(here) : live.prepend(here);
    } else {
      continue; // a script of the page took it away
    }
    last = here;
  }
};

const isAlike = (a, b) => a.nodeName === b.nodeName && (a.id ?? "") === (b.id ?? "");

// counterparts maps the children of an element's source to those of the
// element itself, among which scripts may have put others.
const counterparts = (was, live) => {
  const map = new Map();
  const children = [...live.childNodes];
  let at = 0;
  for (const child of was.childNodes) {
    const bare = child.cloneNode();
    const rest = children.slice(at);
    let found = rest.findIndex((other) => other.cloneNode().isEqualNode(bare));
    if (found < 0) found = rest.findIndex((other) => isAlike(other, child));
    if (found < 0) continue;
    map.set(child, rest[found]);
    at += found + 1;
  }
  return map;
};

// origins maps children of a new source to those of the old one that they are,
// changed or not. Their order is the same in both.
const origins = (was, now) => {
  const map = new Map();
  const old = [...was.childNodes];
  const young = [...now.childNodes];
  while (old.length && young.length && old[0].isEqualNode(young[0])) map.set(young.shift(), old.shift());
  const ends = [];
  while (old.length && young.length && old.at(-1).isEqualNode(young.at(-1))) ends.push([young.pop(), old.pop()]);
  for (const [index, child] of young.entries()) {
    let found = old.findIndex((other) => other.isEqualNode(child));
    if (found < 0) {
      // One that comes unchanged later is not given away before.
      found = old.findIndex((other) => isAlike(other, child) && !young.slice(index + 1).some((later) => later.isEqualNode(other)));
    }
    if (found < 0) continue;
    map.set(child, old[found]);
    old.splice(0, found + 1);
  }
  for (const [child, other] of ends) map.set(child, other);
  return map;
};
