// A form whose answer waits for other servers tells meanwhile for whom, when that takes so long that somebody wonders.
const WONDERS_AFTER_MS = 300;
const LOOKS_EVERY_MS = 500;

function tellWhile(form) {
  const line = $("[data-awaited]", form);
  if (!line) return;
  const look = () => line.isConnected && line.dispatchEvent(new Event("look"));
  form.wonder = setTimeout(() => {
    look();
    form.looks = setInterval(look, LOOKS_EVERY_MS);
  }, WONDERS_AFTER_MS);
}

function stopTelling(form) {
  clearTimeout(form.wonder);
  clearInterval(form.looks);
}

on("submit", "form:has([data-awaited])", (form) => {
  stopTelling(form);
  tellWhile(form);
});

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx?.sourceElement;
  if (form?.matches?.("form:has([data-awaited])")) stopTelling(form);
});
