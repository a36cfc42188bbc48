// Theme button and the drawer of small screens.
const root = document.documentElement;

on("submit", "[data-theme-form]", (form, event) => {
  event.preventDefault();
  const dark = !root.classList.contains("dark");
  form.elements.theme.value = dark ? "dark" : "light";
  root.dataset.themeChoice = form.elements.theme.value;
  root.classList.toggle("dark", dark);
  const body = new URLSearchParams(new FormData(form));
  keepTheme(form.action, body);
  announce(dark ? "Dark theme" : "Light theme");
});

/** The colours have changed already; says so when the choice could not be kept. */
async function keepTheme(address, body) {
  // As htmx asks, so that a redirect is a header and can be told from a session that is over.
  const headers = { "HX-Request": "true" };
  try {
    const answer = await fetch(address, { method: "POST", body, headers });
    if (isSignedOut(answer)) toast("error", "Your session is over, so the colour theme was not kept. Sign in again.");
    else if (answer.status >= 500) toast("error", "The colour theme was not kept. Try again in a moment.");
    else if (!answer.ok) toast("error", "The colour theme was not kept. Reload the page and choose it again.");
  } catch {
    toast("error", "No connection. The colour theme was not kept.");
  }
}

const small = matchMedia("(width <= 62.5em)");
const opener = $("[data-nav-open]");

function setDrawer(open, { refocus = true } = {}) {
  if (!opener) return;
  const side = $("#side");
  root.classList.toggle("nav-open", open);
  side.setAttribute("role", open ? "dialog" : "complementary");
  if (open) side.setAttribute("aria-modal", "true");
  else side.removeAttribute("aria-modal");
  opener.setAttribute("aria-expanded", open);
  for (const part of $$("[data-behind-nav]")) part.inert = open;
  if (open) $("#side a:not([data-nav-close])")?.focus();
  else if (refocus) opener.focus();
}

if (opener) {
  // Without scripts it is a link to #side.
  opener.setAttribute("role", "button");
  opener.setAttribute("aria-controls", "side");
  opener.setAttribute("aria-expanded", "false");
  small.addEventListener("change", () => setDrawer(false, { refocus: false }));
}

on("click", "[data-nav-open]", (_, event) => {
  event.preventDefault();
  setDrawer(true);
});

document.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.matches?.("[data-nav-open], [data-nav-close]")) {
    event.preventDefault();
    event.target.click();
  }
  if (event.key === "Escape" && root.classList.contains("nav-open")) setDrawer(false);
});

document.addEventListener("click", (event) => {
  if (!root.classList.contains("nav-open")) return;
  const closer = event.target.closest("[data-nav-close]");
  if (!closer && event.target.closest("#side, [data-nav-open]")) return;
  event.preventDefault();
  setDrawer(false);
});
