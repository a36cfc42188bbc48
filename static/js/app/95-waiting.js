// A page that waits for an answer asks for it, unless nobody is there to read it.
const waitingOf = (event) => {
  const source = event.detail.ctx?.sourceElement;
  return source?.matches?.("[data-waiting]") ? source : null;
};

document.addEventListener("htmx:config:request", (event) => {
  if (waitingOf(event) && (document.hidden || Date.now() - touchedAt >= AWAY_AFTER)) event.preventDefault();
});

document.addEventListener("visibilitychange", () => {
  if (!document.hidden) $("[data-waiting]")?.dispatchEvent(new Event("awake"));
});

document.addEventListener("htmx:after:swap", () => {
  const decided = $("#limit-state:not([data-waiting]) .callout");
  if (decided) announce(decided.textContent);
});
