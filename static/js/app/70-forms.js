// Forms: focus on errors, show password, and the helpers of "Generate API key".
let dirty = false;
const setClean = () => (dirty = false);

on("input", "[data-guard]", () => (dirty = true));
on("submit", "[data-guard]:not([hx-post])", setClean);
window.addEventListener("beforeunload", (event) => {
  const unread = $("dialog[data-secret] [data-secret-stored]:not(:checked)");
  if (dirty || unread) event.preventDefault();
});
// What is saved can't be lost: the page that htmx is sent to may come.
document.addEventListener("htmx:after:request", ({ detail: { ctx } }) => {
  const headers = ctx.response?.headers;
  if (headers?.get("hx-redirect") || headers?.get("hx-refresh")) setClean();
});
// Once the key exists nothing in the form can be lost any more.
onContent(() => $("dialog[data-secret]") && setClean());

// Written by the server where the focus goes: once, and not back there with whatever else is loaded later.
onContent(() => {
  const place = $("[data-focus]");
  place?.removeAttribute("data-focus");
  place?.focus();
});

on("click", ".error-summary a", (link, event) => {
  const target = $(link.getAttribute("href"));
  const field = target?.matches("input, select, textarea") ? target : target && $("input", target);
  if (!field) return;
  event.preventDefault();
  field.focus();
});

on("click", "[data-show-password]", (button) => {
  const field = $("input", button.parentElement);
  const shown = field.type === "password";
  field.type = shown ? "text" : "password";
  button.setAttribute("aria-pressed", shown);
  field.focus();
});

// -- Generate API key ----------------------------------------------------------------------------
const longDate = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", timeZone: "UTC",
});

function expiryText(value) {
  if (!value) return "Never";
  const date = new Date(`${value}T00:00:00Z`);
  return Number.isNaN(date.valueOf()) ? value : longDate.format(date);
}

function rangesText(text) {
  const count = text.split(/[\n,]/).filter((line) => line.trim()).length;
  if (count === 0) return "Any address";
  return count === 1 ? "1 range" : `${count} ranges`;
}

// As the server writes it; "Not valid yet" is explained at the field once the form is sent.
function rateText({ rate_limit: limit, rate_limit_per: per, rate_limit_burst: burst }) {
  const [requests, most] = [limit.value.trim(), burst.value.trim()];
  if (!requests && !most) return "No limit";
  const valid = (text) => /^\d+$/.test(text) && text >= 1 && text <= 1_000_000;
  if (!valid(requests) || (most && !valid(most))) return "Not valid yet";
  const flow = `${Number(requests)} per ${per.value}`;
  return most && Number(most) !== Number(requests) ? `${flow}, burst ${Number(most)}` : flow;
}

function refreshKeyForm(form) {
  const { environment, group, expires_on: expires, ip_allowlist: ranges, description } = form.elements;
  const option = group.selectedOptions[0];
  const show = (name, text) => {
    const place = $(`[data-summary="${name}"]`);
    if (place) place.textContent = text;
  };
  show("prefix", `${form.dataset.brand}_${environment.value}_`);
  show("group", option?.value ? option.textContent.trim() : "Not chosen yet");
  show("expires", expiryText(expires.value));
  show("addresses", rangesText(ranges.value));
  show("rate", rateText(form.elements));
  $("[data-never]", form).hidden = Boolean(expires.value) || expires.validity.badInput;
  for (const chip of $$("[data-date]", form)) {
    chip.setAttribute("aria-pressed", chip.dataset.date === expires.value && !expires.validity.badInput);
  }
  const counter = $("[data-counter]", form);
  const length = [...description.value].length;
  counter.textContent = length > 900 ? `${length} of 1,000 characters.` : "Up to 1,000 characters.";
}

on("input", "[data-key-form]", refreshKeyForm);
on("click", "[data-date]", (chip) => {
  const form = chip.closest("form");
  form.elements.expires_on.value = chip.dataset.date;
  dirty = true;
  refreshKeyForm(form);
});
onContent(() => $$("[data-key-form]").forEach(refreshKeyForm));
