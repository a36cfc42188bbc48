// A secret that others know gets no time. What is chosen afterwards stays.
const isCompromised = (text) => /\bcompromised\b/i.test(text);

on("input", "[data-rotation-reason]", (field) => {
  const grace = field.form.elements.grace;
  const was = field.dataset.was ?? field.defaultValue;
  field.dataset.was = field.value;
  if (!isCompromised(field.value) || isCompromised(was) || grace.value === "now") return;
  grace.value = "now";
  announce("The old secret stops working now.");
});
