// The list: how many rows are left, and a new key. Then the contents of the API reference.
onContent(() => {
  const shown = $("[data-shown]");
  if (!shown) return;
  const number = (count) => count.toLocaleString("en-US");
  const rows = $$("#keys a.name").length;
  const first = Number(shown.dataset.first);
  shown.textContent = first && rows ? `${number(first)}–${number(first + rows - 1)}` : number(rows);
});

if ($("[data-highlight]")) {
  $(".row-new")?.scrollIntoView({ block: "nearest" });
  const calm = new URL(location);
  calm.searchParams.delete("highlight"); // a reload must not flash it again
  history.replaceState(history.state, "", calm);
}

const contents = $("[data-contents]");
if (contents) {
  const narrow = matchMedia("(width <= 53.75em)");
  const fit = () => (contents.open = !narrow.matches);
  narrow.addEventListener("change", fit);
  fit();

  const links = new Map($$("a", contents).map((link) => [link.hash.slice(1), link]));
  const seen = new IntersectionObserver(
    (entries) => {
      const entry = entries.find((item) => item.isIntersecting);
      const link = entry && links.get(entry.target.id);
      if (!link) return;
      for (const other of links.values()) other.removeAttribute("aria-current");
      link.setAttribute("aria-current", "true");
    },
    { rootMargin: "-64px 0px -70% 0px" },
  );
  for (const id of links.keys()) {
    const part = document.getElementById(id);
    if (part) seen.observe(part);
  }
  on("click", "[data-contents] a", () => narrow.matches && (contents.open = false));
}
