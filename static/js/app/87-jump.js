// Ctrl K (or ⌘ K): jump to a page, a key or a deed. Arrows go through what was found, Enter takes the first.
document.addEventListener("keydown", (event) => {
  if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
  const opener = $("[data-jump]");
  if (!opener || $("dialog[open]")) return;
  event.preventDefault();
  opener.click();
});

const jumpTargets = () => $$("#jump-targets a");

on("submit", "[data-jump-form]", (_, event) => {
  event.preventDefault();
  jumpTargets()[0]?.click();
});

on("keydown", "[data-jump-form] input, #jump-targets a", (from, event) => {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const stops = [$("#jump"), ...jumpTargets()];
  stops[(stops.indexOf(from) + step + stops.length) % stops.length].focus();
});

document.addEventListener("htmx:after:swap", (event) => {
  if (!event.detail.ctx?.sourceElement?.matches?.("[data-jump-form]")) return;
  const count = jumpTargets().length;
  announce(count === 1 ? "1 result" : `${count} results`);
});
