
// Swapping: styles and images take the place of their older selves, and the
// page goes on. The old one stays until the new one is there, so nothing
// flashes. Each function takes a set of plain addresses, and returns those that
// it found in the page.

const patience = 5000; // milliseconds for something to load that may never

const loaded = (element) => new Promise((done) => {
  element.addEventListener("load", () => done(true), { once: true });
  element.addEventListener("error", () => done(false), { once: true });
  setTimeout(done, patience, false);
});

// rulesOf are the rules of a style sheet, or none if it is another site's.
const rulesOf = (sheet) => {
  try {
    return [...sheet.cssRules];
  } catch {
    return [];
  }
};

// within adds to found those addresses that a style sheet is made of.
const within = (sheet, addresses, found) => {
  if (!sheet) return found;
  const own = sheet.href && plain(sheet.href);
  if (own && addresses.has(own)) found.add(own);
  for (const rule of rulesOf(sheet)) {
    if (!(rule instanceof CSSImportRule)) continue;
    // One that was missing has no style sheet yet.
    const imported = plain(rule.href, sheet.href ?? document.baseURI);
    if (addresses.has(imported)) found.add(imported);
    within(rule.styleSheet, addresses, found);
  }
  return found;
};

const swapStyles = async (addresses) => {
  const found = new Set();
  const swaps = [];
  for (const link of document.querySelectorAll("link[rel~=stylesheet][href]")) {
    const of = within(link.sheet, addresses, new Set());
    if (!link.sheet && addresses.has(plain(link.href))) of.add(plain(link.href));
    if (of.size) swaps.push([of, () => swapLink(link)]);
  }
  for (const style of document.querySelectorAll("style")) {
    const of = within(style.sheet, addresses, new Set());
    if (of.size) swaps.push([of, () => style.replaceWith(style.cloneNode(true))]);
  }
  for (const [of] of swaps) for (const address of of) found.add(address);
  // What is imported keeps its address, so its new self goes to the cache first.
  await Promise.all([...found].map((address) => fetch(address, { cache: "reload" }).catch(() => {})));
  await Promise.all(swaps.map(([, swap]) => swap()));
  return found;
};

const swapLink = async (link) => {
  const next = link.cloneNode();
  next.href = fresh(link.href);
  const wait = loaded(next);
  link.after(next);
  (await wait ? link : next).remove();
};

// pictured is where elements name images.
const pictured = [
  ["img, input[type=image]", "src"],
  ["img, source", "srcset"],
  ["video", "poster"],
  ["link[rel~=icon]", "href"],
  ["image, feImage", "href"],
  ["object[type^=image]", "data"],
];

const swapImages = async (addresses) => {
  const found = new Set();
  const swaps = [];
  const renew = (address, base) => {
    const old = plain(address, base);
    if (!addresses.has(old)) return address;
    found.add(old);
    return renewed.get(old);
  };
  const renewed = new Map([...addresses].map((address) => [address, fresh(address)]));
  for (const [selector, attribute] of pictured) {
    for (const element of document.querySelectorAll(`:is(${selector})[${attribute}]`)) {
      const old = element.getAttribute(attribute);
      const value = attribute === "srcset"
        ? old.replace(/[^\s,]\S*[^\s,]/g, (word) => renew(word))
        : renew(old);
      if (value !== old) swaps.push(() => element.setAttribute(attribute, value));
    }
  }
  for (const [style, base] of styles()) {
    for (const name of [...style]) {
      const old = style.getPropertyValue(name);
      if (!old.includes("url(")) continue;
      const value = old.replace(/url\("([^"]*)"\)/g, (_, address) => `url("${renew(address, base)}")`);
      if (value !== old) swaps.push(() => style.setProperty(name, value, style.getPropertyPriority(name)));
    }
  }
  await Promise.all([...found].map((address) => {
    const image = new Image();
    const wait = loaded(image);
    image.src = renewed.get(address);
    return wait;
  }));
  for (const swap of swaps) swap();
  return found;
};

// styles are all declarations of the page, with what their addresses are
// relative to.
function* styles() {
  for (const element of document.querySelectorAll("[style*='url(']")) yield [element.style, document.baseURI];
  for (const sheet of document.styleSheets) yield* declared(sheet);
}

function* declared(sheet, base = sheet.href ?? document.baseURI) {
  for (const rule of rulesOf(sheet)) {
    if (rule.style) yield [rule.style, base];
    if (rule.styleSheet) yield* declared(rule.styleSheet);
    if (rule.cssRules) yield* declared(rule, base);
  }
}
