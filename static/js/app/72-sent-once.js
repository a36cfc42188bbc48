// A form that changes something is sent once: what comes while its answer is on the way is dropped, a second Enter as
// well as a second click. Otherwise the page would show the answer to the repetition, and lose the secret in the first.
const MOST_WAIT_MS = 15_000; // as long as htmx waits; then a person may try again
let sent = new WeakMap(); // forms on their way, and since when

const changes = (form) => form?.matches?.('form[method="post"]:not([role="search"], [data-key-lookup])');

document.addEventListener(
  "submit",
  (event) => {
    if (!changes(event.target) || !(Date.now() - sent.get(event.target) < MOST_WAIT_MS)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

const note = ({ detail: { ctx } }) => changes(ctx?.sourceElement) && sent.set(ctx.sourceElement, Date.now());
document.addEventListener("htmx:before:request", note);
document.addEventListener("htmx:finally:request", (event) => sent.delete(event.detail.ctx?.sourceElement));

// Without htmx the next page is the answer.
window.addEventListener("submit", (event) => {
  if (changes(event.target) && !event.defaultPrevented) sent.set(event.target, Date.now());
});
window.addEventListener("pageshow", () => (sent = new WeakMap()));
