// All rows of the list share one menu: it is made anew for the row whose button is pressed, from one template.
on("click", '[popovertarget="row-menu"]', (button) => {
  const menu = $("#row-menu");
  const states = button.dataset.states.split(" ");
  const values = { ...menu.dataset, id: button.id.slice("more-".length) };
  menu.opener = button;
  menu.ariaLabel = button.ariaLabel;
  menu.replaceChildren($("#row-menu-items").content.cloneNode(true));
  for (const part of $$("[data-when]", menu)) {
    if (!part.dataset.when.split(" ").some((state) => states.includes(state))) part.remove();
  }
  for (const part of $$("*", menu)) {
    for (const { name, value } of [...part.attributes]) {
      if (!name.startsWith("data-set-")) continue;
      part.setAttribute(name.slice("data-set-".length), value.replace(/\{(\w+)\}/g, (_, word) => values[word]));
    }
  }
  htmx.process(menu);
});
