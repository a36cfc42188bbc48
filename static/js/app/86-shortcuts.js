// Single keys on the list of keys. Whoever does not want them switches them off in their help, which a button opens too.
const shortcutsHelp = $("#shortcuts"); // a template
const shortcutsOn = () => !document.cookie.split("; ").includes("shortcuts=off");

/** Letters are text there, or look for an item of a menu. */
const takesText = (target) =>
  target.isContentEditable
  || target.matches?.("textarea, select, input:not([type=checkbox], [type=radio])")
  || target.closest?.('[role="menu"]');

function showShortcuts() {
  const help = shortcutsHelp.content.cloneNode(true);
  $("[data-shortcuts-on]", help).checked = shortcutsOn();
  $("#modal-root").replaceChildren(help);
  openDialog();
}

const SHORTCUTS = {
  "/": () => $("#q")?.select(),
  n: () => $('#quota a[data-variant="primary"]')?.click(),
  t: () => $("#key-filters [name=view]:not(:checked)")?.click(),
  "?": showShortcuts,
};

document.addEventListener("keydown", (event) => {
  const act = Object.hasOwn(SHORTCUTS, event.key) && SHORTCUTS[event.key];
  if (!act || !shortcutsHelp || !shortcutsOn() || event.defaultPrevented || event.repeat) return;
  if (event.ctrlKey || event.metaKey || event.altKey || takesText(event.target)) return;
  if ($("dialog[open]") || root.classList.contains("nav-open")) return;
  event.preventDefault();
  act();
});

on("click", "[data-shortcuts]", showShortcuts);
on("change", "[data-shortcuts-on]", (box) => {
  const [value, age] = box.checked ? ["on", 0] : ["off", 365 * 24 * 3600];
  document.cookie = `shortcuts=${value}; path=/; max-age=${age}; samesite=lax`;
});
