
// Addresses. A browser asks again for what it has only if the address is new,
// so what is swapped gets one that differs in a parameter no server looks at.

let count = 0;

const fresh = (address) => {
  const url = new URL(plain(address));
  url.search += (url.search ? "&" : "?") + "limen=" + Date.now().toString(36) + "." + ++count;
  return url.href;
};

// plain is an address as the page has it, whole and without its fragment.
const plain = (address, base = document.baseURI) => {
  try {
    const url = new URL(address, base);
    url.hash = "";
    url.search = url.search.replace(/([?&])limen=[0-9a-z.]+$/, "");
    return url.href;
  } catch {
    return ""; // it is none
  }
};

// pathOf is an address as the server knows it.
const pathOf = (address) => {
  const url = new URL(address);
  return url.pathname + url.search;
};
