"""What axe-core finds in a page, and whether the page bears being narrowed and spaced out.

axe-core 4.14.1, by Deque, is under the Mozilla Public Licence 2.0; it serves the tests only.
"""

from pathlib import Path

AXE = (Path(__file__).parent / "vendor/axe-4.14.1.min.js").read_text()
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# WCAG 2.2, 1.4.12: what a reader may ask of any text.
SPACING = """
const sheet = new CSSStyleSheet();
sheet.replaceSync(`* {
  line-height: 1.5 !important;
  letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important;
}
p { margin-block-end: 2em !important; }`);
document.adoptedStyleSheets = [sheet];
"""
# What is folded is hidden, and axe passes over it. Opens all that is, and says how much was.
UNFOLD = """() => {
  window.folded = [...document.querySelectorAll("details:not([open])")];
  for (const one of window.folded) one.open = true;
  return window.folded.length;
}"""
FOLD = "() => { for (const one of window.folded) one.open = false; }"
WIDE = {"width": 1280, "height": 900}
NARROW = {"width": 320, "height": 800}
FADE = 250  # milliseconds: the links of the admin change colour slowly
# 1280 CSS pixels seen at 200 %.
ZOOMED = {"width": 640, "height": 450}


def violations(page, tags):
    """What axe finds, as "rule: selector" lines."""
    page.evaluate(AXE)
    return page.evaluate(
        """async (tags) => {
          const results = await axe.run(document, {
            runOnly: {type: "tag", values: tags},
            resultTypes: ["violations"],
          });
          return results.violations.flatMap((rule) =>
            rule.nodes.map(
              (node) => `${rule.id}: ${node.target.join(" ")} (${node.failureSummary})`));
        }""",
        tags,
    )


def overflow(page):
    """By how many pixels the page is wider than its window."""
    return page.evaluate(
        "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
    )


def faults(page, tags, *, narrow=True):
    """What is wrong with the page now open, in every state of the device, by state."""
    found = {"light": violations(page, tags)}
    if page.evaluate(UNFOLD):
        found["unfolded"] = violations(page, tags)
        page.evaluate(FOLD)
    page.emulate_media(color_scheme="dark")
    _let_fade(page)
    found["dark"] = violations(page, tags)
    page.emulate_media(color_scheme="light")
    _let_fade(page)
    if narrow:
        for state, size in {"200 %": ZOOMED, "320 px": NARROW}.items():
            page.set_viewport_size(size)
            found[state] = violations(page, tags)
            if wider := overflow(page):
                found[state].append(f"wider than its window by {wider} px")
            if page.evaluate(UNFOLD):
                if wider := overflow(page):
                    found[state].append(f"wider than its window by {wider} px, unfolded")
                page.evaluate(FOLD)
        page.evaluate(SPACING)
        if wider := overflow(page):
            found["spaced"] = [f"wider than its window by {wider} px"]
        page.set_viewport_size(WIDE)
    return {state: faults for state, faults in found.items() if faults}


def _let_fade(page):
    """Until colours are those of the scheme: a busy machine begins to change them late."""
    page.wait_for_timeout(FADE)
    page.evaluate(
        """() => Promise.allSettled(
          document.getAnimations().filter((each) => each instanceof CSSTransition)
            .map((each) => each.finished))"""
    )


def focused(page):
    """What has the focus: its name, and whether it is in sight with a visible outline."""
    return page.evaluate(
        """() => {
          const one = document.activeElement;
          const box = one.getBoundingClientRect();
          // A list of choices bears the outline of its field; a day or an hour, of its parts.
          const at = document.elementFromPoint(
            box.left + box.width / 2, box.top + Math.min(box.height, innerHeight) / 2);
          const labelled = [...(one.labels ?? [])].some((label) => label.contains(at));
          const field = one.closest(".select2-selection") ?? one;
          const outlined = [one, field].map((each) => getComputedStyle(each));
          return {
            isPage: one === document.body,
            isSeen: box.width > 0 && box.height > 0 && box.bottom > 0 && box.top < innerHeight,
            isCovered: at !== null && !one.contains(at) && !at.contains(one) && !labelled,
            isOutlined: outlined.some(
              (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
              || one.matches("svg *, [type=date], [type=time]"),
            top: box.top + scrollY,
            what: one.outerHTML.slice(0, 120),
          };
        }"""
    )
