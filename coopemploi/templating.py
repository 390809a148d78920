"""Django's templates, quicker: the same nodes, with a shorter way for what is met most.

Once a template is loaded, its variables, `{{ }}`, `{% include … only %}`, `{% url %}` and
`{% static %}` take classes of ours. Each goes a short way when nothing is unusual, and leaves
the rest to Django's, whose result is the same. See `docs/performance.md`.
"""

from html import escape

from django.conf import settings
from django.db.models import Model
from django.template import base, smartif
from django.template.defaulttags import CycleNode, ForNode, IfChangedNode, TemplateLiteral, URLNode
from django.template.loader_tags import (
    BLOCK_CONTEXT_KEY,
    BlockContext,
    BlockNode,
    ExtendsNode,
    IncludeNode,
)
from django.template.loaders import cached
from django.templatetags.static import StaticNode
from django.utils.functional import LazyObject, empty
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

# Classes whose instances have no items: their attributes are what a template asks.
_plain = {}


class Loader(cached.Loader):
    """Django's, that keeps the templates it loads."""

    def get_template(self, template_name, skip=None):
        template = super().get_template(template_name, skip)
        # Under DEBUG, Django says where a template fails.
        if not (self.engine.debug or getattr(template, "is_quick", False)):
            quicken(template.nodelist)
            template.is_quick = True
        return template


def quicken(part):
    """Give what a template is made of, from `part` down, its quick classes."""
    if isinstance(part, (list, tuple)):
        for one in part:
            quicken(one)
    elif isinstance(part, dict):
        quicken(list(part.values()))
    elif isinstance(part, base.FilterExpression):
        part.__class__ = FilterExpression
        quicken([part.var, part.filters])
    elif isinstance(part, base.Variable):
        part.__class__ = Variable
    elif isinstance(part, (base.Node, smartif.TokenBase)):
        part.__class__ = QUICK.get(type(part), type(part))
        quicken([value for name, value in vars(part).items() if name != "parent"])
    if type(part) is base.NodeList:
        part.__class__ = NodeList


class NodeList(base.NodeList):
    """The text between the tags is at hand, and each tag is rendered at once."""

    def render(self, context):
        parts = self.__dict__.get("_parts")
        if parts is None:
            self._parts = parts = [
                node.s if type(node) is base.TextNode else node.render for node in self
            ]
        return SafeString("".join([part if type(part) is str else part(context) for part in parts]))


# Variables


class Variable(base.Variable):
    __slots__ = ()

    def resolve(self, context):
        if self.lookups is None or self.translate:
            return super().resolve(context)
        first = self.lookups[0]
        for held in reversed(context.dicts):
            if first in held:
                break
        else:
            if hasattr(context, first):
                return super().resolve(context)
            raise base.VariableDoesNotExist("Failed lookup for key [%s] in %r", (first, context))
        value, lookups = held[first], self.lookups
        if len(lookups) == 1 and not callable(value):
            return value
        try:
            # « card.title », most often: the way below, without its turns.
            if len(lookups) == 2 and _plain.get(type(value)) and not callable(value):
                found = getattr(value, lookups[1])
                if not callable(found):
                    return found
            return _followed(value, lookups)
        except base.VariableDoesNotExist:
            raise
        except AttributeError:
            if len(lookups) == 2 and _plain.get(type(value)) and not _has(value, lookups[1]):
                raise base.VariableDoesNotExist(
                    "Failed lookup for key [%s] in %r", (lookups[1], value)
                ) from None
            return super().resolve(context)
        except Exception:  # Django decides what of it is to be silent
            return super().resolve(context)


class UnusualError(Exception):
    """What takes the long way."""


def _followed(value, lookups):
    """What the dots of a variable lead to, from the value of its first name."""
    if callable(value):
        raise UnusualError
    is_list = lookups[-1] == "all"
    bits = iter(lookups[1:])
    for bit in bits:
        if isinstance(value, LazyObject):
            if value._wrapped is empty:
                value._setup()
            value = value._wrapped
        kind = type(value)
        if kind is dict:
            value = value[bit]
        elif not _is_plain(kind):
            raise UnusualError
        elif is_list and bit in getattr(value, "_prefetched_objects_cache", ()):
            # What was prefetched, without the manager that gives it.
            value = value._prefetched_objects_cache[bit]
            if next(bits) != "all":
                raise UnusualError
            continue
        else:
            try:
                value = getattr(value, bit)
            except AttributeError:
                if _has(value, bit):
                    raise
                raise base.VariableDoesNotExist(
                    "Failed lookup for key [%s] in %r", (bit, value)
                ) from None
        if callable(value):
            if hasattr(value, "do_not_call_in_templates") or hasattr(value, "alters_data"):
                raise UnusualError
            value = value()
    return value


def _is_plain(kind):
    plain = _plain.get(kind)
    if plain is None:
        plain = _plain[kind] = not hasattr(kind, "__getitem__") and kind.__module__ != "builtins"
    return plain


def _has(value, name):
    """Whether it is an attribute that failed, rather than none."""
    return name in getattr(value, "__dict__", ()) or any(
        name in vars(parent) for parent in type(value).__mro__
    )


class FilterExpression(base.FilterExpression):
    __slots__ = ()

    def resolve(self, context, ignore_failures=False):
        if self.filters or not self.is_var:
            return super().resolve(context, ignore_failures)
        try:
            return self.var.resolve(context)
        except base.VariableDoesNotExist:
            if ignore_failures:
                return None
            return super().resolve(context)


class VariableNode(base.VariableNode):
    def render(self, context):
        asked = self.filter_expression
        try:
            plain = asked.is_var and not asked.filters
            value = asked.var.resolve(context) if plain else asked.resolve(context)
        except base.VariableDoesNotExist:
            value = asked.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value
        if kind is str and context.autoescape:
            return escape(value)
        if kind is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        if issubclass(kind, Model) and context.autoescape:
            return conditional_escape(str(value))
        return base.render_value_in_context(value, context)


# Tags


class Literal(TemplateLiteral):
    """What a condition asks of a variable."""

    def eval(self, context):
        asked = self.value
        if not asked.is_var or asked.filters:
            return asked.resolve(context, ignore_failures=True)
        try:
            return asked.var.resolve(context)
        except base.VariableDoesNotExist:
            return None


class Include(IncludeNode):
    """A fragment is looked for once, and rendered where the page is."""

    def render(self, context):
        name = self.template.resolve(context)
        known = self.__dict__.setdefault("_known", {})
        if name not in known:
            known[name] = self._simple(name, context)
        nodes = known[name]
        if nodes is None:
            return super().render(context)
        values = {name: value.resolve(context) for name, value in self.extra_context.items()}
        outside = context.dicts
        # As `context.new` or `context.push`, without another context.
        context.dicts = [outside[0], values] if self.isolated_context else [*outside, values]
        try:
            return nodes.render(context)
        finally:
            context.dicts = outside

    def _simple(self, name, context):
        """The nodes of a fragment; None when they keep what they know of the page elsewhere."""
        if not isinstance(name, str) or name[:1] == ".":
            return None
        nodes = context.template.engine.get_template(name).nodelist
        return None if nodes.get_nodes_by_type(KEEPING) else nodes


class Extends(ExtendsNode):
    """Where a page's blocks stand in its parent is found once."""

    def render(self, context):
        if not hasattr(self, "_parent"):
            self._parent, self._places = self._found(context)
        if self._parent is None:
            return super().render(context)
        here = context.render_context
        if BLOCK_CONTEXT_KEY not in here:
            here[BLOCK_CONTEXT_KEY] = BlockContext()
        here[BLOCK_CONTEXT_KEY].add_blocks(self.blocks)
        here[BLOCK_CONTEXT_KEY].add_blocks(self._places)
        with here.push_state(self._parent, isolated_context=False):
            return self._parent._render(context)

    def _found(self, context):
        """The parent and the blocks it brings itself; none when Django must look each time."""
        name = self.parent_name.var
        # One that extends another of its name depends on which came before.
        if (
            self.parent_name.filters
            or not isinstance(name, str)
            or name == self.origin.template_name
        ):
            return None, {}
        parent = context.template.engine.get_template(name)
        tags = [node for node in parent.nodelist if type(node) is not base.TextNode]
        if not tags or isinstance(tags[0], ExtendsNode):
            return parent, {}
        blocks = parent.nodelist.get_nodes_by_type(BlockNode)
        return parent, {block.name: block for block in blocks}


class For(ForNode):
    """A loop that nothing in it counts keeps no count."""

    def render(self, context):
        if not hasattr(self, "_is_counted"):
            self._is_counted = self.is_reversed or _counts(self)
        values = self.sequence.resolve(context, ignore_failures=True)
        if values is None:
            values = []
        elif not hasattr(values, "__len__"):
            values = list(values)
        if len(values) < 1:
            with context.push():
                return self.nodelist_empty.render(context)
        count = self._is_counted and {"parentloop": context.get("forloop", {})}
        last, names = len(values) - 1, self.loopvars
        with context.push():
            held, render, parts = context.dicts[-1], self.nodelist_loop.render, []
            if self._is_counted:
                held["forloop"] = count
            for place, value in enumerate(reversed(values) if self.is_reversed else values):
                if count:
                    count.update(_place(place, last))
                if len(names) == 1:
                    held[names[0]] = value
                else:
                    held.update(zip(names, value, strict=True))
                parts.append(render(context))
        return SafeString("".join(parts))


def _place(place, last):
    """What `forloop` says of the place-th turn, counted from 0."""
    return {
        "counter0": place,
        "counter": place + 1,
        "revcounter": last - place + 1,
        "revcounter0": last - place,
        "first": place == 0,
        "last": place == last,
    }


def _counts(part):
    """Whether something under `part` may read `forloop`."""
    if isinstance(part, (list, tuple)):
        return any(map(_counts, part))
    if isinstance(part, dict):
        return any(map(_counts, part.values()))
    if isinstance(part, base.FilterExpression):
        return _counts([part.var, part.filters])
    if isinstance(part, base.Variable):
        return bool(part.lookups) and part.lookups[0] == "forloop"
    if isinstance(part, (BlockNode, CycleNode, IfChangedNode)):
        return True
    if isinstance(part, IncludeNode) and not part.isolated_context:
        return True
    if isinstance(part, base.TextNode):
        return False
    if isinstance(part, base.Node) and type(part).__module__ not in UNCOUNTING:
        return True
    if isinstance(part, (base.Node, smartif.TokenBase)):
        return any(_counts(value) for name, value in vars(part).items() if name != "parent")
    return False


class URL(URLNode):
    """An address without arguments is always the same, when no variable names it."""

    def render(self, context):
        is_named = isinstance(self.view_name.var, base.Variable)
        if self.args or self.kwargs or self.asvar or is_named:
            return super().render(context)
        known = self.__dict__.setdefault("_known", {})
        if settings.ROOT_URLCONF not in known:
            known[settings.ROOT_URLCONF] = super().render(context)
        return known[settings.ROOT_URLCONF]


class Static(StaticNode):
    """The address of a file is the same as long as the process lives."""

    def url(self, context):
        if isinstance(self.path.var, base.Variable) or settings.DEBUG:
            return super().url(context)
        if not hasattr(self, "_url"):
            self._url = super().url(context)
        return self._url


# What keeps beside the context what it knows of a page.
KEEPING = (BlockNode, CycleNode, ExtendsNode, IfChangedNode)
# Where the tags are that read no `forloop` but by the variables they name.
UNCOUNTING = {
    __name__,
    *("django.template.base", "django.template.defaulttags", "django.template.loader_tags"),
    *("django.template.library", "django.templatetags.static"),
}
QUICK = {
    ForNode: For,
    TemplateLiteral: Literal,
    base.VariableNode: VariableNode,
    IncludeNode: Include,
    ExtendsNode: Extends,
    URLNode: URL,
    StaticNode: Static,
}
