// A field that was changed and is left asks the server what is wrong with it. Its message alone changes: what was typed
// stays as it is, and the focus where it went.
const CHECK_AFTER_MS = 150;
const checkerOf = (event) => {
  const source = event.detail.ctx?.sourceElement;
  return source?.matches?.("[data-checker]") ? source : null;
};

let pressing = false; // the list of a select keeps the pointer's way up for itself, a key tells that it is over
for (const [type, down] of [["pointerdown", true], ["pointerup", false], ["pointercancel", false], ["keydown", false]]) {
  document.addEventListener(type, () => (pressing = down), true);
}

on("input", "[data-checked] [name]", (field) => (field.typedIn = true));

function checkSoon(checker) {
  clearTimeout(checker.timer);
  checker.timer = setTimeout(() => {
    if (!checker.isConnected) return; // the dialog is closed
    if (pressing) return checkSoon(checker); // what is pressed must not move away under the pointer
    // A field that is wrong already may have become right by another.
    for (const wrong of $$("[aria-invalid]", checker.closest("form"))) checker.fields.add(wrong.name);
    checker.dispatchEvent(new Event("check"));
  }, CHECK_AFTER_MS);
}

on("focusout", "[data-checked] [name]", (field) => {
  if (!field.typedIn) return;
  field.typedIn = false;
  const checker = $("[data-checker]", field.form);
  checker.fields = new Set([...(checker.fields ?? []), field.name]);
  checkSoon(checker);
});

// Sending checks all fields.
on("submit", "[data-checked]", (form) => clearTimeout($("[data-checker]", form).timer));

document.addEventListener("htmx:config:request", (event) => {
  const checker = checkerOf(event);
  if (!checker) return;
  checker.asked = [...checker.fields];
  checker.fields.clear();
  event.detail.ctx.request.action += `?fields=${checker.asked}`;
});

// The sign-in page would take what was typed away: it comes when the form is sent.
document.addEventListener("htmx:before:response", (event) => {
  if (checkerOf(event) && event.detail.ctx.response.headers.has("hx-redirect")) event.preventDefault();
});

/** Marks a field by the message at its place, and gives a message that is new. */
function markField(form, name) {
  const field = form.elements[name];
  if (!field?.matches) return null;
  const [error, hint] = ["error", "hint"].map((part) => $(`#${name}-${part}`, form));
  const was = field.hasAttribute("aria-invalid");
  field.toggleAttribute("aria-invalid", Boolean(error));
  if (error) field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", [error, hint].filter(Boolean).map((part) => part.id).join(" "));
  return error && !was ? saidOf(field, error) : null;
}

const saidOf = (field, error) =>
  `${field.labels[0]?.firstChild.textContent.trim() ?? field.ariaLabel}: ${error.textContent.trim()}`;

/** The list above the form of what needs a change says what the fields say now. */
function followFields(form) {
  const box = $(".error-summary:has(a[href^='#'])", form.closest("dialog") ?? document);
  if (!box) return;
  const list = $("ul", box);
  const links = new Map($$("a", list).map((link) => [link.hash.slice(1), link]));
  for (const field of form.elements) {
    const error = field.name && $(`#${CSS.escape(field.name)}-error`, form);
    const link = links.get(field.name);
    if (link && !error) link.closest("li").remove();
    if (!error) continue;
    const told = link ?? document.createElement("a");
    told.href = `#${field.name}`;
    told.textContent = saidOf(field, error);
    if (link) continue;
    const line = document.createElement("li");
    line.append(told);
    list.append(line);
    links.set(field.name, told);
  }
  const count = list.children.length;
  $("h2", box).lastChild.textContent = count === 1 ? "One thing needs a change" : `${count} things need a change`;
  if (!count) box.remove();
}

onContent(() => $$("[data-checked]").forEach(followFields));

document.addEventListener("htmx:after:swap", (event) => {
  const checker = checkerOf(event);
  if (!checker?.asked) return;
  const news = checker.asked.map((name) => markField(checker.closest("form"), name)).filter(Boolean);
  followFields(checker.closest("form"));
  if (news.length) announce(news.join(". "));
});
