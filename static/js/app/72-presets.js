// A link that fills in a field in place. Without scripts it loads the form with the same number in it.
on("click", "[data-fill]", (link, event) => {
  const field = link.closest("form")?.elements[link.dataset.fill];
  if (!field) return;
  event.preventDefault();
  field.value = link.dataset.value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
