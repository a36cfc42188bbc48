// The search field of the list: a whole key never goes into an address. It is sent in the body of a form of its own,
// and leaves the field before anything else looks at it.
const WHOLE_KEY = /_(live|test|verifier)_[0-9A-Za-z]{32}/;

function lookUp(field) {
  const form = $("[data-key-lookup]");
  form.elements.key.value = field.value;
  field.value = "";
  form.requestSubmit();
}

document.addEventListener("htmx:finally:request", (event) => {
  const form = event.detail.ctx?.sourceElement;
  if (form?.matches?.("[data-key-lookup]")) form.reset();
});

// On the way down, before htmx or the browser hears of it.
document.addEventListener(
  "input",
  (event) => {
    const field = event.target;
    if (!field.matches?.("[data-key-filters] [type=search]") || !WHOLE_KEY.test(field.value)) return;
    event.stopPropagation();
    lookUp(field);
  },
  true,
);

// The list's address holds what is searched; the token is for browsers without scripts, which send the form itself.
document.addEventListener("htmx:config:request", (event) => {
  const { request, sourceElement } = event.detail.ctx;
  if (sourceElement?.matches?.("[data-key-filters]")) request.body.delete("csrf");
});

// Several keys: how many are chosen, and all of this page at once.
const picks = () => $$(".pick");

function showPicked() {
  const bar = $("[data-batch]");
  if (!bar) return;
  const all = picks();
  const count = all.filter((box) => box.checked).length;
  const box = $("[data-pick-all]", bar);
  box.checked = count > 0 && count === all.length;
  box.indeterminate = count > 0 && count < all.length;
  bar.classList.toggle("has-picked", count > 0);
  const told = ["Choose keys to change several at once", "1 key chosen"][count] ?? `${count} keys chosen`;
  const place = $("[data-picked]", bar);
  if (place.textContent !== told) place.textContent = told;
}

on("change", ".pick", showPicked);
on("change", "[data-pick-all]", (box) => {
  for (const pick of picks()) pick.checked = box.checked;
  showPicked();
});
onContent(showPicked);
