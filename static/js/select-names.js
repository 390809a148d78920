// Select2 draws boxes over the choices of the admin and names none of them: a screen reader
// would say « liste » alone. Each box takes the name of the field that it stands for.

const nameOf = (select) => select.labels?.[0]?.textContent.trim().replace(/\s*:$/, "")
  || select.getAttribute("aria-label")
  || select.closest("td")?.className.match(/field-(\S+)/)?.[1]
  || "Choix";

function nameBoxes() {
  for (const select of document.querySelectorAll("select.select2-hidden-accessible")) {
    const box = select.nextElementSibling;
    if (!box?.classList.contains("select2") || box.dataset.named) continue;
    box.dataset.named = "yes";
    const name = nameOf(select);
    for (const part of box.querySelectorAll(
      ".select2-selection, .select2-selection__rendered[role], .select2-search__field",
    )) {
      part.removeAttribute("aria-labelledby");
      part.setAttribute("aria-label", name);
    }
  }
  // The field to type in, when a list is open.
  for (const field of document.querySelectorAll(".select2-dropdown .select2-search__field")) {
    field.setAttribute("aria-label", "Chercher dans la liste");
  }
}

nameBoxes();
new MutationObserver(nameBoxes).observe(document.body, {childList: true, subtree: true});
