// The request log: its filter on small screens, and following it live.
let filtersOpen = false;
const showFilters = () => {
  const toggle = $("[data-filter-toggle]");
  toggle?.setAttribute("aria-expanded", filtersOpen || Boolean($("#filter-grid [aria-invalid]")));
};
on("click", "[data-filter-toggle]", (toggle) => {
  filtersOpen = toggle.getAttribute("aria-expanded") !== "true";
  toggle.setAttribute("aria-expanded", filtersOpen);
});
onContent(showFilters);

const MOST_ROWS = 200;
const TELL_EVERY = 10_000;
const AWAY_AFTER = 15 * 60_000; // a page left alone must not keep its session alive for ever
let untold = 0;
let toldAt = 0;
let touchedAt = Date.now();

function tailState(tail, text, paused) {
  $("[data-tail-state]", tail).textContent = text;
  tail.classList.toggle("is-paused", paused);
}

/** Asks now rather than at the next beat. */
const askTail = () => $("[data-tail]")?.dispatchEvent(new Event("tail"));

/** The tail behind an event of htmx, if it is one's. */
function tailOf(event) {
  const source = event.detail.ctx?.sourceElement;
  return source?.matches?.("[data-tail]") ? source : null;
}

const filterOf = (tail) => $$("input", tail).filter((one) => one.name !== "after").map((one) => `${one.name}=${one.value}`).join("&");

document.addEventListener("htmx:config:request", (event) => {
  const tail = tailOf(event);
  if (!tail) return;
  tail.askedFor = filterOf(tail);
  if (document.hidden) event.preventDefault();
  if (Date.now() - touchedAt < AWAY_AFTER) return;
  event.preventDefault();
  tailState(tail, "Paused, since nobody was here. Press a key or move the pointer to go on.", true);
});

document.addEventListener("visibilitychange", () => document.hidden || askTail());
for (const type of ["pointermove", "pointerdown", "keydown", "scroll"]) {
  document.addEventListener(
    type,
    () => {
      const away = Date.now() - touchedAt >= AWAY_AFTER;
      touchedAt = Date.now();
      if (away) askTail();
    },
    { passive: true },
  );
}

/** An answer brings some rows that are here already; the log stays in its order and at its length. */
function mergeRows(tail) {
  const body = $("#request-rows");
  const known = new Map();
  for (const row of [...body.rows].reverse()) {
    if (known.has(row.id)) row.remove();
    else known.set(row.id, row);
  }
  const rows = [...known.values()].sort((a, b) => (a.dataset.order < b.dataset.order ? 1 : -1));
  rows.forEach((row, place) => {
    if (body.rows[place] !== row) body.insertBefore(row, body.rows[place] ?? null);
  });
  for (const row of rows.slice(MOST_ROWS)) row.remove();
  const older = $("[data-older]");
  if (older && rows.length > MOST_ROWS) {
    const url = new URL(older.href);
    url.searchParams.set("before", rows[MOST_ROWS - 1].dataset.order);
    older.href = url;
  }
  if (rows.length) tail.elements.after.value = rows[0].dataset.order;
}

document.addEventListener("htmx:before:swap", (event) => {
  const tail = tailOf(event);
  if (!tail) return;
  // Meanwhile the filter was changed, or the log is no longer followed.
  if (!tail.isConnected || tail.askedFor !== filterOf(tail)) event.preventDefault();
  tail.rowsBefore = new Set([...($("#request-rows")?.rows ?? [])].map((row) => row.id));
});

document.addEventListener("htmx:after:swap", (event) => {
  const tail = tailOf(event);
  if (!tail) return;
  mergeRows(tail);
  tailState(tail, "Following. New requests appear by themselves.", false);
  for (const row of $("#request-rows").rows) {
    if (tail.rowsBefore?.has(row.id)) continue;
    row.classList.add("row-new");
    untold += 1;
  }
  if (!untold || Date.now() - toldAt < TELL_EVERY) return;
  announce(untold === 1 ? "1 new request" : `${untold} new requests`);
  untold = 0;
  toldAt = Date.now();
});

for (const type of ["htmx:response:error", "htmx:error"]) {
  document.addEventListener(type, (event) => {
    const tail = tailOf(event);
    if (tail) tailState(tail, "Keystead does not answer. Trying again.", true);
  });
}
