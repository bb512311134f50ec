// Sends files to a drop link. Whatever has come stays there, so a line that
// breaks is only waited for: the server says where to go on.
"use strict";

const form = document.querySelector(".drop");
const input = document.querySelector("#files");
const said = document.querySelector("#said");
const bar = document.querySelector("#progress");

const say = (text) => { said.textContent = text; };
const wait = (seconds) => new Promise((done) => setTimeout(done, seconds * 1000));

// Cameras give two files one name; a part of one must not be continued with
// the other.
const keyOf = (file) => `${file.size}-${file.lastModified}`;

// fetch cannot say how much has left; XMLHttpRequest can.
function patch(address, file, offset) {
  return new Promise((done, fail) => {
    const request = new XMLHttpRequest();
    request.open("PATCH", address);
    request.setRequestHeader("Content-Type", "application/offset+octet-stream");
    request.setRequestHeader("Upload-Offset", offset);
    request.setRequestHeader("Upload-Length", file.size);
    request.setRequestHeader("Upload-Key", keyOf(file));
    request.upload.onprogress = (event) => { bar.value = (offset + event.loaded) / (file.size || 1); };
    request.onload = () => done(request);
    request.onerror = () => fail(new Error("the line broke"));
    request.send(file.slice(offset));
  });
}

// send brings one file over, and returns what the server said of it.
async function send(file) {
  const address = new URL(encodeURIComponent(file.name), location.href).href;
  for (let tries = 0; ; tries++) {
    try {
      const asked = await fetch(address, { method: "HEAD", headers: { "Upload-Key": keyOf(file) } });
      const offset = Math.min(Number(asked.headers.get("Upload-Offset")) || 0, file.size);
      const answer = await patch(address, file, offset);
      if (answer.status !== 409 && answer.status !== 408) return answer;
    } catch {
      say(`${file.name}: the line broke; going on where it stopped`);
    }
    await wait(Math.min(2 ** tries, 30));
  }
}

async function sendAll(files) {
  input.disabled = true;
  bar.hidden = false;
  const done = [];
  for (const file of files) {
    say(`${file.name} …`);
    const answer = await send(file);
    done.push(`${file.name}: ${answer.responseText.trim()}`);
    say(done.join("\n"));
    if (answer.status === 410) break;
  }
  bar.hidden = true;
  input.disabled = false;
}

form.addEventListener("submit", (event) => event.preventDefault());
input.addEventListener("change", () => sendAll(input.files));
addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("over"); });
addEventListener("dragleave", () => form.classList.remove("over"));
addEventListener("drop", (event) => {
  event.preventDefault();
  form.classList.remove("over");
  if (event.dataTransfer.files.length && !input.disabled) sendAll(event.dataTransfer.files);
});
