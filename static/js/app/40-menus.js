// Popover menus: arrows, Home, End, first letters. The browser does Esc and giving the focus back.
const items = (menu) => $$('[role="menuitem"]', menu).filter((item) => item.checkVisibility());

document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.('[role="menu"]')) return;
    const open = event.newState === "open";
    const opener = menu.opener ?? $(`[popovertarget="${menu.id}"]`);
    opener?.setAttribute("aria-expanded", open);
    if (!open) return;
    // Arrows move from here on; without scripts Tab does.
    for (const item of items(menu)) item.tabIndex = -1;
    items(menu)[0]?.focus();
  },
  true,
);

on("keydown", '[role="menu"]', (menu, event) => {
  const all = items(menu);
  const at = all.indexOf(document.activeElement);
  let to;
  if (event.key === "ArrowDown") to = all[(at + 1) % all.length];
  else if (event.key === "ArrowUp") to = all[(at - 1 + all.length) % all.length];
  else if (event.key === "Home") to = all[0];
  else if (event.key === "End") to = all.at(-1);
  else if (event.key === "Tab") return menu.hidePopover();
  else if (event.key === " ") return event.preventDefault(), document.activeElement.click();
  else if (/^\S$/u.test(event.key) && !event.ctrlKey && !event.metaKey && !event.altKey) {
    const letter = event.key.toLowerCase();
    const after = [...all.slice(at + 1), ...all.slice(0, at + 1)];
    to = after.find((item) => item.textContent.trim().toLowerCase().startsWith(letter));
  }
  if (!to) return;
  event.preventDefault();
  to.focus();
});

on("click", '[role="menuitem"]', (item) => item.closest("[popover]")?.hidePopover());

on("click", "[data-copy]", async (button) => {
  const text = button.dataset.copy;
  const what = button.dataset.copyName ?? "Copied";
  try {
    await navigator.clipboard.writeText(text);
    if (button.matches('[role="menuitem"]')) toast("ok", `${what} copied`);
    else flashLabel(button, "Copied");
    announce(`${what} copied`);
  } catch {
    toast("error", `Copying is blocked by the browser. ${what}: ${text}`);
  }
});

/** Changes the words on a button for two seconds. */
function flashLabel(button, text) {
  const label = $("[data-label]", button);
  if (!label) return;
  label.dataset.was ??= label.textContent;
  label.textContent = text;
  clearTimeout(button.flash);
  button.flash = setTimeout(() => (label.textContent = label.dataset.was), 2000);
}
