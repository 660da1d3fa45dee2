"""Messages' words: typed parts into YAML templates, MJML into HTML, and the same in plain text."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from core.errors import Invalid
from royal_platform.commerce.messages.model import Context, Purpose, Rendered

LANGUAGES = ("en", "nl")
_FOLDER = "royal_platform.messaging.templates"
_FOOTERS = {
    "en": ("You get this mail because you are a customer of {shop}.", "Unsubscribe"),
    "nl": ("U ontvangt deze mail omdat u klant bent van {shop}.", "Afmelden"),
}


@dataclass(frozen=True, slots=True)
class Template:
    """One template in one language; ``needs`` are the parts of the context it cannot do without."""

    name: str
    language: str
    purpose: Purpose
    needs: tuple[str, ...]
    subject: str
    heading: str
    paragraphs: tuple[str, ...]
    button: str


class TemplateComposer:
    """``Composer`` on the templates of this package."""

    def compose(
        self,
        template: str,
        language: str | None,
        context: Context,
        unsubscribe_url: str | None = None,
    ) -> Rendered:
        """The message in ``language``, or in English. Raises ``Invalid``."""
        found = template_of(template, language)
        missing = [name for name in found.needs if not getattr(context, name)]
        if missing:
            raise Invalid(
                f"The template {template!r} needs {', '.join(missing)}.",
                remedy="Give it in the message's context.",
            )
        return Rendered(
            " ".join(_text(found.subject, context).split()),
            _html(found, context, unsubscribe_url),
            _plain(found, context, unsubscribe_url),
        )


@cache
def template_names() -> tuple[str, ...]:
    """Every template there is."""
    names = {each.name.partition(".")[0] for each in resources.files(_FOLDER).iterdir()
             if each.name.endswith(".yaml")}  # fmt: skip
    return tuple(sorted(names))


@cache
def worded_templates() -> tuple[str, ...]:
    """The templates for advertising that show what a flow says."""
    found = (template_of(name, None) for name in template_names())
    return tuple(
        each.name for each in found
        if each.purpose is Purpose.MARKETING and {"title", "body"} <= set(each.needs)
    )  # fmt: skip


@cache
def template_of(name: str, language: str | None) -> Template:
    """A template in ``language`` (``nl``, ``nl-BE``), else in English. Raises ``Invalid``."""
    if name not in template_names():
        raise Invalid(
            f"There is no template {name!r}.",
            remedy=f"Use one of {', '.join(template_names())}.",
        )
    spoken = (language or "en").partition("-")[0].lower()
    chosen = spoken if spoken in LANGUAGES else "en"
    given = yaml.safe_load(_read(f"{name}.{chosen}.yaml"))
    return Template(
        name=name, language=chosen, purpose=Purpose(given["purpose"]),
        needs=tuple(given["needs"]), subject=given["subject"], heading=given["heading"],
        paragraphs=tuple(given["paragraphs"]), button=given["button"],
    )  # fmt: skip


def _html(template: Template, context: Context, unsubscribe_url: str | None) -> str:
    import mrml
    import nh3

    def worded(text: str) -> Any:
        # What a person outside wrote is text, whatever tags it holds; nh3 has the last word.
        clean = nh3.clean(_rendered(text, context, escape=True).replace("\n", "<br>"), tags={"br"})
        # MJML repeats the title inside an attribute.
        return clean.replace('"', "&quot;")

    layout = _environment(escape=False).from_string(_read("layout.mjml"))
    parts = _parts(template, context, unsubscribe_url, worded)
    lines = [
        {"title": nh3.clean_text(line.title), "quantity": line.quantity,
         "price": nh3.clean_text(line.price)}
        for line in context.lines
    ]  # fmt: skip
    safe = {**parts, "lines": lines, "url": _attribute(context.url),
            "unsubscribe_url": _attribute(unsubscribe_url or "")}  # fmt: skip
    return str(mrml.to_html(layout.render(safe)).content)


def _plain(template: Template, context: Context, unsubscribe_url: str | None) -> str:
    def worded(text: str) -> str:
        return _text(text, context)

    layout = _environment(escape=False).from_string(_read("layout.txt"))
    parts = _parts(template, context, unsubscribe_url, worded)
    told: str = layout.render({**parts, "lines": context.lines, "url": context.url})
    return told


def _parts(
    template: Template, context: Context, unsubscribe_url: str | None, worded: Any
) -> dict[str, Any]:
    footer, unsubscribe = _FOOTERS[template.language]
    paragraphs = [worded(each) for each in template.paragraphs]
    return {
        "subject": worded(template.subject),
        "preview": next((each for each in paragraphs[1:] if each), worded(template.subject)),
        "shop": worded("{{ shop }}"),
        "heading": worded(template.heading),
        "paragraphs": [each for each in paragraphs if each],
        "button": worded(template.button) if context.url else "",
        "footer": worded(footer.format(shop="{{ shop }}")),
        "unsubscribe": unsubscribe,
        "unsubscribe_url": unsubscribe_url,
    }


def _text(text: str, context: Context) -> str:
    return _rendered(text, context, escape=False)


def _rendered(text: str, context: Context, *, escape: bool) -> str:
    known = {name: getattr(context, name) for name in Context.__slots__}
    return _environment(escape=escape).from_string(text).render(known).strip()


@cache
def _environment(*, escape: bool) -> ImmutableSandboxedEnvironment:
    return ImmutableSandboxedEnvironment(autoescape=escape)


def _attribute(url: str) -> str:
    """A link as an attribute's value; only http(s) becomes one."""
    from html import escape

    return escape(url, quote=True) if url.startswith(("https://", "http://")) else ""


@cache
def _read(name: str) -> str:
    return (resources.files(_FOLDER) / name).read_text(encoding="utf-8")
