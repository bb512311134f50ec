
// Keeping fresh: limen tells when something changed, the page asks what of that
// it runs, and swaps it, patches itself, or loads anew.

const script = document.currentScript;
const at = (name) => new URL(name, script.src).href;
script.remove(); // the page is what its file says, for its own scripts and for patches

// runs are all files of this page, by their plain address: what the server
// calls the version that was got, and from whom it came.
const runs = new Map();

const note = (entry, as) => {
  const address = plain(entry.name);
  if (!address.startsWith(location.origin + "/") || address.startsWith(at("."))) return;
  const timing = entry.serverTiming?.find(({ name }) => name === "limen");
  const held = entry.transferSize === 0 && entry.decodedBodySize > 0;
  runs.set(address, {
    url: pathOf(address),
    // Where the connection is not a secure one, no page is told.
    tag: timing ? timing.description : isSecureContext ? "" : null,
    as,
    by: entry.workerStart > 0 ? "worker" : held ? "cache" : "",
  });
};

const [navigation] = performance.getEntriesByType("navigation");
const home = plain(location.href); // scripts may give the page another address later

// source is the text this page was made of; null if nobody knows.
let source = null;

const fetchSource = async () => {
  const res = await fetch(at("page") + "?of=" + encodeURIComponent(pathOf(home)), { cache: "no-store" });
  if (!res.headers.get("content-type")?.startsWith("text/html")) return null;
  return { text: await res.text(), tag: (res.headers.get("etag") ?? "").replaceAll('"', "") };
};

// ask returns the addresses of what this page runs and is no longer so.
const ask = async (isLoaded, change) => {
  const all = [...runs.entries()];
  const res = await fetch(at("stale"), { method: "POST", body: JSON.stringify({ loaded: isLoaded, runs: all.map(([, run]) => run) }) });
  const { stale } = await res.json();
  const urls = new Set(stale.map(({ url }) => url));
  return new Set(all.filter(([address, run]) => {
    const path = decodeURI(new URL(address).pathname);
    return urls.has(run.url) || run.tag === null && change.paths?.includes(path);
  }).map(([address]) => address));
};

// refresh makes the page what its files are.
const refresh = async (isLoaded, change) => {
  const stale = await ask(isLoaded, change);
  if (isLoaded) {
    for (const address of stale) {
      // To load the page again would bring the same once more.
      if (!runs.get(address).by) continue;
      console.warn(`limen: ${address} is older than on disk, held by ${runs.get(address).by === "worker" ? "a service worker" : "the browser's cache"}`);
      stale.delete(address);
    }
  }
  const isPageStale = stale.delete(home);
  const swapped = stale.size ? new Set([...await swapStyles(stale), ...await swapImages(stale)]) : new Set();
  for (const address of stale) {
    if (!swapped.has(address) && runs.get(address).as !== "img") return location.reload();
  }
  if (isPageStale || !runs.get(home)?.tag && concerns(change)) await refreshPage(isPageStale);
};

// concerns reports whether a change may be one of this page where the server
// has no name for its version: a list of a folder, say.
const concerns = ({ paths, more }) => {
  const folder = (path) => path.slice(0, path.lastIndexOf("/") + 1);
  const here = decodeURI(new URL(home).pathname);
  return more || paths?.some((path) => /\.html?$/.test(path) || folder(path) === folder(here));
};

const refreshPage = async (isStale) => {
  const next = await fetchSource();
  if (!next || !source) return isStale && location.reload();
  if (next.text !== source.text && !patchPage(source.text, next.text)) return location.reload();
  source = next;
  runs.get(home).tag &&= next.tag;
};

// One thing is done after the other.
let work = Promise.resolve();
const enqueue = (job) => { work = work.then(job).catch((err) => console.debug("limen:", err)); };

// The connection. A browser has six of them for an origin, so a page gives its
// own away while nobody sees it.

let stream = null;
let pause = 0;
let isLoaded = false;

const connect = () => {
  if (stream || document.hidden) return;
  stream = new EventSource(at("reload"));
  stream.addEventListener("ready", () => {
    pause = 0;
    // Whatever changed while nobody listened, the server's end included.
    enqueue(() => refresh(!isLoaded, {}).finally(() => { isLoaded = true; }));
  });
  stream.addEventListener("change", ({ data }) => enqueue(() => refresh(false, JSON.parse(data))));
  stream.addEventListener("error", () => {
    disconnect();
    pause = Math.min(pause * 2 || 100, 5000);
    setTimeout(connect, pause);
  });
};

const disconnect = () => {
  stream?.close();
  stream = null;
};

// A service worker that passes the connection on is busy as long as that
// lasts, and a browser waits for it before it lets the next one take over. So
// the connection makes room for a new one, and the page looks for that: the one
// it has may be another project's.
const makeRoom = async () => {
  if (!navigator.serviceWorker?.controller) return;
  const registration = await navigator.serviceWorker.getRegistration();
  registration?.addEventListener("updatefound", () => {
    disconnect();
    setTimeout(connect, 2000);
  });
  await registration?.update();
};

addEventListener("pagehide", disconnect);
addEventListener("pageshow", ({ persisted }) => persisted && connect());
document.addEventListener("visibilitychange", () => document.hidden ? disconnect() : connect());

new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) note(entry, entry.initiatorType);
}).observe({ type: "resource", buffered: true });

const begin = () => {
  note(navigation, "document");
  enqueue(async () => {
    source = await fetchSource();
    // It may have changed since it was loaded.
    const { tag } = runs.get(home);
    if (tag && source?.tag !== tag) source = null;
  });
  connect();
  makeRoom().catch(() => {}); // its script cannot be had, and the old one stays
};

document.readyState === "complete" ? begin() : addEventListener("load", begin);
