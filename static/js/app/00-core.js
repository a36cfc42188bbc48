// Shared by the files that follow; build.rs joins them into one module script.
// Listeners are delegated to the document, so swapped-in content needs no setup of its own.
const $ = (selector, root = document) => root.querySelector(selector);
const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** Calls `handler(element, event)` when the event comes from inside a matching element. */
function on(type, selector, handler, options) {
  document.addEventListener(
    type,
    (event) => {
      const element = event.target.closest?.(selector);
      if (element) handler(element, event);
    },
    options,
  );
}

/** Says something to screen readers only. */
function announce(text) {
  const live = $("#live");
  if (!live) return;
  live.textContent = "";
  setTimeout(() => (live.textContent = text), 50); // a change from empty is always read
}

document.addEventListener("announce", (event) => announce(event.detail.text));

/** Runs now and again after every htmx swap, for state that only scripts keep. */
function onContent(setup) {
  setup();
  document.addEventListener("htmx:after:swap", setup);
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  use.setAttribute("href", `${document.body.dataset.icons}#${name}`);
  svg.append(use);
  return svg;
}
