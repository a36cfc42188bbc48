// htmx: the bar at the top, and errors that must never be swapped into the page.
let running = 0;
const busy = (step) => {
  running = Math.max(0, running + step);
  document.documentElement.toggleAttribute("data-busy", running > 0);
};
/** Asks by itself, again and again: neither a bar nor a toast each time. */
const isQuiet = (event) => Boolean(event.detail.ctx?.sourceElement?.matches?.("[data-quiet]"));
document.addEventListener("htmx:before:request", (event) => isQuiet(event) || busy(1));
document.addEventListener("htmx:finally:request", (event) => isQuiet(event) || busy(-1));

// Another tab may have signed in as somebody else: then the server answers with a reload.
document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  if (document.body.dataset.owner) ctx.request.headers["X-Keystead-Page-Owner"] = document.body.dataset.owner;
});

/** The session had ended before the request, which then had no effect. */
const isSignedOut = (answer) => Boolean(answer?.headers.get("hx-redirect")?.startsWith("/login"));

const isPage = (text) => /^\s*<!doctype/i.test(text ?? "");

/** A whole error page in answer to a fragment request: keep what is on screen, say what it says. */
document.addEventListener("htmx:before:swap", (event) => {
  const { ctx } = event.detail;
  if (ctx.response?.status >= 400 && isPage(ctx.text)) event.preventDefault();
});

document.addEventListener("htmx:response:error", (event) => {
  const { ctx } = event.detail;
  const whole = isPage(ctx.text);
  if (isQuiet(event) || (ctx.response.status < 500 && !whole)) return; // shown where it belongs
  const page = whole && new DOMParser().parseFromString(ctx.text, "text/html");
  const told = page && $("[data-error-message]", page)?.textContent.trim();
  const id = ctx.response.headers.get("x-request-id");
  const text = told || "Something went wrong.";
  toast("error", id ? `${text} Request id ${id}` : text);
});

document.addEventListener("htmx:error", (event) => {
  if (isQuiet(event)) return;
  const { ctx, error } = event.detail;
  if (error instanceof TypeError && !ctx?.response) toast("error", "No connection. Nothing was changed.");
  else if (ctx?.request?.signal?.reason === "timeout") toast("error", "The server took too long to answer. Try again.");
  else toast("error", "Something went wrong. Reload the page.");
});
