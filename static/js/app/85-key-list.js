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
