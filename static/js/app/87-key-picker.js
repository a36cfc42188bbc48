// The field for one key of many: a whole key pasted into it must not go into an address. Both forms and htmx send what
// is in the field, so it leaves before they hear of it.
document.addEventListener(
  "input",
  (event) => {
    const field = event.target;
    if (!field.matches?.("[data-key-picker]")) return;
    field.setCustomValidity("");
    if (!WHOLE_KEY.test(field.value)) return;
    event.stopPropagation();
    field.value = "";
    field.setCustomValidity("Whole keys are looked up on the page API Keys. Type a name or the last four characters here.");
    field.reportValidity();
  },
  true,
);
on("focusout", "[data-key-picker]", (field) => field.setCustomValidity("")); // or the form could not be sent any more
